import { expect, test } from 'vitest';
import { createResponse, type SipRequest } from '../message/index.ts';
import {
  assertIdle,
  cut,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../testing/index.ts';
import type { UserAgentOptions, UserAgentSnapshot } from './options.ts';

const sdp = 'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';
const hosts = ['192.0.2.8', '192.0.2.9'] as const;

/** An agent with two edge servers, each of which plays registrar and far side. */
async function setUp(options: Partial<UserAgentOptions> = {}, before?: UserAgentSnapshot) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(6) });
  const wire = new Wire(network);
  const bindings = new Map<string, string>();
  const refuse = new Set<string>();
  const edges = hosts.map((host) => {
    const edge = new TestElement(network, host, { listen: [['WS', 80]] });
    edge.answer = (transaction) => {
      const { request } = transaction;
      if (refuse.has(`${request.method} ${host}`)) {
        transaction.respond(createResponse(request, 430, { toTag: 'edge' }));
        return;
      }
      const contact = request.contacts[0];
      const headers: [string, string][] = [['Contact', '<sip:bob@192.0.2.2>']];
      if (request.method === 'REGISTER') {
        const key = contact?.params.get('reg-id') ?? '';
        if (contact?.params.get('expires') === '0') bindings.delete(key);
        else if (contact) bindings.set(key, request.headers.get('contact') ?? '');
        headers[0] = ['Contact', [...bindings.values()].join(', ')];
        headers.push(['Service-Route', `<sip:${host};lr>`], ['Flow-Timer', host === hosts[0] ? '10' : '20']);
      }
      const body = request.method === 'INVITE' ? { body: sdp, contentType: 'application/sdp' } : {};
      transaction.respond(createResponse(request, 200, { toTag: 'bob', headers, ...body }));
    };
    return edge;
  });
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: hosts.map((host) => ({ transport: 'WS', host, port: 80 }) as const),
    options,
    ...(before && { before }),
  });
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(300);
  const call = async () => {
    const session = alice.agent.call('sip:bob@example.com');
    await clock.advanceSettled(200);
    expect(session.state).toBe('connected');
    return session;
  };
  /** The edge loses us, and takes nobody else, unless told so. */
  const lose = (edge: 0 | 1, { back = true } = {}) => {
    const { host } = edges[edge] as TestElement;
    if (!back) host.stopListening('WS', 80);
    for (const flow of [...host.connections]) cut(flow);
  };
  const sent = (method: string) =>
    wire.requests(method, '192.0.2.1').map(({ to, message }) => [to, message] as const satisfies [string, SipRequest]);
  /** `left`: bindings that could not be removed for want of a flow. */
  const finish = async (left = 0) => {
    const stopped = alice.agent.stop();
    await clock.advanceSettled(5000);
    await stopped;
    for (const edge of edges) edge.transport.close();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent);
    expect(bindings.size).toBe(left);
  };
  return { clock, wire, edges, alice, call, lose, sent, finish, refuse, bindings };
}

test('registers over a flow to each server: reg-id 1 and 2, one instance, a Call-ID each; the same over a restart (RFC 5626 §4.2.1, trap 4.7 #101, REG-030)', async () => {
  const { alice, sent, bindings } = await setUp();
  const registers = sent('REGISTER');
  expect(registers.map(([to, message]) => [to, message.contacts[0]?.params.get('reg-id')])).toEqual([
    [hosts[0], '1'],
    [hosts[1], '2'],
  ]);
  expect(new Set(registers.map(([, { callId }]) => callId)).size).toBe(2);
  expect(new Set(registers.map(([, { contacts }]) => contacts[0]?.params.get('+sip.instance'))).size).toBe(1);
  expect([...bindings.keys()]).toEqual(['1', '2']);
  expect(alice.registrations.map(({ state }) => state)).toEqual(['registering', 'registered']);
  const before = JSON.parse(JSON.stringify(alice.agent.snapshot())) as UserAgentSnapshot;
  const second = await setUp({}, before);
  const again = second.sent('REGISTER');
  expect(again.map(([to, { callId, cseq }]) => [to, callId, cseq.number])).toEqual(
    registers.map(([to, { callId }]) => [to, callId, 2]),
  );
  await second.finish();
});

test('the flow in use is lost: each call hears of the other at once, and what begins does not wait (RFC 5626 §4.5)', async () => {
  const { clock, wire, alice, call, lose, sent, finish } = await setUp();
  const session = await call();
  const other = await call();
  wire.clear();
  lose(0, { back: false });
  await clock.advanceSettled(100);
  const again = sent('INVITE');
  expect(again.map(([to]) => to)).toEqual([hosts[1], hosts[1]]);
  expect(new Set(again.map(([, { callId }]) => callId))).toEqual(new Set([session.callId, other.callId]));
  expect(sent('REGISTER')).toEqual([]);
  expect(alice.agent.flow.state).toBe('open');
  expect(alice.agent.registration.state).toBe('registered');
  wire.clear();
  const third = await call();
  expect(sent('INVITE').map(([to, message]) => [to, message.headers.get('route')])).toEqual([
    [hosts[1], `<sip:${hosts[1]};lr>`],
  ]);
  await clock.advanceSettled(60_000);
  expect(wire.requests('INVITE')).toHaveLength(1);
  for (const each of [session, other, third]) expect(each.state).toBe('connected');
  await finish(1);
});

