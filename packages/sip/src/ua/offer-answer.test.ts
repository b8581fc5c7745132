import { expect, test } from 'vitest';
import { createResponse, parseMessage, printMessage, type SipRequest } from '../message/index.ts';
import { latin1Decode } from '../runtime/index.ts';
import { origin, parseSdp } from '../sdp/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  ScriptedPeer,
  seededRandom,
  TestAgent,
  VirtualClock,
  Wire,
} from '../testing/index.ts';
import type { CallOptions } from './client-invite.ts';

/** A call that is up between two agents. */
async function connected(options: { readonly seed?: number; readonly call?: CallOptions } = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(options.seed ?? 6) });
  const wire = new Wire(network);
  const agent = (user: string, address: string, peer: string) =>
    new TestAgent(network, address, { user, server: { transport: 'UDP', host: peer, port: 5060 } });
  const alice = agent('alice', '192.0.2.1', '192.0.2.2');
  const bob = agent('bob', '192.0.2.2', '192.0.2.1');
  alice.agent.start();
  bob.agent.start();
  const call = alice.agent.call('sip:bob@example.com', options.call);
  await clock.advanceSettled(200);
  bob.session.answer();
  await clock.advanceSettled(500);
  expect([call.state, bob.session.state]).toEqual(['connected', 'connected']);
  const finish = async () => {
    call.hangUp();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, bob.agent);
    for (const [each, session] of [
      [alice, call],
      [bob, bob.session],
    ] as const) {
      expect(each.media(session).calls.filter((name) => name === 'close')).toHaveLength(1);
    }
  };
  const held = () => [call.held.local, call.held.remote, bob.session.held.local, bob.session.held.remote];
  return { clock, network, wire, alice, bob, call, other: bob.session, held, finish };
}

const directions = (text: string | undefined) => /a=(sendrecv|sendonly|recvonly|inactive)/.exec(text ?? '')?.[1];
const version = (text: string | undefined) => {
  const sdp = parseSdp(text ?? '');
  return sdp.ok ? origin(sdp.value) : undefined;
};

test('hold and resume: sendonly, recvonly, and back (RFC 3264 §8.4, trap 4.5 #82, UAC-028)', async () => {
  const { clock, call, other, held, finish } = await connected();
  call.hold();
  expect(call.held).toEqual({ local: false, remote: false, wanted: true });
  await clock.advanceSettled(500);
  expect(held()).toEqual([true, false, false, true]);
  expect(directions(call.localDescription)).toBe('sendonly');
  expect(directions(other.localDescription)).toBe('recvonly');
  call.resume();
  await clock.advanceSettled(500);
  expect(held()).toEqual([false, false, false, false]);
  expect(directions(other.localDescription)).toBe('sendrecv');
  await finish();
});

test('hold over hold is inactive, and resuming one side does not resume the other (trap 4.5 #82, UAC-028)', async () => {
  const { clock, call, other, held, finish } = await connected();
  call.hold();
  await clock.advanceSettled(500);
  other.hold();
  await clock.advanceSettled(500);
  expect(held()).toEqual([true, true, true, true]);
  expect(directions(other.localDescription)).toBe('inactive');
  call.resume();
  await clock.advanceSettled(500);
  expect(held()).toEqual([false, true, true, false]);
  other.resume();
  await clock.advanceSettled(500);
  expect(held()).toEqual([false, false, false, false]);
  await finish();
});

test('hold wished before the call is up comes with the first description (RFC 3264 §8.4)', async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(1) });
  const wire = new Wire(network);
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'UDP', host: '192.0.2.2', port: 5060 },
  });
  const bob = new TestAgent(network, '192.0.2.2', {
    user: 'bob',
    server: { transport: 'UDP', host: '192.0.2.1', port: 5060 },
  });
  alice.agent.start();
  bob.agent.start();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  call.hold();
  bob.session.hold();
  bob.session.answer();
  await clock.advanceSettled(5000);
  expect([call.state, bob.session.state]).toEqual(['connected', 'connected']);
  expect(call.held).toEqual({ local: true, remote: true, wanted: true });
  expect(wire.requests('INVITE', '192.0.2.2')).toHaveLength(0);
  expect(alice.media(call).calls).toEqual(['offer', 'accept', 'offer hold', 'accept']);
  call.hangUp();
  await clock.advanceSettled(200_000);
  assertIdle(alice.agent, bob.agent);
});

