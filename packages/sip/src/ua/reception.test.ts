import { expect, test } from 'vitest';
import { createAck, createDialogRequest, type DialogState, dialogFromResponse } from '../dialog/index.ts';
import { createRequest, createResponse, Headers, type SipRequest } from '../message/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  type Outcome,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../testing/index.ts';
import type { UserAgentOptions } from './options.ts';

const target = { destination: { transport: 'UDP', host: '192.0.2.1', port: 5060 } } as const;
const offer =
  'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n';
/** Features add theirs. */
const allow = expect.stringMatching(/INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE/);

/** An agent, and a peer without manners that sends it what the test says. */
function setUp(options: Partial<UserAgentOptions> = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(5) });
  const wire = new Wire(network);
  const peer = new TestElement(network, '192.0.2.2');
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'UDP', host: '192.0.2.2', port: 5060 },
    options,
  });
  alice.agent.start();
  clock.advance(1);
  let calls = 0;
  const request = (method: string, parts: RequestParts = {}): SipRequest =>
    createRequest({
      method,
      uri: parts.uri ?? 'sip:alice@example.com',
      headers: Headers.of(
        ['Max-Forwards', String(parts.maxForwards ?? 70)],
        ['From', `<sip:bob@example.com>;tag=${parts.fromTag ?? 'b1'}`],
        ['To', `<sip:alice@example.com>${parts.toTag === undefined ? '' : `;tag=${parts.toTag}`}`],
        ['Call-ID', parts.callId ?? `call-${++calls}`],
        ['CSeq', `${parts.cseq ?? 1} ${method}`],
        ...(method === 'INVITE' ? [['Contact', '<sip:bob@192.0.2.2>'] as [string, string]] : []),
        ...(parts.headers ?? []),
      ),
      body: parts.body,
    });
  const ask = async (method: string, parts: RequestParts = {}): Promise<Outcome> => {
    const outcome = peer.send(request(method, parts), target);
    await clock.advanceSettled(50);
    return outcome;
  };
  const invite = (parts: RequestParts = {}) =>
    ask('INVITE', { body: offer, headers: [['Content-Type', 'application/sdp']], ...parts });
  /** A call that is up, and the dialog as the peer sees it. */
  const connect = async (parts: RequestParts = {}) => {
    const outcome = await invite(parts);
    alice.session.answer();
    await clock.advanceSettled(50);
    const ok = outcome.responses.at(-1);
    if (!ok) throw new Error('no answer');
    let dialog = dialogFromResponse(outcome.transaction.request, ok) as DialogState;
    peer.transactions.send(createAck(dialog, outcome.transaction.request), target);
    await clock.advanceSettled(50);
    const say = async (
      method: string,
      more: { headers?: [string, string][]; body?: string; cseq?: number } = {},
    ): Promise<Outcome> => {
      const made = createDialogRequest(
        { ...dialog, localCSeq: more.cseq === undefined ? dialog.localCSeq : more.cseq - 1 },
        {
          method,
          headers: more.headers ?? [],
          ...(more.body !== undefined && { body: more.body }),
        },
      );
      dialog = made.dialog;
      const said = peer.send(made.request, target);
      await clock.advanceSettled(50);
      return said;
    };
    return { session: alice.session, say, outcome, dialog: () => dialog };
  };
  const finish = async () => {
    peer.answer = (transaction) => transaction.respond(createResponse(transaction.request, 200));
    for (const session of alice.agent.sessions) session.hangUp();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent);
  };
  return { clock, network, wire, peer, alice, request, ask, invite, connect, finish };
}

