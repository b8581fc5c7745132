import { expect, test } from 'vitest';
import { createRequest, createResponse, Headers, type SipRequest } from '../message/index.ts';
import { origin, parseSdp } from '../sdp/index.ts';
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

const sdp = (port: number, direction = 'sendrecv') =>
  `v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\na=${direction}\r\n`;
const at = (host: string) => ({ transport: 'UDP', host, port: 5060 }) as const;
const fullAllow = 'INVITE, ACK, CANCEL, BYE, UPDATE, PRACK';

/** Alice is in a call with an element that does in it what the test says. */
async function connected(allow = fullAllow) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(4) });
  const wire = new Wire(network);
  const peer = new TestElement(network, '192.0.2.2');
  const alice = new TestAgent(network, '192.0.2.1', { user: 'alice', server: at('192.0.2.2') });
  const reply = (transaction: ServerTransaction, status: number, parts: { body?: string; rseq?: number } = {}) =>
    transaction.respond(
      createResponse(transaction.request, status, {
        toTag: 'peer',
        headers: [
          ['Contact', '<sip:peer@192.0.2.2>'],
          ['Allow', allow],
          ...(parts.rseq === undefined ? [] : [['Require', '100rel'] as const, ['RSeq', `${parts.rseq}`] as const]),
        ],
        ...(parts.body !== undefined && { body: parts.body, contentType: 'application/sdp' }),
      }),
    );
  const pending: ServerTransaction[] = [];
  let first: SipRequest | undefined;
  peer.answer = (transaction) => {
    first ??= transaction.request;
    const { method } = transaction.request;
    if (transaction.request.toTag === undefined) reply(transaction, 200, { body: sdp(4000) });
    else if (method === 'INVITE' || method === 'UPDATE') pending.push(transaction);
    else reply(transaction, 200);
  };
  alice.agent.start();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(100);
  expect(call.state).toBe('connected');
  /** The re-INVITE or UPDATE that came last. */
  const last = () => {
    const transaction = pending.at(-1);
    if (!transaction) throw new Error('nothing came');
    return transaction;
  };
  const answer = async (status: number, parts: { body?: string; rseq?: number } = {}) => {
    reply(last(), status, parts);
    await clock.advanceSettled(100);
  };
  const ask = async (method: string, cseq: number, body?: string) => {
    const headers = Headers.of(
      ['Max-Forwards', '70'],
      ['From', `${first?.headers.get('to')};tag=peer`],
      ['To', first?.headers.get('from') ?? ''],
      ['Call-ID', first?.callId ?? ''],
      ['CSeq', `${cseq} ${method}`],
      ['Contact', '<sip:moved@192.0.2.2>'],
      ...(body === undefined ? [] : [['Content-Type', 'application/sdp'] as const]),
    );
    const outcome = peer.send(createRequest({ method, uri: 'sip:alice@192.0.2.1', headers, body }), {
      destination: at('192.0.2.1'),
    });
    await clock.advanceSettled(100);
    return outcome;
  };
  const finish = async () => {
    for (const transaction of pending) if (!transaction.finalSent) reply(transaction, 487);
    call.hangUp();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, peer.transactions);
  };
  return { clock, wire, peer, alice, call, last, answer, ask, pending, finish, media: () => alice.media(call) };
}

const version = (request: SipRequest | undefined) => {
  const parsed = parseSdp(new TextDecoder().decode(request?.body));
  return parsed.ok ? origin(parsed.value)?.version : undefined;
};

test('a refresh goes by UPDATE without description where Allow names it, else by a re-INVITE whose description is the old one (RFC 3311 §5.1, RFC 4028 §7.4, traps 4.5 #81, 4.6 #94, UAC-026)', async () => {
  const modern = await connected();
  modern.call.update();
  await modern.clock.advanceSettled(50);
  expect(modern.last().request.method).toBe('UPDATE');
  expect(modern.last().request.body.length).toBe(0);
  expect(modern.last().request.contacts).toHaveLength(1);
  await modern.answer(200);
  expect(modern.call.state).toBe('connected');
  await modern.finish();
  const old = await connected('INVITE, ACK, CANCEL, BYE');
  old.call.update();
  await old.clock.advanceSettled(50);
  expect(old.last().request.method).toBe('INVITE');
  expect(version(old.last().request)).toBe(version(old.wire.requests('INVITE')[0]?.message));
  await old.answer(200, { body: sdp(4000) });
  await old.finish();
});

