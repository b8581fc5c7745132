import { expect, test } from 'vitest';
import { createAck, createDialogRequest, type DialogState, dialogFromResponse } from '../../dialog/index.ts';
import { createResponse } from '../../message/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../../testing/index.ts';
import type { ServerTransaction } from '../../transaction/index.ts';
import type { UserAgentOptions } from '../index.ts';
import { printReplaces } from './replaces.ts';

const target = { destination: { transport: 'UDP', host: '192.0.2.1', port: 5060 } } as const;
const sdp =
  'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n';

/** Alice, and a peer that plays everybody else. */
function setUp(options: Partial<UserAgentOptions> = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(6) });
  const wire = new Wire(network);
  const peer = new TestElement(network, '192.0.2.2');
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    domain: 'home.example',
    server: { transport: 'UDP', host: '192.0.2.2', port: 5060 },
    options,
  });
  let called: ServerTransaction | undefined;
  peer.answer = (transaction) => {
    if (transaction.request.method === 'INVITE') called = transaction;
    else transaction.respond(createResponse(transaction.request, 200));
  };
  alice.agent.start();
  clock.advance(1);
  const invite = async (headers: readonly (readonly [string, string])[] = [], from?: string) => {
    let request = peer.newRequest('INVITE', 'sip:alice@192.0.2.1', {
      headers: [['Contact', '<sip:peer@192.0.2.2>'], ['Content-Type', 'application/sdp'], ...headers],
      body: sdp,
    });
    if (from !== undefined) request = request.with({ headers: request.headers.with('From', from) });
    const outcome = peer.send(request, target);
    await clock.advanceSettled(100);
    const ok = outcome.responses.at(-1);
    if (ok?.isSuccess) {
      const dialog = dialogFromResponse(request, ok);
      if (dialog) peer.transactions.send(createAck(dialog, request), target);
      await clock.advanceSettled(100);
    }
    return { request, outcome, statuses: outcome.statuses };
  };
  /** A call of the peer that alice has taken, as alice sees its dialog. */
  const connected = async () => {
    alice.onIncoming = (session) => session.answer();
    const { request, outcome } = await invite();
    alice.onIncoming = undefined;
    const ok = outcome.responses.at(-1);
    const dialog = ok && dialogFromResponse(request, ok);
    if (!dialog) throw new Error('no dialog');
    return {
      session: alice.session,
      dialog,
      ref: { callId: dialog.callId, toTag: dialog.remoteTag, fromTag: dialog.localTag },
    };
  };
  const finish = async () => {
    for (const session of alice.agent.sessions) session.hangUp();
    if (called && !called.finalSent) called.respond(createResponse(called.request, 487, { toTag: 'one' }));
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, peer.transactions);
  };
  const outgoing = async () => {
    const session = alice.agent.call('sip:peer@192.0.2.2');
    await clock.advanceSettled(100);
    if (!called) throw new Error('no INVITE');
    called.respond(
      createResponse(called.request, 180, { toTag: 'one', headers: [['Contact', '<sip:peer@192.0.2.2>']] }),
    );
    await clock.advanceSettled(100);
    return { session, ref: { callId: session.callId, toTag: called.request.fromTag ?? '', fromTag: 'one' } };
  };
  return { clock, wire, peer, alice, invite, connected, outgoing, finish };
}

const replaces = (ref: Parameters<typeof printReplaces>[0]) => ['Replaces', printReplaces(ref)] as const;

test('the new call is answered by itself, and only then the old one gets its BYE (RFC 3891 §3, trap 4.4 #69, UAC-031)', async () => {
  const { wire, alice, invite, connected, finish } = setUp();
  const { session, ref } = await connected();
  wire.clear();
  const { statuses } = await invite([replaces(ref)]);
  expect(statuses.at(-1)).toBe(200);
  expect(session).toMatchObject({ state: 'ended', end: { by: 'remote', kind: 'replaced' } });
  expect(alice.session).toMatchObject({ state: 'connected', replaces: session });
  expect(wire.story.indexOf('BYE')).toBeGreaterThan(wire.story.indexOf('200 INVITE'));
  await finish();
});

test('tags the wrong way round match nothing: 481 (RFC 3891 §3, trap 4.4 #69, UAC-031)', async () => {
  const { invite, connected, finish } = setUp();
  const { session, ref } = await connected();
  const swapped = { callId: ref.callId, toTag: ref.fromTag, fromTag: ref.toTag };
  expect((await invite([replaces(swapped)])).statuses).toEqual([481]);
  expect((await invite([replaces({ ...ref, callId: 'other' })])).statuses).toEqual([481]);
  expect(session.state).toBe('connected');
  await finish();
});

test('early-only is 486 for a call that is up (RFC 3891 §3, trap 4.4 #69, UAC-031)', async () => {
  const { invite, connected, finish } = setUp();
  const { session, ref } = await connected();
  expect((await invite([replaces({ ...ref, earlyOnly: true })])).statuses).toEqual([486]);
  expect(session.state).toBe('connected');
  await finish();
});

test('a call that has ended is 603, during its BYE and after (RFC 3891 §3, trap 4.4 #69, UAC-031)', async () => {
  const { clock, peer, invite, connected, finish } = setUp();
  const first = await connected();
  first.session.hangUp();
  expect((await invite([replaces(first.ref)])).statuses).toEqual([603]);
  const second = await connected();
  const bye = createDialogRequest(second.dialog, { method: 'BYE' });
  peer.send(bye.request, target);
  await clock.advanceSettled(40_000);
  expect((await invite([replaces(second.ref)])).statuses).toEqual([603]);
  await finish();
});