test('wishes that cancel each other out before they are told cost one re-INVITE at most', async () => {
  const { clock, wire, call, held, finish } = await connected();
  call.hold();
  call.resume();
  call.hold();
  call.resume();
  await clock.advanceSettled(2000);
  expect(held()).toEqual([false, false, false, false]);
  expect(wire.requests('INVITE').length).toBeLessThanOrEqual(3);
  await finish();
});

test('a refused hold leaves the call as it was (§14.1, trap 4.5 #75, UAC-023, UAS-020)', async () => {
  const { clock, wire, alice, bob, call, other, held, finish } = await connected();
  bob.media(other).refuse = { status: 488, warning: '399 bob "no"' };
  call.hold();
  await clock.advanceSettled(500);
  expect(wire.responses(488, 'INVITE')).toHaveLength(1);
  expect(call.state).toBe('connected');
  expect(other.state).toBe('connected');
  expect(call.held).toEqual({ local: false, remote: false, wanted: false });
  expect(held()).toEqual([false, false, false, false]);
  expect(alice.media(call).calls.at(-1)).toBe('rollback');
  expect(bob.media(other).calls.at(-1)).toBe('rollback');
  call.hold();
  await clock.advanceSettled(500);
  expect(held()).toEqual([true, false, false, true]);
  await finish();
});

test('an offer that cannot be made is no reason to end the call (trap 4.5 #75)', async () => {
  const { clock, wire, alice, call, finish } = await connected();
  alice.media(call).refuse = { status: 480 };
  call.hold();
  await clock.advanceSettled(500);
  expect(call.state).toBe('connected');
  expect(call.held.wanted).toBe(false);
  expect(wire.requests('INVITE')).toHaveLength(1);
  await finish();
});

test('glare: both get 491, the owner of the Call-ID waits 2.1–4 s, the other 0–2 s (§14.1, traps 4.5 #76, 4.5 #77, UAC-022, UAS-019)', async () => {
  const ofAlice: number[] = [];
  const ofBob: number[] = [];
  for (let seed = 1; seed <= 12; seed++) {
    const { clock, wire, call, other, held, finish } = await connected({ seed });
    wire.clear();
    call.hold();
    other.hold();
    await clock.advanceSettled(10_000);
    expect(wire.responses(491, 'INVITE')).toHaveLength(2);
    expect(held()).toEqual([true, true, true, true]);
    const [refusedAlice, refusedBob] = ['192.0.2.2', '192.0.2.1'].map((from) =>
      wire.responses(491, 'INVITE').find((each) => each.from === from),
    );
    const again = (from: string) => wire.requests('INVITE', from)[1]?.at;
    // 10 ms for the way of the refusal.
    if (again('192.0.2.1') !== undefined) ofAlice.push((again('192.0.2.1') ?? 0) - (refusedAlice?.at ?? 0) - 10);
    if (again('192.0.2.2') !== undefined) ofBob.push((again('192.0.2.2') ?? 0) - (refusedBob?.at ?? 0) - 10);
    await finish();
  }
  expect(ofBob.length).toBe(12);
  for (const wait of ofAlice) {
    expect(wait).toBeGreaterThanOrEqual(2100);
    expect(wait).toBeLessThanOrEqual(4000);
  }
  for (const wait of ofBob) {
    expect(wait).toBeGreaterThanOrEqual(0);
    expect(wait).toBeLessThanOrEqual(2000);
  }
  for (const wait of [...ofAlice, ...ofBob]) expect(wait % 10).toBe(0);
});

test('after 491 a wish that was taken back is not sent again (§14.1, trap 4.5 #77)', async () => {
  const { clock, wire, call, other, finish } = await connected();
  wire.clear();
  call.hold();
  other.hold();
  await clock.advanceSettled(30);
  expect(wire.responses(491, 'INVITE')).toHaveLength(2);
  call.resume();
  other.resume();
  await clock.advanceSettled(10_000);
  expect(wire.requests('INVITE')).toHaveLength(2);
  await finish();
});

