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
import type { CallOptions } from './client-invite.ts';

const sdp = (port: number, direction = 'sendrecv') =>
  `v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\na=${direction}\r\n`;
const at = (host: string) => ({ transport: 'UDP', host, port: 5060 }) as const;
const text = (message: SipRequest | undefined) => new TextDecoder().decode(message?.body);

/** Alice calls Bob, who rings and sends his description reliably. */
async function early(seed = 6, call: CallOptions = {}, progress = true) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(seed) });
  const wire = new Wire(network);
  const alice = new TestAgent(network, '192.0.2.1', { user: 'alice', server: at('192.0.2.2') });
  const bob = new TestAgent(network, '192.0.2.2', { user: 'bob', server: at('192.0.2.1') });
  alice.agent.start();
  bob.agent.start();
  const session = alice.agent.call('sip:bob@example.com', call);
  await clock.advanceSettled(200);
  if (progress) bob.session.progress();
  await clock.advanceSettled(200);
  const finish = async () => {
    session.hangUp();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, bob.agent);
  };
  return { clock, network, wire, alice, bob, session, finish };
}

/** Alice calls through an element that plays a forking proxy with several phones behind it. */
async function forked(options: CallOptions = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(3) });
  const wire = new Wire(network);
  const fork = new TestElement(network, '192.0.2.2');
  const alice = new TestAgent(network, '192.0.2.1', { user: 'alice', server: at('192.0.2.2') });
  let invite: ServerTransaction | undefined;
  const updates: ServerTransaction[] = [];
  const pracks: ServerTransaction[] = [];
  const play = { prackAnswered: true };
  fork.answer = (transaction) => {
    const { method } = transaction.request;
    if (method === 'INVITE' && !invite) invite = transaction;
    else if (method === 'UPDATE') updates.push(transaction);
    else if (method === 'PRACK' && !play.prackAnswered) pracks.push(transaction);
    else {
      const body = method === 'INVITE' ? { body: sdp(5200), contentType: 'application/sdp' } : {};
      transaction.respond(createResponse(transaction.request, 200, body));
    }
  };
  alice.agent.start();
  const session = alice.agent.call('sip:bob@example.com', options);
  await clock.advanceSettled(100);
  const respond = async (
    status: number,
    toTag: string,
    parts: { rseq?: number; body?: string; allow?: string } = {},
  ) => {
    if (!invite) throw new Error('no INVITE yet');
    const { rseq, body, allow = 'INVITE, ACK, BYE, UPDATE, PRACK' } = parts;
    invite.respond(
      createResponse(invite.request, status, {
        toTag,
        headers: [
          ['Contact', `<sip:${toTag}@192.0.2.2>`],
          ['Allow', allow],
          ...(rseq === undefined ? [] : [['Require', '100rel'] as const, ['RSeq', `${rseq}`] as const]),
        ],
        ...(body !== undefined && { body, contentType: 'application/sdp' }),
      }),
    );
    await clock.advanceSettled(100);
  };
  /** Answers the UPDATE that came last. */
  const answer = async (status: number, body?: string, headers: [string, string][] = []) => {
    const update = updates.at(-1);
    if (!update) throw new Error('no UPDATE came');
    update.respond(
      createResponse(update.request, status, {
        headers: [['Contact', '<sip:moved@192.0.2.2>'], ...headers],
        ...(body !== undefined && { body, contentType: 'application/sdp' }),
      }),
    );
    await clock.advanceSettled(100);
  };
  const ask = async (tag: string, cseq: number, body: string) => {
    if (!invite) throw new Error('no INVITE yet');
    const { request } = invite;
    const headers = Headers.of(
      ['Max-Forwards', '70'],
      ['From', `${request.headers.get('to')};tag=${tag}`],
      ['To', request.headers.get('from') ?? ''],
      ['Call-ID', request.callId],
      ['CSeq', `${cseq} UPDATE`],
      ['Contact', '<sip:moved@192.0.2.2>'],
      ['Content-Type', 'application/sdp'],
    );
    const uri = request.contacts[0]?.uriText ?? '';
    const outcome = fork.send(createRequest({ method: 'UPDATE', uri, headers, body }), {
      destination: at('192.0.2.1'),
    });
    await clock.advanceSettled(100);
    return outcome;
  };
  const finish = async () => {
    session.hangUp();
    if (invite && !invite.finalSent) invite.respond(createResponse(invite.request, 487, { toTag: 'one' }));
    for (const each of [...updates, ...pracks])
      if (!each.finalSent) each.respond(createResponse(each.request, 481, { toTag: 'one' }));
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, fork.transactions);
  };
  const calls = () => alice.media(session).calls;
  return { clock, wire, alice, session, respond, answer, ask, updates, pracks, play, calls, finish };
}