test('a flow that comes back is registered again, and the calls stay where they are (RFC 5626 §4.5)', async () => {
  const { clock, wire, call, lose, sent, finish, alice } = await setUp();
  const session = await call();
  wire.clear();
  lose(1);
  await clock.advanceSettled(1000);
  expect(sent('REGISTER').map(([to]) => to)).toEqual([hosts[1]]);
  expect(sent('INVITE')).toEqual([]);
  // Back and forth: each time one re-INVITE, over what is left.
  for (const edge of [0, 1, 0] as const) {
    await clock.advanceSettled(15_000);
    wire.clear();
    lose(edge);
    await clock.advanceSettled(1000);
    expect(sent('INVITE').map(([to]) => to)).toEqual([hosts[1 - edge]]);
    expect(sent('REGISTER').map(([to]) => to)).toEqual([hosts[edge]]);
  }
  expect(session.state).toBe('connected');
  expect(alice.flows.map(({ state }) => state)).toEqual(['connecting', 'open']);
  await finish();
});

test('both are lost, for half a minute: the call is there again over the first that comes back (RFC 5626 §4.5, trap 4.2 #32)', async () => {
  const { clock, wire, edges, call, lose, sent, finish, alice } = await setUp();
  const session = await call();
  for (const edge of [0, 1] as const) lose(edge, { back: false });
  await clock.advanceSettled(30_000);
  expect(session.state).toBe('connected');
  expect(alice.agent.flow.state).not.toBe('open');
  wire.clear();
  edges[1]?.host.listen('WS', 80);
  await clock.advanceSettled(3000);
  expect(sent('REGISTER').map(([to]) => to)).toEqual([hosts[1]]);
  expect(sent('INVITE').map(([to, { callId }]) => [to, callId])).toEqual([[hosts[1], session.callId]]);
  expect(session.state).toBe('connected');
  await finish(1);
});

test('430 sends the request by the next flow under the next CSeq number, and its ACK the same way (RFC 5626 §11.5, trap 4.7 #101)', async () => {
  const { clock, refuse, sent, finish, alice } = await setUp();
  refuse.add(`INVITE ${hosts[0]}`);
  const session = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(500);
  expect(session.state).toBe('connected');
  expect(sent('INVITE').map(([to, { cseq }]) => [to, cseq.number])).toEqual([
    [hosts[0], 1],
    [hosts[1], 2],
  ]);
  // One ends the transaction of the 430 (§17.1.1.3), the other acknowledges the 200.
  expect(sent('ACK').map(([to, { cseq }]) => [to, cseq.number])).toEqual([
    [hosts[0], 1],
    [hosts[1], 2],
  ]);
  refuse.add(`INVITE ${hosts[1]}`);
  const lost = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(500);
  expect(lost.end).toMatchObject({ status: 430 });
  await finish();
});

test('each flow is kept alive as often as its own server asks (RFC 5626 §4.4, REG-032)', async () => {
  const { clock, edges, finish } = await setUp();
  const pings = edges.map(({ transport }) => {
    const at: number[] = [];
    const original = transport.received.bind(transport);
    transport.received = (flow, bytes) => {
      if (bytes.length === 4) at.push(clock.now());
      original(flow, bytes);
    };
    return at;
  });
  await clock.advanceSettled(200_000);
  for (const [edge, seconds] of [10, 20].entries()) {
    const gaps = (pings[edge] ?? []).slice(1).map((at, i) => at - (pings[edge]?.[i] ?? 0));
    expect(gaps.length).toBeGreaterThan(5);
    for (const gap of gaps) expect(gap).toBeLessThanOrEqual(seconds * 1000);
  }
  await finish();
});

test('media that stalls begins anew at once; during an outage in the one re-INVITE of the recovery (RFC 5626 §4.5)', async () => {
  const { clock, wire, edges, alice, call, lose, sent, finish } = await setUp();
  const session = await call();
  const sound = await call();
  wire.clear();
  session.mediaStalled();
  await clock.advanceSettled(200);
  expect(sent('INVITE').map(([, { callId }]) => callId)).toEqual([session.callId]);
  expect(alice.media(session).calls.slice(-2)).toEqual(['offer restart', 'accept']);
  for (const edge of [0, 1] as const) lose(edge, { back: false });
  await clock.advanceSettled(1000);
  session.mediaStalled();
  session.mediaStalled();
  await clock.advanceSettled(1000);
  wire.clear();
  edges[0]?.host.listen('WS', 80);
  await clock.advanceSettled(3000);
  expect(sent('INVITE').map(([, { callId }]) => callId)).toEqual([session.callId, sound.callId]);
  expect(alice.media(session).calls.slice(-2)).toEqual(['offer restart', 'accept']);
  expect(alice.media(sound).calls.slice(-2)).toEqual(['offer', 'accept']);
  session.hangUp();
  session.mediaStalled();
  await clock.advanceSettled(1000);
  await finish(1);
});

test('the bindings of both flows are there, one of them each ours (§10.2.3, RFC 5626 §4.2)', async () => {
  const { clock, alice, finish } = await setUp();
  const asked = alice.agent.fetchBindings();
  await clock.advanceSettled(300);
  const { status, bindings } = await asked;
  expect(status).toBe(200);
  expect(bindings.map(({ own }) => own)).toEqual([true, false]);
  await finish();
});