test('a second INVITE before the first has its answer gets 500 with Retry-After (§14.2, trap 4.5 #76, UAS-019)', async () => {
  const { clock, wire, bob, call, other, network, finish } = await connected();
  bob.media(other).blocked = true;
  wire.clear();
  call.hold();
  await clock.advanceSettled(50);
  const [first] = wire.requests('INVITE');
  const again = first?.message.with({
    headers: first.message.headers
      .with('CSeq', `${(first.message.cseq.number ?? 0) + 1} INVITE`)
      .withFirst('Via', 'SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKsecond'),
  });
  if (again) inject(network, again);
  await clock.advanceSettled(50);
  const [refused] = wire.responses(500, 'INVITE');
  expect(refused?.message.retryAfter).toBeGreaterThanOrEqual(0);
  expect(refused?.message.retryAfter).toBeLessThanOrEqual(10);
  bob.media(other).release();
  await clock.advanceSettled(1000);
  expect(call.held.local).toBe(true);
  // The number of the second INVITE is used up for Bob, so he is the one to end it.
  other.hangUp();
  await clock.advanceSettled(1000);
  await finish();
});

test('a re-INVITE before the ACK of the last one gets 500 with Retry-After, and no silence (RFC 5407 §3.1.5, trap 4.5 #78)', async () => {
  const { clock, network, wire, call, finish } = await connected();
  network.drop = ({ bytes }) => bytes[0] === 0x41; // ACK
  call.hold();
  await clock.advanceSettled(100);
  call.resume();
  await clock.advanceSettled(100);
  expect(wire.responses(500, 'INVITE')[0]?.message.retryAfter).toBeDefined();
  network.drop = undefined;
  await clock.advanceSettled(15_000);
  expect(call.held).toEqual({ local: false, remote: false, wanted: false });
  expect(call.state).toBe('connected');
  await finish();
});

test('each retransmitted 2xx to a re-INVITE gets its own ACK again, under the number of its INVITE (traps 4.3 #40, 4.3 #41, UAC-021)', async () => {
  const { clock, network, wire, call, finish } = await connected();
  wire.clear();
  network.drop = ({ bytes }) => bytes[0] === 0x41; // ACK
  call.hold();
  await clock.advanceSettled(400);
  void call.sendInfo('application/dtmf-relay', 'Signal=1\r\n');
  await clock.advanceSettled(3000);
  const acks = wire.requests('ACK');
  expect(acks.length).toBeGreaterThan(2);
  expect(new Set(acks.map(({ text }) => text)).size).toBe(1);
  expect(acks[0]?.message.cseq.number).toBe(wire.requests('INVITE')[0]?.message.cseq.number);
  expect(wire.requests('INFO')[0]?.message.cseq.number).toBe((acks[0]?.message.cseq.number ?? 0) + 1);
  network.drop = undefined;
  await clock.advanceSettled(5000);
  await finish();
});

test('a refusal that says the dialog is gone ends the call, others do not (RFC 5057 §5.1, trap 4.4 #67, UAC-018)', async () => {
  for (const [status, ends] of [
    [404, true],
    [408, true],
    [410, true],
    [416, true],
    [481, true],
    [482, true],
    [483, true],
    [484, true],
    [485, true],
    [502, true],
    [604, true],
    [400, false],
    [403, false],
    [405, false],
    [415, false],
    [480, false],
    [486, false],
    [488, false],
    [500, false],
    [501, false],
    [503, false],
    [504, false],
    [600, false],
    [603, false],
  ] as const) {
    for (const method of ['INFO', 'INVITE'] as const) {
      const { clock, network, bob, call, finish } = await connected();
      if (method === 'INVITE') {
        bob.media(bob.session).refuse = { status };
        call.hold();
      } else {
        answerOnce(network, 'INFO', status);
        void call.sendDtmfInfo('5');
      }
      // A 481 waits a moment for the BYE that it may have crossed.
      await clock.advanceSettled(status === 481 ? 1100 : 100);
      expect([method, status, call.state]).toEqual([method, status, ends ? 'ended' : 'connected']);
      // Who still knows the call is told that it is over.
      if (ends) expect([status, bob.session.state]).toEqual([status, status === 481 ? 'connected' : 'ended']);
      network.drop = undefined;
      bob.session.hangUp();
      await finish();
    }
  }
});

