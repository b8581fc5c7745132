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
import type { Flow } from '../transport/index.ts';
import type { UserAgentOptions, UserAgentSnapshot } from './options.ts';
import { afterTry, defaultReconnect, type Outage, retryDelay } from './retry-schedule.ts';

const target = { transport: 'WS', host: '192.0.2.9', port: 80 } as const;
const answer =
  'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n';

/** An agent on a WebSocket; its server registers it and plays the far side of its calls. */
async function setUp(options: Partial<UserAgentOptions> = {}, before?: UserAgentSnapshot, start = 0) {
  const clock = new VirtualClock(start);
  const network = new MemoryNetwork({ clock, random: seededRandom(8) });
  const wire = new Wire(network);
  const server = new TestElement(network, '192.0.2.9', { listen: [['WS', 80]] });
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: target,
    options,
    ...(before && { before }),
  });
  server.answer = (transaction) => {
    const { request } = transaction;
    const headers: [string, string][] =
      request.method === 'REGISTER'
        ? [['Contact', request.headers.get('contact') ?? '']]
        : [['Contact', '<sip:bob@192.0.2.2>']];
    const body = request.method === 'INVITE' ? { body: answer, contentType: 'application/sdp' } : {};
    transaction.respond(createResponse(request, 200, { toTag: 'bob', headers, ...body }));
  };
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(200);
  const flow = (): Flow => {
    const [open] = alice.host.connections;
    if (!open) throw new Error('no connection');
    return open;
  };
  const call = async () => {
    const session = alice.agent.call('sip:bob@example.com');
    await clock.advanceSettled(200);
    expect(session.state).toBe('connected');
    return session;
  };
  const finish = async () => {
    for (const session of alice.agent.sessions) session.hangUp();
    const stopped = alice.agent.stop();
    await clock.advanceSettled(5000);
    await stopped;
    await clock.advanceSettled(64_000);
    assertIdle(alice.agent);
    expect(alice.host.connections).toEqual([]);
  };
  const states = () => alice.flows.map(({ state }) => state);
  return { clock, network, wire, server, alice, flow, call, finish, states };
}

test('a cut connection is back within 0.3 s, then REGISTER, then a re-INVITE for each call (RFC 5626 §4.2)', async () => {
  const { clock, wire, alice, flow, call, finish, states } = await setUp();
  const session = await call();
  const before = wire.requests('REGISTER')[0]?.message;
  wire.clear();
  const at = clock.now();
  cut(flow());
  await clock.advanceSettled(1000);
  expect(states()).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
  const [register] = wire.requests('REGISTER');
  const [invite] = wire.requests('INVITE');
  expect((register?.at ?? 0) - at).toBeLessThanOrEqual(340);
  expect(register?.message.contacts[0]?.params.get('+sip.instance')).toBe(
    before?.contacts[0]?.params.get('+sip.instance'),
  );
  expect(register?.message.callId).toBe(before?.callId);
  expect(invite?.at).toBeGreaterThan(register?.at ?? 0);
  expect(invite?.message.toTag).toBe('bob');
  expect(session.state).toBe('connected');
  expect(alice.media(session).calls).toEqual(['offer', 'accept', 'offer', 'accept']);
  await finish();
});

test('the call lives through a minute without signalling, and its BYE finds us afterwards (§12, trap 4.2 #32)', async () => {
  const { clock, server, wire, alice, flow, call, finish } = await setUp();
  const session = await call();
  server.host.stopListening('WS', 80);
  cut(flow());
  await clock.advanceSettled(60_000);
  expect(session.state).toBe('connected');
  // The binding may be gone by now: it is not called registered.
  expect(alice.agent.registration.state).toBe('registering');
  server.host.listen('WS', 80);
  await clock.advanceSettled(3000);
  const [invite] = wire.requests('INVITE').slice(-1);
  if (!invite) throw new Error('no re-INVITE');
  const bye = dialogBye(invite.message);
  const outcome = server.send(bye, { flow: server.opened.at(-1) as Flow });
  await clock.advanceSettled(200);
  expect(outcome.statuses).toEqual([200]);
  expect(session.end).toEqual({ by: 'remote', kind: 'hangup' });
  expect(alice.agent.registration.state).toBe('registered');
  await finish();
});

