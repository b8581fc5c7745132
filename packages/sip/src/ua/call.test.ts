import { afterEach, expect, test } from 'vitest';
import { type SipRequest, treatAs } from '../message/index.ts';
import { latin1Decode } from '../runtime/index.ts';
import { assertIdle, MemoryNetwork, seededRandom, TestAgent, VirtualClock, Wire } from '../testing/index.ts';
import type { UserAgentOptions } from './options.ts';

const running: { readonly clock: VirtualClock; readonly agents: readonly TestAgent[] }[] = [];

/** Two agents that send to each other by UDP, with no proxy between them. */
function pair(options: { readonly alice?: Partial<UserAgentOptions>; readonly bob?: Partial<UserAgentOptions> } = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(2) });
  const wire = new Wire(network);
  const agent = (user: string, address: string, peer: string, own: Partial<UserAgentOptions> = {}) =>
    new TestAgent(network, address, { user, server: { transport: 'UDP', host: peer, port: 5060 }, options: own });
  const alice = agent('alice', '192.0.2.1', '192.0.2.2', options.alice);
  const bob = agent('bob', '192.0.2.2', '192.0.2.1', options.bob);
  alice.agent.start();
  bob.agent.start();
  clock.advance(1);
  running.push({ clock, agents: [alice, bob] });
  return { clock, network, wire, alice, bob };
}

async function connected(options: Parameters<typeof pair>[0] = {}) {
  const all = pair(options);
  const call = all.alice.agent.call('sip:bob@example.com');
  await all.clock.advanceSettled(200);
  all.bob.session.answer();
  await all.clock.advanceSettled(500);
  expect(call.state).toBe('connected');
  expect(all.bob.session.state).toBe('connected');
  return { ...all, call, other: all.bob.session };
}

// After each call nothing is left: no transaction, dialog, session or timer (trap 4.11 #138).
afterEach(async () => {
  for (const { clock, agents } of running.splice(0)) {
    for (const { agent } of agents) for (const session of agent.sessions) session.hangUp();
    await clock.advanceSettled(200_000);
    assertIdle(...agents.map(({ agent }) => agent));
    for (const agent of agents) {
      for (const session of [...agent.incoming, ...agent.states.keys()]) expect(agent.media(session).closed).toBe(true);
    }
  }
});

test('a call: INVITE, 180, 200, ACK, BYE, 200 (RFC 3665 §3.1)', async () => {
  const { clock, wire, alice, bob } = pair();
  const call = alice.agent.call('sip:bob@example.com', { headers: [['Subject', 'tea']] });
  expect(call.state).toBe('calling');
  await clock.advanceSettled(500);
  expect(call.state).toBe('ringing');
  expect(bob.session).toMatchObject({ state: 'incoming', direction: 'incoming', callId: call.callId });
  expect(bob.session.remote).toEqual({ uri: 'sip:alice@example.com' });
  bob.session.answer();
  await clock.advanceSettled(500);
  expect(call.state).toBe('connected');
  expect(bob.states.get(bob.session)).toEqual(['answering', 'confirming', 'connected']);
  call.hangUp();
  await clock.advanceSettled(500);
  expect(call.end).toEqual({ by: 'local', kind: 'hangup' });
  expect(bob.session.end).toEqual({ by: 'remote', kind: 'hangup' });
  expect(wire.story).toEqual(['INVITE', '180 INVITE', '200 INVITE', 'ACK', 'BYE', '200 BYE']);
  expect(wire.requests('INVITE')[0]?.message.headers.get('subject')).toBe('tea');
});

test('every request has what §8.1.1 asks for, and a single Contact (§8.1.1, §8.1.1.8, UAC-001, UAC-002, UAC-003, UAC-006)', async () => {
  const { wire, call, clock } = await connected();
  call.hangUp();
  await clock.advanceSettled(200);
  for (const { message } of wire.seen) {
    if (message.kind !== 'request') continue;
    expect(message.maxForwards).toBe(70);
    expect(message.fromTag?.length).toBeGreaterThanOrEqual(8);
    expect(message.via.branch).toMatch(/^z9hG4bK[0-9a-f]{8,}/);
    if (message.method === 'INVITE') expect(message.contacts).toHaveLength(1);
  }
  const branches = wire.seen.flatMap(({ message }) => (message.kind === 'request' ? [message.via.branch] : []));
  expect(new Set(branches).size).toBe(branches.length);
});