test('an offer by UPDATE: its answer is in the 200, and no ACK follows (RFC 3311 §5.1, UAC-029)', async () => {
  const { clock, wire, call, last, answer, media, finish } = await connected();
  call.update({ media: true });
  await clock.advanceSettled(50);
  expect(last().request.method).toBe('UPDATE');
  expect(last().request.body.length).toBeGreaterThan(0);
  await answer(200, { body: sdp(4002) });
  expect(media().remote).toBe(sdp(4002));
  expect(wire.requests('ACK')).toHaveLength(1);
  await finish();
});

test('UPDATE refused 488 leaves the call as it was; 481 ends it (RFC 3311 §5.1, trap 4.5 #75)', async () => {
  const { clock, call, answer, media, finish } = await connected();
  call.update({ media: true });
  await clock.advanceSettled(50);
  await answer(488);
  expect(call.state).toBe('connected');
  expect(media().calls.at(-1)).toBe('rollback');
  call.update();
  await clock.advanceSettled(50);
  await answer(481);
  await clock.advanceSettled(2000);
  expect(call.end).toMatchObject({ kind: 'failed', status: 481 });
  await finish();
});

test('one offer at a time over INVITE and UPDATE: theirs while ours is out is 491, two of theirs at once 500 (RFC 3311 §5.2, RFC 6337 §2.3, traps 4.5 #73, 4.5 #76)', async () => {
  const { clock, call, answer, ask, media, finish } = await connected();
  call.update({ media: true });
  await clock.advanceSettled(50);
  expect((await ask('UPDATE', 1, sdp(4002))).statuses).toEqual([491]);
  expect((await ask('INVITE', 2, sdp(4002))).statuses).toEqual([491]);
  // Without an offer there is no conflict.
  expect((await ask('UPDATE', 3)).statuses).toEqual([200]);
  await answer(200, { body: sdp(4000) });
  media().blocked = true;
  const first = await ask('UPDATE', 4, sdp(4002));
  const second = await ask('UPDATE', 5, sdp(4004));
  expect(second.statuses).toEqual([500]);
  expect(second.responses[0]?.retryAfter).toBeLessThanOrEqual(10);
  media().release();
  await ask('OPTIONS', 6);
  expect(first.statuses).toEqual([200]);
  await finish();
});

test('an UPDATE refused 491 is sent again after 2.1–4 s by the owner of the Call-ID (RFC 3311 §5.3, trap 4.5 #77)', async () => {
  const { clock, call, wire, answer, finish } = await connected();
  call.update({ media: true });
  await clock.advanceSettled(50);
  await answer(491);
  await clock.advanceSettled(4100);
  const [first, second] = wire.requests('UPDATE');
  const pause = (second?.at ?? 0) - (first?.at ?? 0);
  expect(pause).toBeGreaterThanOrEqual(2100);
  expect(pause).toBeLessThanOrEqual(4100);
  await answer(200, { body: sdp(4000) });
  await finish();
});

test('a re-INVITE answered in a reliable 1xx is agreed, even when it fails afterwards (RFC 6141 §3.1 and §3.4, trap 4.5 #80, DLG-005)', async () => {
  const { clock, wire, call, answer, media, finish } = await connected();
  call.hold();
  await clock.advanceSettled(50);
  await answer(183, { body: sdp(4000, 'recvonly'), rseq: 3 });
  expect(wire.requests('PRACK')[0]?.message.headers.get('rack')).toBe('3 2 INVITE');
  expect(call.held.local).toBe(true);
  await answer(480);
  expect(call.state).toBe('connected');
  expect(call.held).toMatchObject({ local: true, wanted: true });
  expect(media().calls).not.toContain('rollback');
  await finish();
});