test('the caller holds while it rings: an UPDATE with an offer in the early dialog, and the call is up held (RFC 3311 §5.1, trap 4.5 #79, UAC-029)', async () => {
  const { clock, wire, alice, bob, session, finish } = await early();
  session.hold();
  await clock.advanceSettled(200);
  const [update] = wire.requests('UPDATE');
  expect(text(update?.message)).toContain('a=sendonly');
  expect(update?.message.sessionExpires).toBeUndefined();
  expect(update?.message.contacts).toHaveLength(1);
  expect([session.held, bob.session.held]).toEqual([
    { local: true, remote: false, wanted: true },
    { local: false, remote: true, wanted: false },
  ]);
  expect(session.state).toBe('early');
  bob.session.answer();
  await clock.advanceSettled(5000);
  expect([session.state, bob.session.state]).toEqual(['connected', 'connected']);
  expect(wire.requests('INVITE')).toHaveLength(1);
  expect(alice.media(session).calls).toEqual(['offer', 'early', 'accept', 'offer hold', 'accept']);
  await finish();
});

test('the callee holds and begins ICE anew while it rings, by UPDATE, once its PRACK is there (RFC 3311 §5.1, RFC 8839 §4.4.1, trap 4.5 #79, UAC-029)', async () => {
  for (const lateOffer of [false, true]) {
    const { clock, wire, alice, bob, session, finish } = await early(6, { lateOffer });
    bob.session.hold();
    await clock.advanceSettled(200);
    bob.session.restartMedia({ iceRestart: true });
    await clock.advanceSettled(200);
    expect(wire.requests('UPDATE').map(({ message }) => text(message).includes('a=sendonly'))).toEqual([true, true]);
    expect(bob.media(bob.session).calls.slice(1)).toContain('offer hold restart');
    expect(session.held.remote).toBe(true);
    bob.session.answer();
    await clock.advanceSettled(5000);
    expect([session.state, bob.session.state]).toEqual(['connected', 'connected']);
    expect(wire.responses(200, 'INVITE')[0]?.message.body.length).toBe(0);
    expect(wire.requests('INVITE')).toHaveLength(1);
    expect(alice.media(session).remote).toContain('a=sendonly');
    await finish();
  }
});

test('before an offer was answered reliably nobody sends another: the wish waits for the call (RFC 3311 §5.1, trap 4.5 #79)', async () => {
  const { clock, wire, session, respond, calls, finish } = await forked();
  session.update({ media: true });
  await respond(180, 'one');
  await respond(183, 'one', { body: sdp(4000) });
  await respond(180, 'one', { rseq: 1 });
  expect(wire.requests('UPDATE')).toHaveLength(0);
  await respond(200, 'one', { body: sdp(4000) });
  await clock.advanceSettled(100);
  expect(session.state).toBe('connected');
  expect(wire.requests('INVITE')).toHaveLength(2);
  expect(calls()).toEqual(['offer', 'early', 'accept', 'offer', 'accept']);
  await finish();
});

test('an UPDATE waits for the PRACK before it, and does not go where Allow does not name it (RFC 6337 §4.2, RFC 3311 §4)', async () => {
  const { clock, session, respond, answer, pracks, play, updates, finish } = await forked();
  play.prackAnswered = false;
  await respond(183, 'one', { rseq: 1, body: sdp(4000) });
  session.hold();
  await clock.advanceSettled(100);
  expect(updates).toHaveLength(0);
  for (const prack of pracks) prack.respond(createResponse(prack.request, 200));
  await clock.advanceSettled(100);
  expect(updates).toHaveLength(1);
  await answer(200, sdp(4000, 'recvonly'));
  expect(session.held.local).toBe(true);
  await finish();
  const old = await forked();
  await old.respond(183, 'one', { rseq: 1, body: sdp(4000), allow: 'INVITE, ACK, BYE, PRACK' });
  old.session.hold();
  await old.clock.advanceSettled(100);
  expect(old.updates).toHaveLength(0);
  await old.respond(200, 'one');
  expect(old.wire.requests('INVITE')).toHaveLength(2);
  await old.finish();
});

