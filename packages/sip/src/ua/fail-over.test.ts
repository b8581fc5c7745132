import { expect, test } from 'vitest';
import { createResponse } from '../message/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../testing/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import type { Destination, TransportName } from '../transport/index.ts';

const sdp = 'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';
const hosts = ['192.0.2.8', '192.0.2.9'] as const;

/** One server at two addresses: what an address says is a status, or nothing. */
async function setUp(
  says: readonly (number | undefined)[],
  transport: TransportName = 'UDP',
  there: readonly string[] = hosts,
) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(6) });
  const wire = new Wire(network);
  const pending: ServerTransaction[] = [];
  const word = new Map(hosts.map((host, at) => [host as string, says[at]]));
  const elements = there.map((host) => {
    const element = new TestElement(network, host, { listen: [[transport, 5060]] });
    element.answer = (transaction) => {
      const { request } = transaction;
      const status = word.get(host);
      if (status === undefined) {
        pending.push(transaction);
        return;
      }
      const body = request.method === 'INVITE' && status === 200 ? { body: sdp, contentType: 'application/sdp' } : {};
      const own = request.method === 'REGISTER' ? (request.headers.get('contact') ?? '') : '<sip:bob@192.0.2.2>';
      const headers: [string, string][] = [['Contact', own]];
      transaction.respond(createResponse(request, status, { toTag: 'bob', headers, ...body }));
    };
    return element;
  });
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: [hosts.map((host): Destination => ({ transport, host, port: 5060 }))],
    ...(transport !== 'UDP' && { listen: [] }),
  });
  alice.agent.start();
  const finish = async () => {
    for (const host of hosts) word.set(host, 200);
    for (const each of pending) if (!each.finalSent) each.respond(createResponse(each.request, 487, { toTag: 'bob' }));
    const stopped = alice.agent.stop();
    await clock.advanceSettled(200_000);
    await stopped;
    assertIdle(alice.agent, ...elements.map(({ transactions }) => transactions));
  };
  const to = (method: string) =>
    wire.seen.flatMap((each) => (each.message.kind === 'request' && each.message.method === method ? [each.to] : []));
  return { clock, wire, alice, word, to, finish };
}

test('503 sends the request to the next address, as a transaction of its own, and what follows goes there too (RFC 3263 §4.3, TPT-018)', async () => {
  const { clock, wire, alice, to, finish } = await setUp([503, 200]);
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(500);
  expect(call.state).toBe('connected');
  const [first, second] = wire.requests('INVITE');
  expect([first?.to, second?.to]).toEqual(hosts);
  expect(second?.message.vias[0]?.branch).not.toBe(first?.message.vias[0]?.branch);
  expect(second?.message.headers.without('Via').all('call-id')).toEqual(first?.message.headers.all('call-id'));
  expect(second?.message.cseq).toEqual(first?.message.cseq);
  call.hangUp();
  await clock.advanceSettled(500);
  expect(to('BYE')).toEqual([hosts[1]]);
  alice.agent.register();
  await clock.advanceSettled(500);
  expect(to('REGISTER')[0]).toBe(hosts[1]);
  await finish();
});

test('no response in 64·T1 sends it to the next address; a provisional one does not (RFC 3261 §17.1.1.2, RFC 3263 §4.3, TPT-018)', async () => {
  const silent = await setUp([undefined, 200], 'UDP', [hosts[1]]);
  const call = silent.alice.agent.call('sip:bob@example.com');
  await silent.clock.advanceSettled(31_000);
  expect(new Set(silent.to('INVITE'))).toEqual(new Set([hosts[0]]));
  await silent.clock.advanceSettled(2000);
  expect(call.state).toBe('connected');
  await silent.finish();
  // Whatever came, if only the 100 of the next hop.
  const ringing = await setUp([undefined, 200]);
  const other = ringing.alice.agent.call('sip:bob@example.com');
  await ringing.clock.advanceSettled(60_000);
  expect([other.state, new Set(ringing.to('INVITE'))]).toEqual(['calling', new Set([hosts[0]])]);
  await ringing.finish();
});

test('each address is tried once, and the last word counts; a cancelled call is tried nowhere else (RFC 3263 §4.3)', async () => {
  const refused = await setUp([503, 503]);
  const call = refused.alice.agent.call('sip:bob@example.com');
  await refused.clock.advanceSettled(500);
  expect(call.end).toMatchObject({ kind: 'failed', status: 503 });
  expect(refused.to('INVITE')).toEqual([...hosts]);
  await refused.finish();
  const silent = await setUp([undefined, undefined], 'UDP', []);
  const other = silent.alice.agent.call('sip:bob@example.com');
  await silent.clock.advanceSettled(1000);
  other.hangUp();
  await silent.clock.advanceSettled(40_000);
  expect(other.state).toBe('ended');
  expect(new Set(silent.to('INVITE'))).toEqual(new Set([hosts[0]]));
  await silent.finish();
});

test('two requests that fail at one address move on by one together (RFC 3263 §4.3)', async () => {
  const { clock, alice, to, finish } = await setUp([undefined, 200], 'UDP', [hosts[1]]);
  const message = { contentType: 'text/plain', body: 'x' };
  const sent = [1, 2].map(() => alice.agent.sendMessage('sip:bob@example.com', message));
  await clock.advanceSettled(40_000);
  expect((await Promise.all(sent)).map(({ status }) => status)).toEqual([200, 200]);
  expect(to('MESSAGE').slice(-2)).toEqual([hosts[1], hosts[1]]);
  await finish();
});

test('a connection that does not come about, or on which nobody answers, is tried at the next address (RFC 3263 §4.3, RFC 5626 §4.5)', async () => {
  const refused = await setUp([undefined, 200], 'TCP', [hosts[1]]);
  await refused.clock.advanceSettled(5000);
  expect(refused.alice.agent.flow.state).toBe('open');
  refused.alice.agent.register();
  await refused.clock.advanceSettled(1000);
  expect(refused.to('REGISTER')).toEqual([hosts[1]]);
  await refused.finish();
  const silent = await setUp([undefined, 200], 'TCP');
  silent.alice.agent.register();
  await silent.clock.advanceSettled(60_000);
  expect(silent.alice.agent.registration.state).toBe('registered');
  expect(silent.to('REGISTER').at(-1)).toBe(hosts[1]);
  await silent.finish();
});
