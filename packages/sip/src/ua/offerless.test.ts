import { expect, test } from 'vitest';
import { createAck, type DialogState, dialogFromResponse } from '../dialog/index.ts';
import { createResponse } from '../message/index.ts';
import { latin1Decode } from '../runtime/index.ts';
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

const target = { destination: { transport: 'UDP', host: '192.0.2.1', port: 5060 } } as const;
const sdp = (direction: string) =>
  `v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=${direction}\r\n`;

/** A call of the peer that alice took; the peer asks for her offer by re-INVITEs without one. */
async function setUp() {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(17) });
  const wire = new Wire(network);
  const peer = new TestElement(network, '192.0.2.2');
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'UDP', host: '192.0.2.2', port: 5060 },
  });
  alice.agent.start();
  clock.advance(1);
  alice.onIncoming = (session) => session.answer();
  const first = peer.newRequest('INVITE', 'sip:alice@192.0.2.1', {
    headers: [
      ['Contact', '<sip:peer@192.0.2.2>'],
      ['Content-Type', 'application/sdp'],
    ],
    body: sdp('sendrecv'),
  });
  const answer = peer.send(first, target);
  await clock.advanceSettled(100);
  const ok = answer.responses.at(-1);
  const dialog = (ok && dialogFromResponse(first, ok)) as DialogState;
  peer.transactions.send(createAck(dialog, first), target);
  await clock.advanceSettled(100);
  const { session } = alice;
  expect(session.state).toBe('connected');
  let cseq = 1;
  const send = (method: string) => {
    const made = peer.newRequest(method, dialog.target, {
      callId: dialog.callId,
      cseq: ++cseq,
      to: dialog.remote,
      headers: [['Contact', '<sip:peer@192.0.2.2>']],
    });
    const request = made.with({ headers: made.headers.with('From', dialog.local) });
    return { request, outcome: peer.send(request, target) };
  };
  const reInvite = async () => {
    const sent = send('INVITE');
    await clock.advanceSettled(100);
    return sent;
  };
  const ack = async (request: Parameters<typeof createAck>[1], body?: string) => {
    peer.transactions.send(createAck(dialog, request, body), target);
    await clock.advanceSettled(100);
  };
  const finish = async () => {
    session.hangUp();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, peer.transactions);
  };
  wire.clear();
  peer.answer = (transaction) => {
    const { request } = transaction;
    const answer = { body: sdp('recvonly'), contentType: 'application/sdp' };
    transaction.respond(
      createResponse(request, 200, {
        headers: [['Contact', '<sip:peer@192.0.2.2>']],
        ...(request.method === 'INVITE' && answer),
      }),
    );
  };
  return { clock, wire, peer, alice, session, send, reInvite, ack, finish };
}

const body = (message: { readonly body: Uint8Array } | undefined) => latin1Decode(message?.body ?? new Uint8Array(0));
const read = (text: string) => {
  const parsed = parseSdp(text);
  if (!parsed.ok) throw new Error('no description');
  return parsed.value;
};

test('a re-INVITE without offer: the 2xx holds a whole offer of ours, in the same session, and the ACK its answer (§14.2, RFC 3264 §8, UAS-021)', async () => {
  const { alice, session, reInvite, ack, finish } = await setUp();
  const before = read(session.localDescription ?? '');
  const { request, outcome } = await reInvite();
  expect(outcome.statuses).toEqual([200]);
  const offer = read(body(outcome.responses[0]));
  expect(offer.media.map(({ media }) => media)).toEqual(before.media.map(({ media }) => media));
  expect(origin(offer)?.sessionId).toBe(origin(before)?.sessionId);
  // Nothing changed, so neither does the version (RFC 3264 §8).
  expect(origin(offer)?.version).toBe(origin(before)?.version);
  // All that we can do, not only what was agreed on.
  expect(body(outcome.responses[0])).toMatch(/RTP\/AVP 0 8 101\r\n/);
  await ack(request, sdp('sendonly'));
  expect(session.held).toMatchObject({ local: false, remote: true });
  expect(alice.media(session).remote).toBe(sdp('sendonly'));
  await finish();
});