test('a call that still rings here is not taken away: 481 (RFC 3891 §3, trap 4.4 #69)', async () => {
  const { alice, invite, finish } = setUp();
  const { request, outcome } = await invite();
  const ringing = dialogFromResponse(request, outcome.responses.at(-1) ?? createResponse(request, 180)) as DialogState;
  const ref = { callId: ringing.callId, toTag: ringing.remoteTag, fromTag: ringing.localTag };
  expect((await invite([replaces(ref)])).statuses).toEqual([481]);
  expect(alice.incoming).toHaveLength(1);
  await finish();
});

test('an early dialog that we began is replaced, early-only or not: its INVITE is cancelled (RFC 3891 §3, §7.1, trap 4.4 #69)', async () => {
  const { clock, wire, alice, outgoing, invite, finish } = setUp();
  const { session, ref } = await outgoing();
  const { statuses } = await invite([replaces({ ...ref, earlyOnly: true })], '<sip:carol@home.example>;tag=c');
  expect(statuses.at(-1)).toBe(200);
  await clock.advanceSettled(500);
  expect(wire.requests('CANCEL')).toHaveLength(1);
  expect(alice.session).toMatchObject({ state: 'connected', replaces: session });
  await finish();
  expect(session.end).toMatchObject({ by: 'remote', kind: 'replaced' });
});

test.each([
  ['two Replaces', 'x;to-tag=1;from-tag=2', 'x;to-tag=1;from-tag=2', 'Replaces'],
  ['Replaces with Join', 'x;to-tag=1;from-tag=2', 'x;to-tag=1;from-tag=2', 'Join'],
])('%s in an INVITE is 400 (RFC 3891 §3, RFC 3911 §4, trap 4.4 #69)', async (_what, one, other, name) => {
  const { alice, invite, finish } = setUp();
  const { statuses } = await invite([
    ['Replaces', one],
    [name, other],
  ]);
  expect(statuses).toEqual([400]);
  expect(alice.incoming).toEqual([]);
  await finish();
});

test('one without from-tag is 400 (RFC 3891 §6.1)', async () => {
  const { invite, finish } = setUp();
  expect((await invite([['Replaces', 'x;to-tag=1']])).statuses).toEqual([400]);
  await finish();
});

test('from-tag 0 stands for a phone that has no tag (RFC 3891 §6.1, trap 4.4 #70)', async () => {
  const { alice, invite, finish } = setUp();
  alice.onIncoming = (session) => session.answer();
  const { request, outcome } = await invite([], '<sip:test@192.0.2.2>');
  const old = alice.session;
  const toTag = outcome.responses.at(-1)?.toTag ?? '';
  const { statuses } = await invite([replaces({ callId: request.callId, toTag, fromTag: '' })]);
  expect(statuses.at(-1)).toBe(200);
  // Its BYE waits for the ACK that never comes (§15).
  await finish();
  expect(old.end?.kind).toBe('replaced');
});

test('a stranger may not replace a call, whom its far side sent may, and the application has the last word (RFC 3891 §3, §8)', async () => {
  const { invite, connected, finish } = setUp();
  const { session, ref } = await connected();
  expect((await invite([replaces(ref)], '<sip:mallory@elsewhere.example>;tag=m')).statuses).toEqual([403]);
  expect(session.state).toBe('connected');
  const sent = await invite(
    [replaces(ref), ['Referred-By', '<sip:test@192.0.2.2>']],
    '<sip:carol@elsewhere.example>;tag=c',
  );
  expect(sent.statuses.at(-1)).toBe(200);
  await finish();
  const strict = setUp({ mayReplace: () => false });
  const call = await strict.connected();
  expect((await strict.invite([replaces(call.ref)])).statuses).toEqual([403]);
  expect(call.session.state).toBe('connected');
  await strict.finish();
});

test('media that cannot be made leave the old call as it was (RFC 3891 §3)', async () => {
  const { alice, invite, connected, finish } = setUp();
  const { session, ref } = await connected();
  alice.onIncoming = (incoming) => {
    alice.media(incoming).refuse = { status: 488 };
  };
  expect((await invite([replaces(ref)])).statuses.at(-1)).toBe(488);
  expect(session.state).toBe('connected');
  await finish();
});

test('Join is for the application to mix, and only where it can (RFC 3911 §4)', async () => {
  const able = setUp({ join: true });
  const { session, ref } = await able.connected();
  const joining = ['Join', printReplaces(ref)] as const;
  expect((await able.invite([joining, ['Require', 'join']])).statuses).toEqual([180]);
  expect(able.alice.session).toMatchObject({ joins: session, replaces: undefined });
  expect(session.state).toBe('connected');
  able.alice.session.reject();
  expect((await able.invite([['Join', 'x;to-tag=1;from-tag=2']])).statuses).toEqual([481]);
  await able.finish();
  const unable = setUp();
  expect((await unable.invite([joining, ['Require', 'join']])).statuses).toEqual([420]);
  await unable.finish();
});

test('a call that replaces another says so with the tags of its receiver, and requires it (RFC 3891 §4)', async () => {
  const { clock, wire, alice, finish } = setUp();
  alice.agent.call('sip:peer@192.0.2.2', { replaces: { callId: 'c', toTag: 'theirs', fromTag: '', earlyOnly: true } });
  await clock.advanceSettled(100);
  const invite = wire.requests('INVITE')[0]?.message;
  expect(invite?.headers.get('replaces')).toBe('c;to-tag=theirs;from-tag=0;early-only');
  expect(invite?.require).toEqual(['replaces']);
  await finish();
});