test('both offer by UPDATE while it rings: 491 both ways, the caller waits 2.1–4 s, and one state comes of it (RFC 3311 §5.2, RFC 6337 §4.2, traps 4.5 #73, 4.5 #77)', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const { clock, wire, bob, session, finish } = await early(seed);
    session.hold();
    bob.session.hold();
    await clock.advanceSettled(100);
    expect(wire.responses(491, 'UPDATE')).toHaveLength(2);
    await clock.advanceSettled(9000);
    const held = { local: true, remote: true, wanted: true };
    expect([session.held, bob.session.held], `seed ${seed}`).toEqual([held, held]);
    expect(wire.requests('INVITE')).toHaveLength(1);
    bob.session.answer();
    await clock.advanceSettled(1000);
    expect([session.state, bob.session.state], `seed ${seed}`).toEqual(['connected', 'connected']);
    await finish();
  }
});

test('early offers of both sides over a network that loses messages, and an answer in the middle of it: one state in the end (RFC 3311 §5.2, RFC 5407 §3.1, DLG-006)', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { clock, network, bob, session, finish } = await early(seed);
    network.conditions = { ...network.conditions, loss: 0.2 };
    session.hold();
    await clock.advanceSettled(seed * 7);
    bob.session.hold();
    await clock.advanceSettled(seed * 40);
    bob.session.answer();
    await clock.advanceSettled(60_000);
    expect([session.state, bob.session.state], `seed ${seed}`).toEqual(['connected', 'connected']);
    const held = { local: true, remote: true, wanted: true };
    expect([session.held, bob.session.held], `seed ${seed}`).toEqual([held, held]);
    network.conditions = { ...network.conditions, loss: 0 };
    await finish();
  }
});

test('theirs while ours is out is 491, and the 2xx to the INVITE that overtakes the answer changes nothing (RFC 3311 §5.2, RFC 5407 §3.1, trap 4.5 #76)', async () => {
  const { session, clock, wire, respond, answer, ask, updates, calls, finish } = await forked();
  await respond(183, 'one', { rseq: 1, body: sdp(4000) });
  session.hold();
  await clock.advanceSettled(50);
  expect((await ask('one', 1, sdp(4100))).statuses).toEqual([491]);
  await respond(200, 'one');
  expect(session.state).toBe('connected');
  expect(session.held).toEqual({ local: false, remote: false, wanted: true });
  await answer(200, sdp(4000, 'recvonly'));
  expect(session.held).toEqual({ local: true, remote: false, wanted: true });
  expect(updates).toHaveLength(1);
  expect(wire.requests('INVITE')).toHaveLength(1);
  expect(calls()).toEqual(['offer', 'early', 'accept', 'offer hold', 'accept']);
  await finish();
});

test('an early UPDATE put off with Retry-After comes again then; refused 488, or unanswered, it leaves the call ringing as it was (RFC 3311 §5.3, trap 4.5 #75)', async () => {
  const { session, clock, respond, answer, updates, calls, finish } = await forked();
  await respond(183, 'one', { rseq: 1, body: sdp(4000) });
  session.hold();
  await clock.advanceSettled(50);
  await answer(500, undefined, [['Retry-After', '3']]);
  await clock.advanceSettled(3000);
  expect(updates).toHaveLength(2);
  await answer(488);
  expect(session.held).toEqual({ local: false, remote: false, wanted: false });
  expect(session.state).toBe('early');
  expect(calls().at(-1)).toBe('rollback');
  session.hold();
  await clock.advanceSettled(50);
  await answer(481);
  expect(session.state).toBe('early');
  session.hold();
  await clock.advanceSettled(33_000);
  expect([session.state, session.held.wanted]).toEqual(['early', false]);
  await respond(200, 'one');
  expect(session.state).toBe('connected');
  await finish();
});