test('the callee hangs up as well (§15)', async () => {
  const { clock, call, other } = await connected();
  other.hangUp();
  await clock.advanceSettled(500);
  expect(other.end).toEqual({ by: 'local', kind: 'hangup' });
  expect(call.end).toEqual({ by: 'remote', kind: 'hangup' });
});

test('both hang up at once: both BYEs are answered 200 (§15.1.2)', async () => {
  const { clock, wire, call, other } = await connected();
  call.hangUp();
  other.hangUp();
  await clock.advanceSettled(500);
  expect(wire.responses(200, 'BYE')).toHaveLength(2);
  expect(call.end?.by).toBe('local');
  expect(other.end?.by).toBe('local');
});

test.each([
  [486, 'rejected'],
  [603, 'rejected'],
  [480, 'failed'],
  [404, 'failed'],
] as const)('a refusal with %i is told as %s (§13.3.1.3)', async (status, kind) => {
  const { clock, alice, bob } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  bob.session.reject(status);
  await clock.advanceSettled(200);
  expect(call.end).toMatchObject({ by: 'remote', kind, status });
  expect(bob.session.end).toEqual({ by: 'local', kind: 'rejected', status });
});

test('a phone sends its caller elsewhere, by best q first, and is done with it (§8.3, §21.3, REDIRECT-001)', async () => {
  const { clock, wire, alice, bob } = pair();
  bob.onIncoming = (session) => {
    if (bob.incoming.length > 1) return;
    session.reject(300, {
      contacts: ['sip:bob@home.example.com', '"Bob, at work" <sip:bob@work.example.com>;q=0.7', 'tel:+1-201-555-0123'],
      reason: 'One of these',
    });
  };
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  const [redirect] = wire.responses(300, 'INVITE');
  expect(redirect?.message.reason).toBe('One of these');
  expect(redirect?.message.toTag).toBeDefined();
  expect(redirect?.message.headers.all('contact')).toEqual([
    '<sip:bob@home.example.com>',
    '"Bob, at work" <sip:bob@work.example.com>;q=0.7',
    '<tel:+1-201-555-0123>',
  ]);
  expect(bob.incoming[0]?.end).toEqual({ by: 'local', kind: 'rejected', status: 300 });
  expect(wire.requests('INVITE').map(({ message }) => message.uriText)).toContain('sip:bob@home.example.com');
  call.hangUp();
  await clock.advanceSettled(200_000);
  assertIdle(alice.agent, bob.agent);
});

test('a redirection goes elsewhere or is misuse: no contacts, none that is one, the address that was called, another status than 3xx (§8.3, REDIRECT-003)', async () => {
  const { clock, alice, bob } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  for (const contacts of [[], ['bob'], ['sip:bob@example.com'], ['sip:a@b\r\nX: 1'], ['<sip:a@b>, <sip:c@d>']])
    expect(() => bob.session.reject(302, { contacts })).toThrow(TypeError);
  // @ts-expect-error A busy phone knows of no other place.
  expect(() => bob.session.reject(486, { contacts: ['sip:a@b'] })).toThrow(RangeError);
  expect(bob.session.state).toBe('incoming');
  call.hangUp();
  await clock.advanceSettled(200_000);
  assertIdle(alice.agent, bob.agent);
});

test.each([180, 181, 182])('a %i is told as ringing (§21.1.2, §21.1.3, §21.1.4)', async (status) => {
  const { clock, alice, bob } = pair();
  bob.onIncoming = (session) => session.progress({ status, media: false });
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  expect(call.state).toBe('ringing');
});

test('every other final ends the call with its status, and its INVITE is sent once (§8.1.3.4, §21.4, §21.5, §21.6)', async () => {
  // What the UA acts upon has tests of its own.
  const actedOn = new Set([401, 407, 420, 422, 430, 503]);
  const statuses = Array.from({ length: 300 }, (_, index) => index + 400);
  for (const status of statuses.filter((each) => treatAs(each) === each && !actedOn.has(each))) {
    const { clock, wire, alice, bob } = pair();
    bob.onIncoming = (session) => session.reject(status);
    const call = alice.agent.call('sip:bob@example.com');
    await clock.advanceSettled(10_000);
    expect(call.end).toMatchObject({ by: 'remote', status });
    expect(wire.requests('INVITE')).toHaveLength(1);
  }
});