test('the wish is gone while the re-INVITE rings: it is cancelled, and the 487 leaves the old session (RFC 6141 §3.4, trap 4.5 #80)', async () => {
  const { clock, wire, call, answer, media, finish } = await connected();
  call.hold();
  await clock.advanceSettled(50);
  await answer(180);
  call.resume();
  await clock.advanceSettled(50);
  expect(wire.requests('CANCEL')).toHaveLength(1);
  await answer(487);
  await clock.advanceSettled(5000);
  expect(call.held).toEqual({ local: false, remote: false, wanted: false });
  expect(media().calls.at(-1)).toBe('rollback');
  expect(wire.requests('INVITE')).toHaveLength(2);
  await finish();
});

test('the CANCEL of a re-INVITE crosses its 2xx: what it agreed is taken back by another (§9.1, RFC 5407 §3.1, DLG-006)', async () => {
  const { clock, wire, call, last, answer, finish } = await connected();
  call.hold();
  await clock.advanceSettled(50);
  await answer(180);
  const first = last();
  call.resume();
  await answer(200, { body: sdp(4000, 'recvonly') });
  expect(last()).not.toBe(first);
  await answer(200, { body: sdp(4000) });
  expect(call.held).toEqual({ local: false, remote: false, wanted: false });
  expect(wire.requests('ACK')).toHaveLength(3);
  await finish();
});

test('an ICE restart stays one when its re-INVITE meets 491 (RFC 8839 §4.4.1, RFC 3261 §14.1, trap 4.5 #88)', async () => {
  const { clock, call, answer, media, finish } = await connected();
  call.restartMedia({ iceRestart: true });
  await clock.advanceSettled(50);
  await answer(491);
  await clock.advanceSettled(4100);
  await answer(200, { body: sdp(4000) });
  expect(media().calls.filter((name) => name === 'offer restart')).toHaveLength(2);
  await clock.advanceSettled(10_000);
  expect(media().calls.filter((name) => name === 'offer restart')).toHaveLength(2);
  await finish();
});

test('a re-INVITE of theirs before the ACK of the one before is put off, and never ends the call (RFC 5407 §3.1.5, trap 4.5 #78)', async () => {
  const { call, ask, finish } = await connected();
  const first = await ask('INVITE', 1, sdp(4002));
  expect(first.statuses.at(-1)).toBe(200);
  const second = await ask('INVITE', 2, sdp(4004));
  expect(second.statuses).toEqual([500]);
  expect(second.responses[0]?.retryAfter).toBeLessThanOrEqual(10);
  expect(call.state).toBe('connected');
  await finish();
});

test('UPDATE without offer is taken while an INVITE of theirs waits for its ACK (RFC 3311 §5.2)', async () => {
  const { ask, finish } = await connected();
  await ask('INVITE', 1, sdp(4002));
  expect((await ask('UPDATE', 2)).statuses).toEqual([200]);
  await finish();
});

test('an ICE restart is asked for again on the next connection when this one breaks under it (RFC 8839 §4.4.1, RFC 5626 §4.2)', async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(2) });
  const peer = new TestElement(network, '192.0.2.2', { listen: [['TCP', 5060]] });
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'TCP', host: '192.0.2.2', port: 5060 },
    listen: [],
  });
  let silent = false;
  peer.answer = (transaction) => {
    if (silent) return;
    const described = transaction.request.method === 'INVITE';
    transaction.respond(
      createResponse(transaction.request, 200, {
        toTag: 'peer',
        headers: [['Contact', '<sip:peer@192.0.2.2>']],
        ...(described && { body: sdp(4000), contentType: 'application/sdp' }),
      }),
    );
  };
  alice.agent.start();
  await clock.advanceSettled(100);
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(500);
  expect(call.state).toBe('connected');
  silent = true;
  call.restartMedia({ iceRestart: true });
  await clock.advanceSettled(100);
  silent = false;
  for (const flow of peer.opened.splice(0)) flow.close();
  await clock.advanceSettled(3000);
  expect(alice.media(call).calls).toEqual(['offer', 'accept', 'offer restart', 'rollback', 'offer restart', 'accept']);
  const stopped = alice.agent.stop();
  await clock.advanceSettled(100_000);
  await stopped;
  assertIdle(alice.agent);
});