test('of several branches the one heard last gets the offer; another takes the call, and what was wished comes true there by a re-INVITE (§13.2.2.4, RFC 3311 §5.1, RFC 6337 §3.1.1)', async () => {
  for (const answered of [false, true]) {
    const { session, clock, wire, respond, answer, ask, updates, calls, finish } = await forked();
    await respond(183, 'one', { rseq: 1, body: sdp(4000) });
    await respond(183, 'two', { rseq: 1, body: sdp(5000) });
    session.hold();
    await clock.advanceSettled(50);
    expect(updates.map(({ request }) => request.toTag)).toEqual(['two']);
    if (answered) await answer(200, sdp(5000, 'recvonly'));
    await respond(200, 'one');
    expect(session.state).toBe('connected');
    const [, again] = wire.requests('INVITE');
    expect(again?.message.toTag).toBe('one');
    expect(text(again?.message)).toContain('a=sendonly');
    expect(session.held.local).toBe(true);
    // Of no interest any more, and no harm.
    if (!answered) await answer(200, sdp(5000, 'recvonly'));
    expect((await ask('two', 1, sdp(5100))).statuses).toEqual([488]);
    expect(calls().filter((each) => each === 'rollback')).toHaveLength(answered ? 0 : 1);
    expect(calls().slice(-2)).toEqual(['offer hold restart', 'accept']);
    await finish();
  }
});

test('a 199 or a refusal ends the branch whose offer is out: it comes to nothing, and the call goes on (RFC 6228 §4, RFC 3311 §5.1)', async () => {
  const { session, clock, respond, answer, calls, finish } = await forked();
  await respond(183, 'one', { rseq: 1, body: sdp(4000) });
  session.hold();
  await clock.advanceSettled(50);
  await respond(199, 'one');
  expect(calls().at(-1)).toBe('rollback');
  await answer(481);
  await respond(200, 'two', { body: sdp(5000) });
  expect([session.state, session.held.local]).toEqual(['connected', true]);
  await finish();
});

test('CANCEL while an early offer is out leaves nothing (§9.1, RFC 3311 §5.1, DLG-006)', async () => {
  const { clock, session, bob, wire, finish } = await early();
  session.hold();
  bob.session.restartMedia();
  session.hangUp();
  await clock.advanceSettled(500);
  expect(wire.responses(487, 'INVITE').length).toBeGreaterThan(0);
  expect(session.end).toMatchObject({ kind: 'cancelled' });
  await finish();
});

test('media that takes no early answer leaves the branch to ring: the UPDATE is refused 488, and another may answer (RFC 6337 §3.1.1, RFC 3311 §5.2)', async () => {
  for (const winner of ['one', 'two']) {
    const { alice, session, respond, ask, calls, finish } = await forked();
    await respond(183, 'one', { rseq: 1, body: sdp(4000) });
    alice.media(session).refuse = { status: 480 };
    expect((await ask('one', 1, sdp(4100))).statuses).toEqual([488]);
    expect(session.state).toBe('early');
    await respond(200, winner, winner === 'one' ? {} : { body: sdp(5000) });
    expect(session.state).toBe('connected');
    expect(calls()).toEqual(['offer', 'early', 'accept', 'accept']);
    expect(alice.media(session).remote).toBe(winner === 'one' ? sdp(4000) : sdp(5000));
    await finish();
  }
});

test('media that refuses the answer to a further offer costs a new offer of what was before, and only when that fails too the call (RFC 6337 §2.3)', async () => {
  for (const again of [false, true]) {
    const { alice, clock, session, respond, answer, updates, calls, finish } = await forked();
    await respond(183, 'one', { rseq: 1, body: sdp(4000) });
    session.hold();
    await clock.advanceSettled(50);
    alice.media(session).refuse = { status: 488 };
    await answer(200, sdp(4000, 'recvonly'));
    expect(session.state).toBe('early');
    expect(session.held).toEqual({ local: false, remote: false, wanted: false });
    expect(updates).toHaveLength(2);
    expect(text(updates[1]?.request)).toContain('a=sendrecv');
    if (again) alice.media(session).refuse = { status: 488 };
    await answer(200, sdp(4002));
    expect(session.state).toBe(again ? 'ending' : 'early');
    if (!again) {
      await respond(200, 'one');
      expect(session.state).toBe('connected');
      expect(calls().slice(-4)).toEqual(['accept', 'rollback', 'offer', 'accept']);
    }
    await finish();
  }
});