interface RequestParts {
  readonly uri?: string;
  readonly fromTag?: string;
  readonly toTag?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly maxForwards?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

test('OPTIONS is answered with what an INVITE may use (§11.2, UAS-023)', async () => {
  const { ask, finish } = setUp();
  const outcome = await ask('OPTIONS');
  const [ok] = outcome.responses;
  expect(ok?.status).toBe(200);
  expect(ok?.headers.get('allow')).toEqual(allow);
  expect(ok?.headers.get('accept')).toContain('application/sdp');
  expect(ok?.headers.get('accept-encoding')).toBe('identity');
  expect(ok?.headers.get('accept-language')).toBe('en');
  expect(ok?.supported).toEqual([
    'outbound',
    'from-change',
    'gruu',
    '199',
    'replaces',
    'tdialog',
    'norefersub',
    'timer',
    '100rel',
  ]);
  expect(ok?.toTag).toBeDefined();
  await finish();
});

test('Max-Forwards 0 is no matter for a user agent (§8.2, trap 4.1 #18)', async () => {
  const { ask, finish } = setUp();
  expect((await ask('OPTIONS', { maxForwards: 0 })).statuses).toEqual([200]);
  await finish();
});

test.each([
  ['PUBLISH', 405],
  ['REGISTER', 405],
  ['FLY', 501],
  ['publish', 501],
])(
  'a method that is not taken, %s, is answered %i with Allow, in and out of a dialog (§8.2.1, §21.5.2, trap 4.1 #10, UAS-001)',
  async (method, status) => {
    const { ask, connect, finish } = setUp();
    const outside = await ask(method);
    expect(outside.statuses).toEqual([status]);
    expect(outside.responses[0]?.headers.get('allow')).toEqual(allow);
    const { say, session } = await connect();
    expect((await say(method)).statuses).toEqual([status]);
    expect(session.state).toBe('connected');
    await finish();
  },
);

test('a stranger in the Request-URI is 404, another scheme 416; the host may be any alias (§8.2.2.1, UAS-002)', async () => {
  const { ask, finish } = setUp();
  expect((await ask('OPTIONS', { uri: 'sip:carol@example.com' })).statuses).toEqual([404]);
  expect((await ask('OPTIONS', { uri: 'sip:Alice@example.com' })).statuses).toEqual([404]);
  expect((await ask('OPTIONS', { uri: 'tel:+123' })).statuses).toEqual([416]);
  expect((await ask('OPTIONS', { uri: 'sip:alice@192.0.2.1:5060;transport=ws' })).statuses).toEqual([200]);
  expect((await ask('OPTIONS', { uri: 'sips:alice@example.com' })).statuses).toEqual([200]);
  await finish();
});

test('an extension that is required and lacking is 420 with Unsupported, in a dialog too (§8.2.2.3, UAS-004)', async () => {
  const { ask, connect, invite, finish } = setUp();
  const refused = await invite({
    headers: [
      ['Require', 'precondition, gruu'],
      ['Content-Type', 'application/sdp'],
    ],
  });
  expect(refused.statuses).toEqual([420]);
  expect(refused.responses[0]?.unsupported).toEqual(['precondition']);
  expect((await ask('OPTIONS', { headers: [['Require', 'outbound']] })).statuses).toEqual([200]);
  const { say, session } = await connect();
  expect((await say('INFO', { headers: [['Require', 'fancy']] })).statuses).toEqual([420]);
  expect(session.state).toBe('connected');
  await finish();
});

test('a body that is not understood is 415 with what would be, unless it is optional (§8.2.3, trap 4.1 #22, UAS-005)', async () => {
  const { clock, invite, alice, finish } = setUp();
  const text = await invite({ headers: [['Content-Type', 'text/html']] });
  expect(text.statuses).toEqual([415]);
  expect(text.responses[0]?.headers.get('accept')).toBe('application/sdp');
  const zipped = await invite({
    headers: [
      ['Content-Type', 'application/sdp'],
      ['Content-Encoding', 'gzip'],
    ],
  });
  expect(zipped.statuses).toEqual([415]);
  expect(zipped.responses[0]?.headers.get('accept-encoding')).toBe('identity');
  expect(alice.incoming).toHaveLength(0);
  const mixed = `--x\r\nContent-Type: text/plain\r\nContent-Disposition: render;handling=optional\r\n\r\nhi\r\n--x\r\nContent-Type: application/sdp\r\n\r\n${offer}\r\n--x--\r\n`;
  const multipart = await invite({ headers: [['Content-Type', 'multipart/mixed;boundary=x']], body: mixed });
  expect(multipart.statuses).toEqual([180]);
  alice.session.answer();
  await clock.advanceSettled(50);
  expect(alice.media(alice.session).remote).toBe(offer);
  await finish();
});

test('an INVITE that came by two paths is taken once, the copy is 482, also when it comes after the answer (§8.2.2.2, trap 4.10 #130, UAS-003)', async () => {
  const { clock, invite, alice, finish } = setUp();
  const first = await invite({ callId: 'same' });
  const second = await invite({ callId: 'same' });
  expect(first.statuses).toEqual([180]);
  expect(second.statuses).toEqual([482]);
  alice.session.answer();
  await clock.advanceSettled(50);
  expect((await invite({ callId: 'same' })).statuses).toEqual([482]);
  expect(alice.incoming).toHaveLength(1);
  // Once the transaction is over, nothing is known of it any more.
  await clock.advanceSettled(64_000);
  expect((await invite({ callId: 'same' })).statuses).toEqual([180]);
  await finish();
});

test('an INVITE with two Contacts is 400 (§8.1.1.8)', async () => {
  const { ask, finish } = setUp();
  const outcome = await ask('INVITE', { headers: [['Contact', '<sip:x@192.0.2.3>']] });
  expect(outcome.statuses).toEqual([400]);
  await finish();
});

test('beyond the limit of sessions callers are busy (§21.4.24, UAS-016)', async () => {
  const { invite, alice, finish } = setUp({ maxSessions: 2 });
  for (const statuses of [[180], [180], [486]]) expect((await invite()).statuses).toEqual(statuses);
  expect(alice.incoming).toHaveLength(2);
  await finish();
});

test.each(['BYE', 'OPTIONS', 'INFO', 'UPDATE', 'INVITE'])(
  '%s with a To tag and no dialog is 481 (§12.2.2, trap 4.4 #68, UAS-013)',
  async (method) => {
    const { ask, finish } = setUp();
    expect((await ask(method, { toTag: 'nobody' })).statuses).toEqual([481]);
    await finish();
  },
);

test('Call-ID and tags compare octet for octet: in another case they name another dialog (§20.8, §12, trap 4.1 #15)', async () => {
  const { ask, connect, finish } = setUp();
  const { session, dialog } = await connect({ callId: 'Call', fromTag: 'bTag' });
  const { localTag, remoteTag } = dialog();
  const id = { callId: 'Call', fromTag: localTag, toTag: remoteTag };
  expect((await ask('OPTIONS', { ...id, cseq: 2, callId: 'cALL' })).statuses).toEqual([481]);
  expect((await ask('OPTIONS', { ...id, cseq: 3, fromTag: 'BTAG' })).statuses).toEqual([481]);
  expect((await ask('OPTIONS', { ...id, cseq: 4, toTag: remoteTag.toUpperCase() })).statuses).toEqual([481]);
  expect((await ask('OPTIONS', { ...id, cseq: 5 })).statuses).toEqual([200]);
  // What we make ourselves has one case only.
  expect(remoteTag).toMatch(/^[0-9a-f]+$/);
  session.hangUp();
  await finish();
});

test('an ACK that matches no dialog is dropped in silence (§17, traps 4.3 #57, 4.4 #68, UAS-013)', async () => {
  const { clock, wire, peer, request, finish } = setUp();
  peer.transactions.send(request('ACK', { toTag: 'nobody' }), target);
  peer.transactions.send(request('ACK'), target);
  await clock.advanceSettled(1000);
  expect(wire.seen.every(({ from }) => from === '192.0.2.2')).toBe(true);
  await finish();
});

test('a CANCEL that matches nothing is 481, one that comes too late 200 without effect (§9.2, trap 4.3 #51, UAS-010)', async () => {
  const { clock, peer, wire, ask, connect, finish } = setUp();
  const { session, outcome } = await connect();
  const { request: invite } = outcome.transaction;
  const cancel = (branch: string) =>
    createRequest({
      method: 'CANCEL',
      uri: invite.uriText,
      headers: Headers.of(
        ['Via', (invite.headers.get('via') ?? '').replace(/branch=[^;]*/, `branch=${branch}`)],
        ['From', invite.headers.get('from') ?? ''],
        ['To', invite.headers.get('to') ?? ''],
        ['Call-ID', invite.callId],
        ['CSeq', '1 CANCEL'],
      ),
    });
  const flow = outcome.transaction.flow;
  if (!flow) throw new Error('no flow');
  peer.transport.transmit(cancel(invite.via.branch ?? ''), flow);
  await clock.advanceSettled(50);
  expect(wire.responses(200, 'CANCEL')).toHaveLength(1);
  expect(session.state).toBe('connected');
  peer.transport.transmit(cancel('z9hG4bKother'), flow);
  await clock.advanceSettled(50);
  expect(wire.responses(481, 'CANCEL')).toHaveLength(1);
  expect((await ask('OPTIONS')).statuses).toEqual([200]);
  await finish();
});

test('a CSeq below or at the last one is 500, gaps are fine, zero is a number (§12.2.2, trap 4.4 #64, UAS-014)', async () => {
  const { connect, finish } = setUp();
  const { say, session } = await connect({ cseq: 0 });
  expect((await say('OPTIONS', { cseq: 0 })).statuses).toEqual([500]);
  expect((await say('OPTIONS', { cseq: 40 })).statuses).toEqual([200]);
  expect((await say('OPTIONS', { cseq: 40 })).statuses).toEqual([500]);
  expect((await say('BYE', { cseq: 39 })).statuses).toEqual([500]);
  expect(session.state).toBe('connected');
  expect((await say('BYE', { cseq: 41 })).statuses).toEqual([200]);
  expect(session.end).toEqual({ by: 'remote', kind: 'hangup' });
  await finish();
});

test('neither ACK nor CANCEL moves the CSeq of the far side (§12.2.2, trap 4.4 #64)', async () => {
  const { clock, peer, request, connect, finish } = setUp();
  const { say, dialog } = await connect({ callId: 'steady' });
  const { localTag, remoteTag } = dialog();
  for (const method of ['ACK', 'CANCEL']) {
    peer.transactions.send(
      request(method, { callId: 'steady', fromTag: localTag, toTag: remoteTag, cseq: 70 }),
      target,
    );
    await clock.advanceSettled(50);
  }
  expect((await say('OPTIONS', { cseq: 2 })).statuses).toEqual([200]);
  await finish();
});

test('the caller may end an early dialog by BYE: 200, and the INVITE gets 487 (§15.1.2, trap 4.4 #66, UAC-024, UAS-022)', async () => {
  const { peer, clock, invite, alice, wire, finish } = setUp();
  const outcome = await invite();
  const ringing = outcome.responses[0];
  const dialog = ringing && dialogFromResponse(outcome.transaction.request, ringing);
  if (!dialog) throw new Error('no early dialog');
  const bye = peer.send(createDialogRequest(dialog, { method: 'BYE' }).request, target);
  await clock.advanceSettled(50);
  expect(bye.statuses).toEqual([200]);
  expect(outcome.statuses).toEqual([180, 487]);
  expect(alice.session.end).toEqual({ by: 'remote', kind: 'cancelled' });
  expect(wire.responses(200, 'BYE')).toHaveLength(1);
  await finish();
});

test('BYE while a re-INVITE is being worked on: 200, and that INVITE gets 487 (§15.1.2, trap 4.4 #66, UAS-022)', async () => {
  const { connect, alice, finish } = setUp();
  const { say, session } = await connect();
  alice.media(session).blocked = true;
  const again = await say('INVITE', {
    headers: [
      ['Contact', '<sip:bob@192.0.2.2>'],
      ['Content-Type', 'application/sdp'],
    ],
    body: offer,
  });
  const bye = await say('BYE');
  expect(bye.statuses).toEqual([200]);
  expect(again.statuses.at(-1)).toBe(487);
  alice.media(session).release();
  await finish();
});

test('the response to a dialog-forming INVITE copies every Record-Route and adds a Contact (§12.1.1, trap 4.1 #25, UAS-012, DLG-002)', async () => {
  const { connect, finish } = setUp();
  const { outcome } = await connect({
    headers: [
      ['Record-Route', '<sip:p2@192.0.2.2;lr>, <sip:p1@192.0.2.2;lr;x=Y>'],
      ['Content-Type', 'application/sdp'],
    ],
  });
  for (const response of outcome.responses) {
    expect(response.headers.all('record-route')).toEqual(['<sip:p2@192.0.2.2;lr>, <sip:p1@192.0.2.2;lr;x=Y>']);
    expect(response.contacts).toHaveLength(1);
  }
  await finish();
});

test('an accepted re-INVITE or UPDATE moves the target, a refused one does not (§12.2.2, trap 4.4 #63)', async () => {
  const { clock, connect, alice, wire, peer, finish } = setUp();
  const { say, session, dialog } = await connect();
  const move = (user: string, type: string): { headers: [string, string][]; body: string } => ({
    headers: [
      ['Contact', `<sip:${user}@192.0.2.2>`],
      ['Content-Type', type],
    ],
    body: offer,
  });
  const contactNow = async () => {
    wire.clear();
    void session.sendInfo('text/plain', 'x');
    await clock.advanceSettled(50);
    return wire.requests('INFO', '192.0.2.1')[0]?.message.uriText;
  };
  peer.answer = (transaction) => transaction.respond(createResponse(transaction.request, 200));
  expect((await say('INVITE', move('refused', 'text/html'))).statuses).toEqual([415]);
  expect(await contactNow()).toBe('sip:bob@192.0.2.2');
  for (const method of ['UPDATE', 'INVITE']) {
    alice.media(session).refuse = { status: 488 };
    expect((await say(method, move('refused', 'application/sdp'))).statuses).toEqual([488]);
    expect(await contactNow()).toBe('sip:bob@192.0.2.2');
  }
  expect((await say('UPDATE', move('moved', 'application/sdp'))).statuses).toEqual([200]);
  expect(await contactNow()).toBe('sip:moved@192.0.2.2');
  const again = await say('INVITE', move('again', 'application/sdp'));
  expect(again.statuses.at(-1)).toBe(200);
  peer.transactions.send(createAck(dialog(), again.transaction.request), target);
  await clock.advanceSettled(50);
  expect(await contactNow()).toBe('sip:again@192.0.2.2');
  await finish();
});

test('a malformed header that matters is 400, and nothing is thrown (§21.4.1, trap 4.1 #21)', async () => {
  const { ask, alice, finish } = setUp();
  expect(
    (
      await ask('OPTIONS', {
        headers: [
          ['Expires', 'soon'],
          ['Contact', '<<>>'],
        ],
      })
    ).statuses,
  ).toEqual([400]);
  expect(alice.incoming).toHaveLength(0);
  await finish();
});

test('INFO brings digits in every shape peers send them; others are 415, unknown packages 469 (RFC 6086, trap 4.9 #120, UAS-035)', async () => {
  const { connect, alice, finish } = setUp();
  const { say } = await connect();
  const relay = (body: string, type = 'application/dtmf-relay') =>
    say('INFO', { headers: [['Content-Type', type]], body });
  const bodies = [
    'Signal=1\r\nDuration=160\r\n',
    'Duration=100\nSignal= 2',
    'Signal: #\r\n',
    'signal=10\r\nduration=250\r\n',
    'Signal=a\r\n',
  ];
  for (const body of bodies) expect((await relay(body)).statuses).toEqual([200]);
  expect((await relay('9', 'application/dtmf')).statuses).toEqual([200]);
  expect(alice.digits).toEqual(['1', '2', '#', '*', 'A', '9']);
  const other = await relay('x', 'text/plain');
  expect(other.statuses).toEqual([415]);
  expect(other.responses[0]?.headers.get('accept')).toBe('application/dtmf-relay, application/dtmf');
  expect((await say('INFO')).statuses).toEqual([200]);
  const unknown = await say('INFO', { headers: [['Info-Package', 'weather']] });
  expect(unknown.statuses).toEqual([469]);
  expect(unknown.responses[0]?.headers.has('recv-info')).toBe(true);
  await finish();
});