test('hung up during the outage: over for the user at once, the BYE goes when there is a way (§15.1.1)', async () => {
  const { clock, server, wire, alice, flow, call, finish } = await setUp();
  const session = await call();
  server.host.stopListening('WS', 80);
  cut(flow());
  await clock.advanceSettled(5000);
  session.hangUp();
  expect(session.state).toBe('ended');
  expect(alice.counts.dialogs).toBe(1);
  server.host.listen('WS', 80);
  await clock.advanceSettled(3000);
  expect(wire.requests('BYE')).toHaveLength(1);
  expect(wire.story.indexOf('BYE')).toBeGreaterThan(wire.story.lastIndexOf('REGISTER'));
  expect(alice.counts.dialogs).toBe(0);
  await finish();
});

test('a BYE that the broken connection swallowed is sent again on the next (§15.1.1)', async () => {
  const { clock, server, wire, flow, call, finish } = await setUp();
  const session = await call();
  const { answer: normal } = server;
  server.answer = undefined;
  session.hangUp();
  await clock.advanceSettled(50);
  cut(flow());
  server.answer = normal;
  await clock.advanceSettled(1000);
  const byes = wire.requests('BYE').map(({ message }) => message.cseq.number);
  expect(byes).toHaveLength(2);
  expect(byes[1]).toBeGreaterThan(byes[0] ?? 0);
  await finish();
});

test('a BYE is not kept for ever: after three minutes nobody waits for it', async () => {
  const { clock, server, alice, flow, call, finish } = await setUp();
  const session = await call();
  server.host.stopListening('WS', 80);
  cut(flow());
  session.hangUp();
  await clock.advanceSettled(181_000);
  expect(alice.counts.dialogs).toBe(0);
  await finish();
});

test('a hold wished during the outage is told after it; a digit is refused at once', async () => {
  const { clock, server, alice, flow, call, finish } = await setUp();
  const session = await call();
  server.host.stopListening('WS', 80);
  cut(flow());
  await clock.advanceSettled(2000);
  session.hold();
  const digit = session.sendDtmfInfo('1');
  await clock.advanceSettled(2000);
  expect(await digit).toBe(503);
  expect(session.held).toEqual({ local: false, remote: false, wanted: true });
  server.host.listen('WS', 80);
  await clock.advanceSettled(3000);
  expect(session.held.local).toBe(true);
  expect(alice.media(session).calls.filter((name) => name === 'offer hold')).toHaveLength(1);
  await finish();
});

test('requests under way fail with the connection at once; a ringing call is over, a confirmed one is not (trap 4.2 #32)', async () => {
  const { clock, server, alice, flow, call, finish } = await setUp();
  const session = await call();
  server.answer = (transaction) => {
    if (transaction.request.method === 'INVITE') {
      transaction.respond(
        createResponse(transaction.request, 180, { toTag: 'x', headers: [['Contact', '<sip:x@192.0.2.3>']] }),
      );
    }
  };
  const ringing = alice.agent.call('sip:carol@example.com');
  await clock.advanceSettled(200);
  expect(ringing.state).toBe('ringing');
  cut(flow());
  await clock.advanceSettled(0);
  expect(ringing.end).toEqual({ by: 'network', kind: 'failed', status: 503 });
  expect(session.state).toBe('connected');
  await finish();
});

test('an incoming call that rings ends with its connection: its caller cannot be answered any more (RFC 7118 §5.3)', async () => {
  const { clock, server, alice, flow, finish } = await setUp();
  server.send(server.newRequest('INVITE', 'sip:alice@example.com', { headers: [['Contact', '<sip:bob@192.0.2.2>']] }), {
    flow: server.opened[0] as Flow,
  });
  await clock.advanceSettled(100);
  expect(alice.session.state).toBe('incoming');
  cut(flow());
  await clock.advanceSettled(1000);
  expect(alice.session.end).toEqual({ by: 'network', kind: 'failed', status: 503 });
  await finish();
});

test('answered, and cut before the ACK: the call goes on, and the re-INVITE finds out whether it should (§13.3.1.4)', async () => {
  const { clock, server, alice, flow, finish } = await setUp();
  server.send(server.newRequest('INVITE', 'sip:alice@example.com', { headers: [['Contact', '<sip:bob@192.0.2.2>']] }), {
    flow: server.opened[0] as Flow,
  });
  await clock.advanceSettled(100);
  alice.session.answer();
  await clock.advanceSettled(5);
  expect(alice.session.state).toBe('confirming');
  cut(flow());
  await clock.advanceSettled(60_000);
  expect(alice.session.state).toBe('connected');
  await finish();
});