test('held by the far side, our offer is not bound by that; held by us, it is (§14.2, RFC 6337 §5.3, UAS-021)', async () => {
  const { clock, wire, session, reInvite, ack, finish } = await setUp();
  const first = await reInvite();
  await ack(first.request, sdp('sendonly'));
  const second = await reInvite();
  expect(body(second.outcome.responses[0])).toContain('a=sendrecv');
  await ack(second.request, sdp('sendrecv'));
  expect(session.held.remote).toBe(false);
  session.hold();
  await clock.advanceSettled(200);
  const third = await reInvite();
  expect(body(third.outcome.responses[0])).toContain('a=sendonly');
  await ack(third.request, sdp('recvonly'));
  expect(session.held).toMatchObject({ local: true, remote: false });
  // Agreed by that: nothing is left to tell.
  expect(wire.requests('INVITE', '192.0.2.1')).toHaveLength(1);
  await finish();
});

test('a wish of ours waits until the ACK brought the answer, and is told then (§14.1, RFC 3264 §4, UAS-021)', async () => {
  const { clock, wire, session, reInvite, ack, finish } = await setUp();
  const { request } = await reInvite();
  session.hold();
  await clock.advanceSettled(300);
  expect(wire.requests('INVITE', '192.0.2.1')).toEqual([]);
  await ack(request, sdp('sendrecv'));
  const [ours] = wire.requests('INVITE', '192.0.2.1');
  expect(body(ours?.message)).toContain('a=sendonly');
  await finish();
});

test('an ACK without answer ends the call, one that never comes too, after 64·T1 of 2xx (§13.3.1.4, §14.2, UAS-021)', async () => {
  const without = await setUp();
  const { request } = await without.reInvite();
  await without.ack(request);
  expect(without.session).toMatchObject({ state: 'ended', end: { by: 'local', status: 488 } });
  await without.finish();
  const never = await setUp();
  await never.reInvite();
  await never.clock.advanceSettled(31_000);
  expect(never.session.state).toBe('connected');
  expect(never.wire.responses(200, 'INVITE').length).toBeGreaterThan(8);
  await never.clock.advanceSettled(2000);
  expect(never.wire.requests('BYE', '192.0.2.1')).toHaveLength(1);
  expect(never.session.state).toBe('ended');
  await never.finish();
});

test('cancelled, or overtaken by a BYE, while the offer is being made: 487, and nothing is left (§15.1.2, RFC 6141 §3.4, UAS-021)', async () => {
  const { clock, alice, session, send, finish, reInvite, ack } = await setUp();
  const media = alice.media(session);
  media.blocked = true;
  const { outcome } = await reInvite();
  outcome.transaction.cancel([]);
  await clock.advanceSettled(200);
  expect(outcome.statuses.at(-1)).toBe(487);
  media.release();
  await clock.advanceSettled(100);
  expect(session.state).toBe('connected');
  const next = await reInvite();
  expect(next.outcome.statuses).toEqual([200]);
  await ack(next.request, sdp('sendrecv'));
  media.blocked = true;
  const last = await reInvite();
  const bye = send('BYE');
  await clock.advanceSettled(200);
  expect([last.outcome.statuses.at(-1), bye.outcome.statuses]).toEqual([487, [200]]);
  media.release();
  await finish();
});

test('media that can make no offer refuse the re-INVITE, and the call goes on (§14.2, UAS-020)', async () => {
  const { alice, session, reInvite, finish } = await setUp();
  alice.media(session).refuse = { status: 488 };
  expect((await reInvite()).outcome.statuses).toEqual([488]);
  expect(session.state).toBe('connected');
  await finish();
});