test('a busy phone refuses inside of the event, and nobody hears it ring (§21.4.24, UAS-016)', async () => {
  const { clock, wire, alice, bob } = pair();
  bob.onIncoming = (session) => session.reject(486);
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  expect(call.end).toMatchObject({ status: 486, reason: 'Busy Here' });
  expect(wire.story).toEqual(['INVITE', '486 INVITE', 'ACK']);
});

test('hanging up while it rings sends CANCEL, and the INVITE gets 487 (§9, UAS-010)', async () => {
  const { clock, wire, alice, bob } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  call.hangUp();
  expect(call.state).toBe('ending');
  await clock.advanceSettled(200);
  expect(call.end).toEqual({ by: 'local', kind: 'cancelled' });
  expect(bob.session.end).toEqual({ by: 'remote', kind: 'cancelled' });
  expect(wire.story).toEqual(['INVITE', '180 INVITE', 'CANCEL', '200 CANCEL', '487 INVITE', 'ACK']);
});

test('the CANCEL is the INVITE but for its method, without a learnt To tag, and can carry a Reason (§9.1, trap 4.3 #50, UAC-012)', async () => {
  const { clock, wire, alice } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  call.hangUp('SIP;cause=200;text="Call completed elsewhere"');
  await clock.advanceSettled(200);
  const [invite] = wire.requests('INVITE');
  const [cancel] = wire.requests('CANCEL');
  const shared = (request: SipRequest | undefined) => [
    request?.uriText,
    request?.headers.get('from'),
    request?.headers.get('to'),
    request?.callId,
    request?.cseq.number,
    request?.headers.all('via'),
  ];
  expect(shared(cancel?.message)).toEqual(shared(invite?.message));
  expect(cancel?.message.headers.get('reason')).toBe('SIP;cause=200;text="Call completed elsewhere"');
  expect(cancel?.message.headers.has('require')).toBe(false);
});

test("the 200 to CANCEL has the To tag of the INVITE's responses (§9.2, trap 4.3 #51)", async () => {
  const { clock, wire, alice } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  call.hangUp();
  await clock.advanceSettled(200);
  const tags = [wire.responses(180, 'INVITE'), wire.responses(200, 'CANCEL'), wire.responses(487, 'INVITE')];
  expect(new Set(tags.map(([first]) => first?.message.toTag)).size).toBe(1);
});

test('answered elsewhere is read from the Reason of the CANCEL, and is no missed call (RFC 3326, UAC-034)', async () => {
  const { clock, alice, bob } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  call.hangUp('SIP;cause=200;text="Call completed elsewhere"');
  await clock.advanceSettled(200);
  expect(bob.session.end).toEqual({
    by: 'remote',
    kind: 'answered-elsewhere',
    reasonHeader: [{ protocol: 'SIP', cause: 200, text: 'Call completed elsewhere' }],
  });
});

test('answered elsewhere is read from the Reason of a BYE too: the caller took another phone that was faster (RFC 3326 §2, UAC-034)', async () => {
  const { clock, alice, bob } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  bob.session.answer();
  await clock.advanceSettled(200);
  call.hangUp('SIP;cause=200;text="Call completed elsewhere"');
  await clock.advanceSettled(200);
  expect(bob.session.end).toMatchObject({ by: 'remote', kind: 'answered-elsewhere' });
});

test('CANCEL and 200 cross: the caller acknowledges, then ends by BYE (§9.1, traps 4.3 #51, 4.4 #60, UAC-014)', async () => {
  const { clock, wire, alice, bob } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  bob.session.answer();
  call.hangUp();
  await clock.advanceSettled(500);
  expect(wire.responses(200, 'CANCEL')).toHaveLength(1);
  expect(wire.responses(487, 'INVITE')).toHaveLength(0);
  expect(wire.story.slice(-3)).toEqual(['ACK', 'BYE', '200 BYE']);
  expect(call.end).toEqual({ by: 'local', kind: 'cancelled' });
  expect(bob.session.end).toEqual({ by: 'remote', kind: 'hangup' });
});