test('a call made while the connection is coming back waits for it; without one it fails after 10 s', async () => {
  const { clock, server, alice, flow, finish } = await setUp();
  cut(flow());
  const quick = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(1000);
  expect(quick.state).toBe('connected');
  server.host.stopListening('WS', 80);
  for (const each of server.host.connections) each.close();
  await clock.advanceSettled(100);
  const late = alice.agent.call('sip:carol@example.com');
  await clock.advanceSettled(11_000);
  expect(late.end).toEqual({ by: 'network', kind: 'failed', status: 503 });
  const given = alice.agent.call('sip:carol@example.com');
  await clock.advanceSettled(100);
  given.hangUp();
  expect(given.end?.kind).toBe('cancelled');
  await finish();
});

test('tries at once, then every half to two seconds for a minute, then as RFC 5626 §4.5 says, up to two minutes (trap 4.2 #34)', () => {
  const random = seededRandom(1);
  let now = 0;
  let outage: Outage = { since: 0, tries: 0, lateTries: 0 };
  const waits: { readonly at: number; readonly wait: number }[] = [];
  for (let i = 0; i < 120; i++) {
    const wait = retryDelay(outage, now, random.number(), defaultReconnect);
    waits.push({ at: now, wait });
    outage = afterTry(outage, now, defaultReconnect);
    now += wait;
  }
  const [first, ...rest] = waits;
  expect(first?.wait).toBeLessThanOrEqual(300);
  const eager = rest.filter(({ at }) => at < 60_000);
  const late = rest.filter(({ at }) => at >= 60_000);
  expect(eager.length).toBeGreaterThan(30);
  for (const { wait } of eager) {
    expect(wait).toBeGreaterThanOrEqual(500);
    expect(wait).toBeLessThanOrEqual(2000);
  }
  for (const [n, { wait }] of late.entries()) {
    const whole = Math.min(120_000, 30_000 * 2 ** n);
    expect(wait).toBeGreaterThanOrEqual(whole / 2);
    expect(wait).toBeLessThanOrEqual(whole);
  }
});

test('a server that takes connections and drops them does not start the count anew each time (RFC 5626 §4.5, trap 4.2 #34)', async () => {
  const { clock, server, alice, finish } = await setUp();
  const opened: number[] = [];
  const { transport } = server;
  const original = transport.opened.bind(transport);
  transport.opened = (flow) => {
    opened.push(clock.now());
    original(flow);
    flow.close();
  };
  for (const flow of server.host.connections) flow.close();
  await clock.advanceSettled(600_000);
  const late = opened.filter((at) => at > 70_000);
  expect(opened.length).toBeLessThan(140);
  expect(late.length).toBeLessThan(10);
  transport.opened = original;
  alice.agent.network('online');
  await clock.advanceSettled(1000);
  expect(alice.agent.registration.state).toBe('registered');
  await finish();
});

test('the network is back: no waiting for the next try', async () => {
  const { clock, server, alice, flow, finish } = await setUp();
  server.host.stopListening('WS', 80);
  cut(flow());
  await clock.advanceSettled(200_000);
  server.host.listen('WS', 80);
  await clock.advanceSettled(10);
  alice.agent.network('online');
  await clock.advanceSettled(200);
  expect(alice.agent.registration.state).toBe('registered');
  await finish();
});

test('events of a connection that was replaced are ignored (trap 4.2 #33)', async () => {
  const { clock, alice, flow, finish, states } = await setUp();
  const old = flow();
  cut(old);
  await clock.advanceSettled(1000);
  const before = states().length;
  alice.agent.closed(old, 'late');
  alice.agent.opened(old);
  await clock.advanceSettled(1000);
  expect(states().length).toBe(before);
  expect(alice.agent.registration.state).toBe('registered');
  await finish();
});

test('a connection that somebody else opened to us and closes again is not ours to mourn (trap 4.2 #33)', async () => {
  const { clock, network, alice, finish, states } = await setUp();
  alice.host.listen('TCP', 5060);
  const stranger = new TestElement(network, '192.0.2.7', { listen: [] });
  const flow = stranger.transport.connect({ transport: 'TCP', host: '192.0.2.1', port: 5060 });
  await clock.advanceSettled(100);
  expect(flow?.state).toBe('open');
  if (flow) cut(flow);
  await clock.advanceSettled(1000);
  expect(states()).toEqual(['connecting', 'open']);
  expect(alice.agent.registration.state).toBe('registered');
  await finish();
});