test('a re-INVITE that crosses a BYE gets 481, and the call ends by that BYE (§12.2.1.2, §15.1.2)', async () => {
  const { clock, network, bob, call, finish } = await connected();
  // The BYE is lost on its first way, so that the 481 to our re-INVITE is there before it.
  network.drop = ({ bytes }) => {
    const packet = parse(bytes);
    return packet?.kind === 'request' && packet.method === 'BYE';
  };
  bob.session.hangUp();
  await clock.advanceSettled(10);
  network.drop = undefined;
  call.hold();
  await clock.advanceSettled(100);
  expect(call.state).toBe('ending');
  await clock.advanceSettled(1000);
  expect(call.end).toMatchObject({ by: 'remote', kind: 'hangup' });
  await finish();
});

test('an offerless INVITE: the offer comes in the 2xx, our answer goes in the ACK (§13.2.1, trap 4.5 #74, UAC-019, UAS-018)', async () => {
  const { wire, alice, bob, call, other, finish } = await connected({ call: { lateOffer: true } });
  expect(wire.requests('INVITE')[0]?.message.body.length).toBe(0);
  expect(wire.responses(200, 'INVITE')[0]?.message.body.length).toBeGreaterThan(0);
  expect(wire.requests('ACK')[0]?.message.contentType?.essence).toBe('application/sdp');
  expect(alice.media(call).calls).toEqual(['answer']);
  expect(bob.media(other).calls).toEqual(['offer', 'accept']);
  await finish();
});

test('an ACK without the answer it owes: BYE (§13.2.1, traps 4.3 #57, 4.5 #74, UAS-018)', async () => {
  const { clock, network, wire, alice, bob, finish } = await connected();
  alice.agent.call('sip:bob@example.com', { lateOffer: true });
  await clock.advanceSettled(200);
  network.drop = ({ from, bytes }) => from.host === '192.0.2.1' && /^ACK/.test(latin1Decode(bytes));
  bob.session.answer();
  await clock.advanceSettled(100);
  network.drop = undefined;
  const ack = wire.requests('ACK').at(-1)?.text ?? '';
  const bare = ack.slice(0, ack.indexOf('\r\n\r\n') + 4).replace(/Content-Length: \d+/, 'Content-Length: 0');
  new ScriptedPeer(network.host('192.0.2.9'), clock, 'UDP', 5060).send(bare.replace(/Content-Type.*\r\n/, ''), {
    transport: 'UDP',
    host: '192.0.2.2',
    port: 5060,
  });
  await clock.advanceSettled(500);
  expect(bob.session.end).toEqual({ by: 'local', kind: 'failed', status: 488 });
  expect(wire.requests('BYE', '192.0.2.2').length).toBeGreaterThan(0);
  await finish();
});

test('a late offer that cannot be met: the ACK has an answer with port 0, and BYE follows (§13.2.2.4, RFC 6337 §2.3, trap 4.5 #74)', async () => {
  const { clock, wire, alice, bob, finish } = await connected();
  const late = alice.agent.call('sip:bob@example.com', { lateOffer: true });
  await clock.advanceSettled(200);
  alice.media(late).refuse = { status: 488 };
  bob.session.answer();
  await clock.advanceSettled(500);
  expect(late.end).toEqual({ by: 'local', kind: 'failed', status: 488 });
  expect(bob.session.state).toBe('ended');
  expect(wire.requests('ACK').at(-1)?.text).toContain('m=audio 0 RTP/AVP 0 8 101\r\n');
  expect(wire.requests('BYE').length).toBeGreaterThan(0);
  await finish();
});

test('hung up while the answer to a late offer is being made: ACK and BYE all the same (§13.2.2.4, trap 4.11 #135)', async () => {
  const { clock, wire, alice, bob, finish } = await connected();
  wire.clear();
  const late = alice.agent.call('sip:bob@example.com', { lateOffer: true });
  alice.media(late).blocked = true;
  await clock.advanceSettled(200);
  bob.session.answer();
  await clock.advanceSettled(200);
  late.hangUp();
  await clock.advanceSettled(500);
  const [ack] = wire.requests('ACK', '192.0.2.1');
  const [bye] = wire.requests('BYE', '192.0.2.1');
  expect(ack?.at).toBe(bye?.at);
  expect(ack?.text).toContain('m=audio 0 RTP/AVP');
  alice.media(late).release();
  await finish();
});