test('nobody answers: after the ring time the caller cancels by itself (§13.2.1, trap 4.3 #48)', async () => {
  const { clock, wire, alice } = pair({ alice: { ringSeconds: 30 } });
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(31_000);
  expect(call.end).toEqual({ by: 'local', kind: 'timeout', status: 408 });
  expect(wire.requests('CANCEL')).toHaveLength(1);
});

test('the callee repeats its 180 each minute (§13.3.1.1, UAS-015)', async () => {
  const { clock, wire, alice } = pair({ alice: { ringSeconds: 170 } });
  alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(150_000);
  expect(wire.responses(180, 'INVITE')).toHaveLength(3);
});

test('an INVITE whose Expires has passed gets 487 (§13.3.1)', async () => {
  const { clock, network, wire, alice, bob } = pair();
  // The caller, who gives up too, is not heard.
  network.drop = ({ bytes }) => latin1Decode(bytes).startsWith('CANCEL');
  const call = alice.agent.call('sip:bob@example.com', { headers: [['Expires', '20']] });
  await clock.advanceSettled(21_000);
  expect(call.end).toMatchObject({ by: 'local', kind: 'timeout' });
  expect(bob.session.end).toMatchObject({ kind: 'timeout' });
  expect(wire.responses(487, 'INVITE')).toHaveLength(1);
});

test('no answer at all: timer B ends the call as timed out (§17.1.1.2, §8.1.3.1)', async () => {
  const { clock, network, alice } = pair();
  network.partition('192.0.2.1', '192.0.2.2');
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(33_000);
  expect(call.end).toEqual({ by: 'network', kind: 'timeout', status: 408 });
});

test('the 2xx goes out again after T1, 2·T1 … T2 until the ACK, octet for octet (§13.3.1.4, trap 4.3 #44, UAS-017)', async () => {
  const { clock, network, wire, alice, bob } = pair();
  alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  network.drop = ({ bytes }) => bytes[0] === 0x41; // ACK
  bob.session.answer();
  await clock.advanceSettled(20_000);
  const sent = wire.responses(200, 'INVITE');
  const gaps = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
  expect(gaps.slice(0, 5)).toEqual([500, 1000, 2000, 4000, 4000]);
  expect(new Set(sent.map(({ text }) => text)).size).toBe(1);
  // And each of them gets the same ACK again (§13.2.2.4, trap 4.3 #41).
  const acks = wire.requests('ACK');
  expect(acks).toHaveLength(sent.length);
  expect(new Set(acks.map(({ text }) => text)).size).toBe(1);
  network.drop = undefined;
  await clock.advanceSettled(5000);
  expect(bob.session.state).toBe('connected');
});

test('64·T1 without an ACK: the callee ends the call by BYE (§13.3.1.4, trap 4.3 #44, UAS-017, UAC-024)', async () => {
  const { clock, network, wire, alice, bob } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  network.drop = ({ bytes }) => bytes[0] === 0x41; // ACK
  bob.session.answer();
  await clock.advanceSettled(33_000);
  expect(bob.session.end).toEqual({ by: 'network', kind: 'timeout', status: 408 });
  expect(wire.requests('BYE', '192.0.2.2')).toHaveLength(1);
  expect(call.end).toMatchObject({ by: 'remote', kind: 'hangup' });
});

test('a callee that hangs up before the ACK waits for it with its BYE (§15, trap 4.4 #66, UAC-024)', async () => {
  const { clock, network, wire, alice, bob } = pair();
  alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  network.drop = ({ bytes }) => bytes[0] === 0x41; // ACK
  bob.session.answer();
  await clock.advanceSettled(1000);
  bob.session.hangUp();
  bob.session.hangUp();
  expect(bob.session.state).toBe('ending');
  await clock.advanceSettled(1000);
  expect(wire.requests('BYE')).toHaveLength(0);
  network.drop = undefined;
  await clock.advanceSettled(5000);
  expect(wire.requests('BYE', '192.0.2.2')).toHaveLength(1);
  expect(bob.session.end).toEqual({ by: 'local', kind: 'hangup' });
});