test('a half-open connection is found within 35 s when idle, within 10 s in a call (RFC 5626 §4.4.1, trap 4.2 #31)', async () => {
  for (const [inCall, limit] of [
    [false, 35_000],
    [true, 10_000],
  ] as const) {
    const { clock, network, alice, call, finish, states } = await setUp();
    // Long enough for a first pong, which shows that this server answers pings.
    await clock.advanceSettled(60_000);
    const session = inCall ? await call() : undefined;
    await clock.advanceSettled(20_000);
    network.partition('192.0.2.1', '192.0.2.9');
    const cutAt = clock.now();
    const found = () => states().at(-1) !== 'open';
    for (let i = 0; i < 40 && !found(); i++) await clock.advanceSettled(1000);
    expect(clock.now() - cutAt).toBeLessThanOrEqual(limit);
    network.heal();
    await clock.advanceSettled(8000);
    expect(alice.agent.registration.state).toBe('registered');
    if (session) expect(session.state).toBe('connected');
    await finish();
  }
});

test('after sleep what seems open is checked at once, and given up within 10 s (RFC 5626 §4.4.1)', async () => {
  const { clock, network, alice, finish, states } = await setUp();
  await clock.advanceSettled(60_000);
  network.partition('192.0.2.1', '192.0.2.9');
  alice.agent.network('wake');
  await clock.advanceSettled(9000);
  expect(states()).toContain('waiting');
  network.heal();
  await clock.advanceSettled(8000);
  expect(alice.agent.registration.state).toBe('registered');
  await finish();
});

test('a server that answers no pings is asked by OPTIONS, and its silence about pings is no loss', async () => {
  const { clock, network, wire, alice, call, finish, states } = await setUp();
  // This server swallows CRLF pings.
  const host = network.find('192.0.2.9');
  const events = host?.events;
  if (!host || !events) throw new Error('no server');
  host.attach({
    opened: (flow) => events.opened(flow),
    closed: (flow, cause) => events.closed(flow, cause),
    received: (flow, bytes) => {
      if (bytes.length > 4) events.received(flow, bytes);
    },
  });
  const session = await call();
  await clock.advanceSettled(120_000);
  expect(states()).toEqual(['connecting', 'open']);
  expect(wire.requests('OPTIONS').length).toBeGreaterThan(5);
  network.partition('192.0.2.1', '192.0.2.9');
  await clock.advanceSettled(10_500);
  expect(states()).toContain('waiting');
  expect(session.state).toBe('connected');
  network.heal();
  await clock.advanceSettled(8000);
  expect(alice.agent.registration.state).toBe('registered');
  await finish();
});

test('Flow-Timer of the registrar sets the pace of the pings (RFC 5626 §4.4.1, REG-032)', async () => {
  const { clock, network, server, alice, finish } = await setUp({ keepAlive: { idle: 90_000 } });
  const { answer: normal } = server;
  server.answer = (transaction) => {
    if (transaction.request.method !== 'REGISTER') return normal?.(transaction);
    const contact = transaction.request.headers.get('contact') ?? '';
    transaction.respond(
      createResponse(transaction.request, 200, {
        toTag: 'r',
        headers: [
          ['Contact', contact],
          ['Flow-Timer', '30'],
        ],
      }),
    );
  };
  alice.agent.register();
  await clock.advanceSettled(100);
  const pings: number[] = [];
  network.tap = ({ from, bytes }) => {
    if (bytes.length === 4 && from.host === '192.0.2.1') pings.push(clock.now());
  };
  await clock.advanceSettled(300_000);
  const gaps = pings.slice(1).map((at, i) => at - (pings[i] ?? 0));
  expect(gaps.length).toBeGreaterThan(8);
  for (const gap of gaps) expect(gap).toBeLessThanOrEqual(30_000);
  await finish();
});

