import { expect, test } from 'vitest';
import { createRequest, createResponse, Headers, type SipRequest } from '../message/index.ts';
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
import type { Flow, TransportName } from '../transport/index.ts';

const SERVER = '192.0.2.9';
const answer =
  'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n';

/** An agent on a WebSocket; the test says what the server answers to its requests. */
async function setUp(reply: (request: SipRequest) => Reply, transport: TransportName = 'WS') {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(11) });
  const wire = new Wire(network);
  const server = new TestElement(network, SERVER, { listen: [[transport, 80]] });
  const alice = new TestAgent(network, '192.0.2.1', { user: 'alice', server: { transport, host: SERVER, port: 80 } });
  server.answer = (transaction) => respond(transaction, reply(transaction.request));
  alice.agent.start();
  await clock.advanceSettled(200);
  const finish = async () => {
    for (const session of alice.agent.sessions) session.hangUp();
    await clock.advanceSettled(200_000);
    const stopped = alice.agent.stop();
    await clock.advanceSettled(5000);
    await stopped;
    assertIdle(alice.agent, server.transactions);
  };
  return { clock, network, wire, server, alice, finish };
}

interface Reply {
  readonly status: number;
  readonly contact?: string;
  readonly routes?: string;
}

function respond(transaction: ServerTransaction, { status, contact = 'sip:bob@192.0.2.2', routes }: Reply): void {
  const { request } = transaction;
  const body = request.method === 'INVITE' && status === 200 ? { body: answer, contentType: 'application/sdp' } : {};
  const headers: [string, string][] = [['Contact', `<${contact}>`]];
  if (routes !== undefined) headers.push(['Record-Route', routes]);
  transaction.respond(createResponse(request, status, { toTag: 'bob', headers, ...body }));
}

test('everything in a call goes up the connection there is, whatever Record-Route and Contact say (RFC 5626 §4.3, trap 4.2 #27)', async () => {
  const routes = '<sip:elsewhere@192.0.2.77:9999;transport=ws;lr>';
  const { clock, network, wire, alice, server, finish } = await setUp(() => ({ status: 200, routes }));
  network.host('192.0.2.77').listen('WS', 9999);
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  expect(call.state).toBe('connected');
  call.hold();
  await clock.advanceSettled(200);
  call.hangUp();
  await clock.advanceSettled(200);
  const sent = wire.seen.filter(({ from, message }) => from === '192.0.2.1' && message.kind === 'request');
  expect(sent.map(({ message }) => message.cseq.method)).toEqual(['INVITE', 'ACK', 'INVITE', 'ACK', 'BYE']);
  expect(new Set(sent.map(({ to }) => to))).toEqual(new Set([SERVER]));
  expect(sent.at(-1)?.message.headers.list('route')).toEqual([routes]);
  expect(server.opened).toHaveLength(1);
  await finish();
});

test('over a connection too the 2xx goes out again until the ACK, and after 64·T1 without one BYE (§13.3.1.4, trap 4.3 #44, UAS-017)', async () => {
  const { clock, wire, alice, server, finish } = await setUp(() => ({ status: 200 }));
  server.send(server.newRequest('INVITE', 'sip:alice@example.com', { headers: [['Contact', '<sip:bob@192.0.2.2>']] }), {
    flow: server.opened[0] as Flow,
  });
  await clock.advanceSettled(100);
  alice.session.answer();
  await clock.advanceSettled(33_000);
  const sent = wire.responses(200, 'INVITE');
  const gaps = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
  expect(gaps).toEqual([500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000]);
  expect(new Set(sent.map(({ text }) => text)).size).toBe(1);
  expect(wire.requests('BYE', '192.0.2.1')).toHaveLength(1);
  expect(alice.session.end).toEqual({ by: 'network', kind: 'timeout', status: 408 });
  await finish();
});

test('the 2xx to our re-INVITE moves the target, a refusal does not (§12.2.1.2, trap 4.4 #63, UAC-017)', async () => {
  const replies: Reply[] = [
    { status: 200, contact: 'sip:first@192.0.2.2' },
    { status: 488, contact: 'sip:refused@192.0.2.2' },
    { status: 200, contact: 'sip:second@192.0.2.2' },
  ];
  const { clock, wire, alice, finish } = await setUp(
    ({ method }) => (method === 'INVITE' ? replies.shift() : undefined) ?? { status: 200 },
  );
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  for (let i = 0; i < 2; i++) {
    call.hold();
    await clock.advanceSettled(200);
    void call.sendInfo('text/plain', 'x');
    await clock.advanceSettled(200);
  }
  expect(wire.requests('INFO').map(({ message }) => message.uriText)).toEqual([
    'sip:first@192.0.2.2',
    'sip:second@192.0.2.2',
  ]);
  await finish();
});

test.each([
  ['WS', 'failed'],
  ['WSS', 'connected'],
] as const)(
  'a sips address over %s: %s, for it wants TLS on every hop (RFC 5630 §4, trap 4.2 #35)',
  async (transport, outcome) => {
    const { clock, wire, alice, finish } = await setUp(() => ({ status: 200 }), transport);
    const call = alice.agent.call('sips:bob@example.com');
    await clock.advanceSettled(200);
    if (outcome === 'connected') expect(call.state).toBe('connected');
    else expect(call.end).toEqual({ by: 'local', kind: 'failed', status: 416 });
    expect(wire.requests('INVITE')).toHaveLength(outcome === 'connected' ? 1 : 0);
    await finish();
  },
);

test('a request for us is heard on the connection we opened, and answered on it (RFC 7118 §5, trap 4.2 #27)', async () => {
  const { clock, alice, server, finish } = await setUp(() => ({ status: 200 }));
  const options = createRequest({
    method: 'OPTIONS',
    uri: 'sip:alice@example.com',
    headers: Headers.of(
      ['Max-Forwards', '70'],
      ['From', '<sip:bob@example.com>;tag=b'],
      ['To', '<sip:alice@example.com>'],
      ['Call-ID', 'down'],
      ['CSeq', '1 OPTIONS'],
    ),
  });
  const outcome = server.send(options, { flow: server.opened[0] as Flow });
  await clock.advanceSettled(100);
  expect(outcome.statuses).toEqual([200]);
  expect(alice.host.connections).toHaveLength(1);
  await finish();
});