test('a callee that hangs up and never gets the ACK sends its BYE after 64·T1 (§15, trap 4.4 #66)', async () => {
  const { clock, network, wire, alice, bob } = pair();
  alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  network.drop = ({ bytes }) => bytes[0] === 0x41; // ACK
  bob.session.answer();
  const at = clock.now();
  await clock.advanceSettled(1000);
  bob.session.hangUp();
  await clock.advanceSettled(40_000);
  const [bye] = wire.requests('BYE', '192.0.2.2');
  expect((bye?.at ?? 0) - at).toBe(32_000);
  expect(bob.session.end).toEqual({ by: 'local', kind: 'hangup' });
});

test('a lossy network makes no difference to the story told (§17)', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const { clock, network, alice, bob } = pair();
    network.conditions = { ...network.conditions, loss: 0.3, duplicate: 0.2, reorder: 0.2, jitter: 50 };
    for (let i = 0; i < seed; i++) network.random.number();
    const call = alice.agent.call('sip:bob@example.com');
    await clock.advanceSettled(15_000);
    bob.session.answer();
    await clock.advanceSettled(25_000);
    expect([seed, call.state, bob.session.state]).toEqual([seed, 'connected', 'connected']);
    call.hold();
    await clock.advanceSettled(25_000);
    expect([seed, bob.session.held.remote]).toEqual([seed, true]);
    bob.session.hangUp();
    await clock.advanceSettled(30_000);
    expect([seed, call.state, bob.session.state]).toEqual([seed, 'ended', 'ended']);
  }
});

test('hanging up is legal and idempotent in every state, and picks what is due (trap 4.11 #136)', async () => {
  // Before the offer is there: nothing was sent, nothing is.
  const silent = pair();
  const early = silent.alice.agent.call('sip:bob@example.com');
  early.hangUp();
  early.hangUp();
  await silent.clock.advanceSettled(1000);
  expect(early.end).toEqual({ by: 'local', kind: 'cancelled' });
  expect(silent.wire.story).toEqual([]);
  // Incoming and ringing: a refusal.
  const ringing = pair();
  const call = ringing.alice.agent.call('sip:bob@example.com');
  await ringing.clock.advanceSettled(200);
  ringing.bob.session.hangUp();
  ringing.bob.session.hangUp();
  ringing.bob.session.answer();
  await ringing.clock.advanceSettled(200);
  expect(call.end).toMatchObject({ status: 486 });
  // Ended: nothing.
  for (const session of [call, ringing.bob.session]) {
    session.hangUp();
    session.reject();
    session.answer();
    session.hold();
    session.resume();
    session.restartMedia();
    expect(await session.sendDtmfInfo('1')).toBe(481);
  }
  await ringing.clock.advanceSettled(1000);
  expect(ringing.wire.story).toEqual(['INVITE', '180 INVITE', '486 INVITE', 'ACK']);
});

test('before any response the CANCEL waits for the first 1xx (§9.1, trap 4.11 #136, UAC-013)', async () => {
  const { clock, wire, alice } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(1);
  call.hangUp();
  await clock.advanceSettled(5);
  expect(wire.story).toEqual(['INVITE']);
  await clock.advanceSettled(500);
  expect(wire.story).toEqual(['INVITE', '180 INVITE', 'CANCEL', '200 CANCEL', '487 INVITE', 'ACK']);
  expect(call.end?.kind).toBe('cancelled');
});

test('hung up while the answer is being made: no media, no 200, nothing left (trap 4.11 #135)', async () => {
  const { clock, wire, alice, bob } = pair();
  bob.onIncoming = (session) => {
    bob.media(session).blocked = true;
  };
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  bob.session.answer();
  bob.session.answer();
  await clock.advanceSettled(200);
  expect(bob.session.state).toBe('answering');
  call.hangUp();
  await clock.advanceSettled(200);
  bob.media(bob.session).release();
  await clock.advanceSettled(200);
  expect(bob.session.end?.kind).toBe('cancelled');
  expect(wire.responses(200, 'INVITE')).toHaveLength(0);
  expect(bob.media(bob.session).calls).toEqual(['answer', 'close']);
});