test('a core that was discarded in mid-call goes on from its snapshot, and can be ended from both sides (§12)', async () => {
  for (const ender of ['here', 'there'] as const) {
    const first = await setUp();
    const session = await first.call();
    session.hold();
    await first.clock.advanceSettled(500);
    const before = JSON.parse(JSON.stringify(first.alice.agent.snapshot())) as UserAgentSnapshot;
    const lastCSeq = first.wire.requests('INVITE').at(-1)?.message.cseq.number ?? 0;

    const second = await setUp({}, before, first.clock.now());
    await second.clock.advanceSettled(500);
    const [restored] = second.alice.agent.sessions;
    if (!restored) throw new Error('no session');
    expect(restored).toMatchObject({ id: session.id, state: 'connected', callId: session.callId });
    expect(restored.held).toEqual({ local: true, remote: false, wanted: true });
    expect(restored.answeredAt).toBe(session.answeredAt);
    const [invite] = second.wire.requests('INVITE');
    expect(invite?.message.callId).toBe(session.callId);
    expect(invite?.message.cseq.number).toBe(lastCSeq + 1);
    expect(invite?.message.headers.get('from')).toBe(first.wire.requests('INVITE')[0]?.message.headers.get('from'));
    const [oldOrigin, newOrigin] = [session.localDescription, restored.localDescription].map(
      (sdp) => /^o=- (\d+)/m.exec(sdp ?? '')?.[1],
    );
    expect(newOrigin).toBe(oldOrigin);
    if (ender === 'here') {
      restored.hangUp();
      await second.clock.advanceSettled(200);
      expect(second.wire.requests('BYE')[0]?.message.toTag).toBe('bob');
    } else {
      const outcome = second.server.send(dialogBye(invite?.message as SipRequest), {
        flow: second.server.opened.at(-1) as Flow,
      });
      await second.clock.advanceSettled(200);
      expect(outcome.statuses).toEqual([200]);
    }
    expect(restored.state).toBe('ended');
    await second.finish();
    await first.finish();
  }
});

test('no such transport is told, and nothing is tried', () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(1) });
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    listen: [],
    server: { transport: 'UDP', host: '192.0.2.9', port: 5060 },
  });
  alice.agent.start();
  clock.advance(1000);
  expect(alice.flows.at(-1)).toEqual({ state: 'closed', cause: 'no such transport' });
  expect(clock.pendingTimers).toBe(0);
});

/** The far side's BYE in the dialog of our re-INVITE. */
function dialogBye(invite: SipRequest): SipRequest {
  const { headers } = invite;
  return invite.with({
    method: 'BYE',
    uri: invite.contacts[0]?.uriText ?? '',
    headers: headers
      .without('Via')
      .without('Content-Type')
      .without('Content-Length')
      .without('Contact')
      .with('From', headers.get('to') ?? '')
      .with('To', headers.get('from') ?? '')
      .with('CSeq', '77 BYE'),
    body: new Uint8Array(0),
  });
}

test('over UDP two CRLF each 25 s keep the way open, while registered or in a call, and no longer (§7.5, RFC 5626 §4.4)', async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(1) });
  const server = new TestElement(network, '192.0.2.9');
  const pings: number[] = [];
  network.tap = ({ transport, bytes }) => {
    if (transport === 'UDP' && bytes.length === 4) pings.push(clock.now());
  };
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'UDP', host: '192.0.2.9', port: 5060 },
  });
  server.answer = (transaction) => {
    const { request } = transaction;
    const contact = request.method === 'REGISTER' ? (request.headers.get('contact') ?? '') : '<sip:bob@192.0.2.9>';
    const body = request.method === 'INVITE' ? { body: answer, contentType: 'application/sdp' } : {};
    transaction.respond(createResponse(request, 200, { toTag: 'r', headers: [['Contact', contact]], ...body }));
  };
  const during = async (time: number) => {
    pings.length = 0;
    await clock.advanceSettled(time);
    return pings.length;
  };
  alice.agent.start();
  expect(await during(100_000)).toBe(0);
  alice.agent.register();
  expect(await during(101_000)).toBe(4);
  alice.agent.unregister();
  expect(await during(100_000)).toBe(0);
  const call = alice.agent.call('bob');
  expect(await during(51_000)).toBe(2);
  call.hangUp();
  expect(await during(100_000)).toBe(0);
  alice.agent.register();
  const stopped = alice.agent.stop();
  await clock.advanceSettled(5000);
  await stopped;
  expect(await during(100_000)).toBe(0);
  assertIdle(alice.agent);
});

test('a re-INVITE that only ever rings is given up after three minutes: the call ends where that is not answered either (RFC 3261 §9.1, §16.6 step 11)', async () => {
  const { clock, wire, server, call, finish } = await setUp();
  const session = await call();
  server.answer = (transaction) => {
    const { request } = transaction;
    if (request.method === 'INVITE') transaction.respond(createResponse(request, 180, { toTag: 'bob' }));
    else transaction.respond(createResponse(request, 200, { toTag: 'bob' }));
  };
  session.restartMedia();
  await clock.advanceSettled(179_000);
  expect([session.state, wire.requests('CANCEL').length]).toEqual(['connected', 0]);
  await clock.advanceSettled(2_000);
  expect(wire.requests('CANCEL')).toHaveLength(1);
  await clock.advanceSettled(33_000);
  expect(session.state).toBe('ended');
  expect(wire.requests('BYE')).toHaveLength(1);
  await finish();
});