test('a re-INVITE can be cancelled: 487, and the old session goes on (RFC 6141 §3.4, trap 4.5 #80)', async () => {
  const { clock, network, wire, bob, call, other, finish } = await connected();
  bob.media(other).blocked = true;
  wire.clear();
  call.hold();
  await clock.advanceSettled(50);
  const [invite] = wire.requests('INVITE');
  if (!invite) throw new Error('no re-INVITE');
  const { message } = invite;
  inject(
    network,
    message.with({
      method: 'CANCEL',
      headers: message.headers
        .with('CSeq', `${message.cseq.number} CANCEL`)
        .without('Content-Type')
        .without('Content-Length'),
      body: new Uint8Array(0),
    }),
  );
  await clock.advanceSettled(50);
  expect(wire.responses(200, 'CANCEL')).toHaveLength(1);
  expect(wire.responses(487, 'INVITE')).toHaveLength(1);
  bob.media(other).release();
  await clock.advanceSettled(100);
  expect(bob.media(other).calls.at(-1)).toBe('rollback');
  expect([call.state, other.state]).toEqual(['connected', 'connected']);
  expect(other.held.remote).toBe(false);
  await finish();
});

test('the o= line stays, its version rises by one with each change and only then (RFC 3264 §8, trap 4.5 #81, UAC-026)', async () => {
  const { clock, call, finish } = await connected();
  const first = version(call.localDescription);
  call.restartMedia();
  await clock.advanceSettled(200);
  expect(version(call.localDescription)).toEqual(first);
  call.hold();
  await clock.advanceSettled(200);
  expect(version(call.localDescription)).toEqual({ ...first, version: String(Number(first?.version) + 1) });
  await finish();
});

test('candidates found late and ICE restarts are one re-INVITE each', async () => {
  const { clock, wire, alice, call, finish } = await connected();
  wire.clear();
  call.restartMedia({ iceRestart: true });
  await clock.advanceSettled(200);
  expect(wire.story).toEqual(['INVITE', '200 INVITE', 'ACK']);
  expect(alice.media(call).calls.slice(-2)).toEqual(['offer restart', 'accept']);
  await finish();
});

test('digits by INFO go one way and come out on the other; no digit is an error here', async () => {
  const { clock, bob, call, finish } = await connected();
  const status = call.sendDtmfInfo('#', 100);
  await clock.advanceSettled(100);
  expect(await status).toBe(200);
  expect(bob.digits).toEqual(['#']);
  expect(() => call.sendDtmfInfo('x')).toThrow(RangeError);
  await finish();
});

test('a far side that challenges in the dialog gets no digest of our password for its own realm (RFC 7616 §5.8)', async () => {
  const { clock, network, wire, call, finish } = await connected();
  answerOnce(network, 'INFO', 401, [['WWW-Authenticate', 'Digest realm="evil", nonce="n", algorithm=MD5, qop="auth"']]);
  const status = call.sendDtmfInfo('1');
  await clock.advanceSettled(100);
  expect(await status).toBe(401);
  expect(wire.requests('INFO')).toHaveLength(1);
  expect(call.state).toBe('connected');
  network.drop = undefined;
  await finish();
});

/** Puts a request on the wire from Alice's address to Bob. */
function inject(network: MemoryNetwork, request: SipRequest): void {
  network.host('192.0.2.1').connect({ transport: 'UDP', host: '192.0.2.2', port: 5060 })?.send(printMessage(request));
}

/** Bob never sees this request; somebody on the way answers it. */
function answerOnce(network: MemoryNetwork, method: string, status: number, headers: [string, string][] = []): void {
  network.drop = ({ from, bytes }) => {
    const parsed = parse(bytes);
    if (from.host !== '192.0.2.1' || parsed?.kind !== 'request' || parsed.method !== method) return false;
    network
      .host('192.0.2.2')
      .connect({ transport: 'UDP', host: '192.0.2.1', port: 5060 })
      ?.send(printMessage(createResponse(parsed, status, { headers })));
    return true;
  };
}

const parse = (bytes: Uint8Array) => {
  const parsed = parseMessage(bytes);
  return parsed.ok ? parsed.value : undefined;
};