test('hung up while the offer is being made: the INVITE never leaves (trap 4.11 #135)', async () => {
  const { clock, wire, alice } = pair({});
  const call = alice.agent.call('sip:bob@example.com');
  alice.media(call).blocked = true;
  await clock.advanceSettled(100);
  call.hangUp();
  alice.media(call).release();
  await clock.advanceSettled(1000);
  expect(wire.story).toEqual([]);
});

test('no microphone: the call ends here before it began, or is answered 480 (§21.4.18)', async () => {
  const { clock, wire, alice, bob } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  alice.media(call).refuse = { status: 480 };
  await clock.advanceSettled(100);
  expect(call.end).toEqual({ by: 'local', kind: 'failed', status: 480 });
  expect(wire.story).toEqual([]);
  const second = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  bob.media(bob.session).refuse = { status: 480 };
  bob.session.answer();
  await clock.advanceSettled(200);
  expect(second.end).toMatchObject({ by: 'remote', kind: 'failed', status: 480 });
});

test('an offer that cannot be met is answered 488 with its Warning (§21.4.26, UAS-027)', async () => {
  const { clock, alice, bob } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  bob.media(bob.session).refuse = { status: 488, warning: '305 bob "Incompatible media format"' };
  bob.session.answer();
  await clock.advanceSettled(200);
  expect(call.end).toMatchObject({ status: 488, warning: '305 bob "Incompatible media format"' });
  expect(bob.session.end).toMatchObject({ by: 'local', status: 488 });
});

test('an answer that the caller cannot use: ACK, then BYE (§13.2.2.4)', async () => {
  const { clock, wire, alice, bob } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  alice.media(call).refuse = { status: 488 };
  bob.session.answer();
  await clock.advanceSettled(500);
  expect(call.end).toEqual({ by: 'local', kind: 'failed', status: 488 });
  expect(wire.story.slice(-3)).toEqual(['ACK', 'BYE', '200 BYE']);
});

test('events come after the state is consistent, and may call back in (trap 4.11 #137)', async () => {
  const seen: string[] = [];
  const { clock, alice, bob } = pair({
    alice: {
      events: {
        session: (session) => {
          seen.push(`${session.state}:${alice.agent.sessions.length}:${alice.agent.counts.sessions}`);
          if (session.state === 'connected') session.hangUp();
        },
        ended: (session) => seen.push(`ended:${session.end?.kind}:${alice.agent.sessions.length}`),
      },
    },
  });
  alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  bob.session.answer();
  await clock.advanceSettled(500);
  expect(seen).toEqual(['ringing:1:1', 'connected:1:1', 'ended:0:0', 'ended:hangup:0']);
  expect(bob.session.end?.kind).toBe('hangup');
});

test('a listener that throws breaks nothing (trap 4.11 #137)', async () => {
  const logged: string[] = [];
  const broken = () => {
    throw new Error('listener');
  };
  const { clock, alice, bob } = pair({
    alice: { events: { session: broken, ended: broken, flow: broken }, log: (_level, event) => logged.push(event) },
  });
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  bob.session.answer();
  await clock.advanceSettled(500);
  expect(call.state).toBe('connected');
  bob.session.hangUp();
  await clock.advanceSettled(500);
  expect(call.state).toBe('ended');
  expect(logged).toContain('listener-threw');
});

test('a target that is no SIP address is refused at once', () => {
  const { alice } = pair();
  for (const target of ['', 'mailto:bob@example.com', 'sip:', 'bob smith']) {
    expect(() => alice.agent.call(target)).toThrow(TypeError);
  }
  expect(alice.agent.sessions).toEqual([]);
});

test('headers that would break the message are refused at once, and leave no session', async () => {
  const { clock, alice, bob } = pair();
  expect(() => alice.agent.call('sip:bob@example.com', { headers: [['X', 'a\r\nEvil: 1']] })).toThrow(TypeError);
  expect(alice.agent.sessions).toEqual([]);
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  expect(() => call.hangUp('SIP\r\nEvil: 1')).toThrow(TypeError);
  expect(call.state).toBe('ringing');
  expect(() => bob.session.reject(200)).toThrow(RangeError);
  expect(bob.session.state).toBe('incoming');
});
