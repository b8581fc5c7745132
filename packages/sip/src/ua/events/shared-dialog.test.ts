import { expect, test } from 'vitest';
import type { EventPackage } from '../../events/index.ts';
import { assertIdle, MemoryNetwork, seededRandom, TestAgent, VirtualClock, Wire } from '../../testing/index.ts';
import type { IncomingSubscription } from './incoming-subscription.ts';

const mood: EventPackage<string> = {
  name: 'mood',
  accept: ['text/plain'],
  read: (_type, body) => ({ ok: true, value: new TextDecoder().decode(body) }),
  write: (value) => ({ contentType: 'text/plain', body: value }),
};

/** A call, and the caller's subscription in its dialog, which the callee treats as `subscribed` says. */
async function setUp(subscribed: (subscription: IncomingSubscription<string>) => void) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(4) });
  const wire = new Wire(network);
  const agent = (user: string, address: string, other: string) =>
    new TestAgent(network, address, { user, server: { transport: 'UDP', host: other, port: 5060 } });
  const alice = agent('alice', '192.0.2.1', '192.0.2.2');
  const bob = agent('bob', '192.0.2.2', '192.0.2.1');
  bob.agent.notifier(mood, { subscribed });
  for (const each of [alice, bob]) each.agent.start();
  await clock.advanceSettled(10);
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  bob.session.answer();
  await clock.advanceSettled(500);
  const subscription = alice.agent.subscribe(call, mood);
  await clock.advanceSettled(500);
  const finish = async () => {
    const stopped = [alice, bob].map((each) => each.agent.stop());
    await clock.advanceSettled(200_000);
    await Promise.all(stopped);
    assertIdle(alice.agent, bob.agent, clock);
  };
  return { clock, wire, alice, bob, call, subscription, finish };
}

test('a subscription in the dialog of a call has its CSeq space, and lives on after the BYE until its own end (RFC 5057 §4, trap 4.4 #67)', async () => {
  let watcher: IncomingSubscription<string> | undefined;
  const { clock, wire, alice, bob, call, subscription, finish } = await setUp((incoming) => {
    watcher = incoming;
    incoming.notify('glad');
  });
  const [subscribe] = wire.requests('SUBSCRIBE');
  expect(subscribe?.message.callId).toBe(call.callId);
  expect(subscribe?.message.cseq.number).toBe(2);
  expect(subscription).toMatchObject({ value: 'glad', state: { state: 'active' } });
  call.hangUp();
  await clock.advanceSettled(500);
  expect(wire.requests('BYE')[0]?.message.cseq.number).toBe(3);
  expect([call.state, bob.session.state]).toEqual(['ended', 'ended']);
  expect([alice.counts.dialogs, bob.counts.dialogs]).toEqual([1, 1]);
  await clock.advanceSettled(1000);
  watcher?.notify('sad');
  await clock.advanceSettled(500);
  expect(subscription.value).toBe('sad');
  watcher?.terminate('noresource');
  await clock.advanceSettled(500);
  expect(subscription.state).toEqual({ state: 'terminated', reason: 'noresource' });
  expect([alice.counts.dialogs, bob.counts.dialogs]).toEqual([0, 0]);
  await finish();
});

test.each([481, 480, 489, 501])(
  'a SUBSCRIBE refused with %i leaves the call in whose dialog it was sent (RFC 5057 §5.1, trap 4.4 #67)',
  async (status) => {
    const { clock, bob, call, subscription, finish } = await setUp((incoming) => incoming.reject(status));
    subscription.unsubscribe();
    await clock.advanceSettled(5000);
    expect(subscription.state.state).toBe('terminated');
    expect([call.state, bob.session.state]).toEqual(['connected', 'connected']);
    expect(bob.counts.dialogs).toBe(1);
    await finish();
  },
);
