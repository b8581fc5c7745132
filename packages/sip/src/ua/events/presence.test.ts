import { expect, test } from 'vitest';
import { type Presence, presence } from '../../events/index.ts';
import { createResponse } from '../../message/index.ts';
import { MemoryNetwork, seededRandom, TestAgent, TestElement, VirtualClock } from '../../testing/index.ts';

const open: Presence = { entity: 'sip:alice@example.com', tuples: [{ id: '1', basic: 'open', notes: [] }], notes: [] };

test('presence is served in PIDF when Accept holds it or is absent, and refused with 406 else (RFC 3856 §6.5, §6.7, UAS-033)', async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(5) });
  const watcher = new TestElement(network, '192.0.2.9', { listen: [['WS', 80]] });
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'WS', host: '192.0.2.9', port: 80 },
  });
  watcher.answer = (transaction) => transaction.respond(createResponse(transaction.request, 200, { toTag: 'w' }));
  alice.agent.notifier(presence, { subscribed: (subscription) => subscription.notify(open) });
  alice.agent.start();
  await clock.advanceSettled(500);
  const subscribe = async (accept?: string) => {
    const [flow] = watcher.opened;
    if (!flow) throw new Error('no flow');
    const request = watcher.newRequest('SUBSCRIBE', 'sip:alice@example.com', {
      headers: [
        ['Contact', '<sip:watcher@192.0.2.9>'],
        ['Event', 'presence'],
        ['Expires', '600'],
        ...(accept === undefined ? [] : [['Accept', accept] as const]),
      ],
    });
    const outcome = watcher.send(request, { flow });
    await clock.advanceSettled(100);
    return outcome.statuses;
  };
  expect(await subscribe('application/cpim-pidf+xml')).toEqual([406]);
  expect(await subscribe('text/plain, application/PIDF+xml;q=0.5')).toEqual([200]);
  expect(await subscribe()).toEqual([200]);
  const bodies = watcher.requests.map(({ request }) => {
    expect(request.contentType?.essence).toBe('application/pidf+xml');
    return presence.read('application/pidf+xml', request.body, undefined);
  });
  expect(bodies).toEqual([
    { ok: true, value: open },
    { ok: true, value: open },
  ]);
  const stopped = alice.agent.stop();
  await clock.advanceSettled(5000);
  await stopped;
});
