import { expect, test } from 'vitest';
import { createAck, dialogFromResponse } from '../dialog/index.ts';
import { bodyParts, createResponse, printMultipart } from '../message/index.ts';
import { utf8Decode } from '../runtime/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../testing/index.ts';
import type { IncomingMessage, UserAgentOptions } from './index.ts';

const target = { destination: { transport: 'UDP', host: '192.0.2.1', port: 5060 } } as const;
const sdp =
  'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n';

function setUp(options: Partial<UserAgentOptions> = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(3) });
  const wire = new Wire(network);
  const peer = new TestElement(network, '192.0.2.2');
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'UDP', host: '192.0.2.2', port: 5060 },
    options,
  });
  peer.answer = (transaction) => {
    if (transaction.request.method === 'BYE') transaction.respond(createResponse(transaction.request, 200));
  };
  alice.agent.start();
  clock.advance(1);
  const ask = async (method: string, contentType: string, body: string, more: readonly [string, string][] = []) => {
    const request = peer.newRequest(method, 'sip:alice@192.0.2.1', {
      headers: [['Contact', '<sip:peer@192.0.2.2>'], ['Content-Type', contentType], ...more],
      body,
    });
    const outcome = peer.send(request, target);
    await clock.advanceSettled(100);
    return { request, outcome, last: outcome.responses.at(-1) };
  };
  const finish = async () => {
    for (const session of alice.agent.sessions) session.hangUp();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, peer.transactions);
  };
  return { clock, wire, peer, alice, ask, finish };
}

const part = (type: string, body: string, disposition?: string) =>
  `Content-Type: ${type}\r\n${disposition ? `Content-Disposition: ${disposition}\r\n` : ''}\r\n${body}`;
const multi = (...parts: string[]) => `${parts.map((each) => `--b\r\n${each}\r\n`).join('')}--b--\r\n`;
const offer = part('application/sdp', sdp);
const html = 'text/html';
const mixed = 'multipart/mixed;boundary=b';
const alternative = 'multipart/alternative;boundary=b';
const nested = (type: string, body: string, disposition?: string) => part(type, body, disposition);

test.each<readonly [what: string, type: string, body: string]>([
  ['an optional part', mixed, multi(part(html, 'x', 'render;handling=optional'), offer)],
  ['an optional icon', mixed, multi(offer, part('image/png', 'x', 'icon;handling=optional'))],
  ['a disposition said outright', mixed, multi(part('application/sdp', sdp, 'session;handling=required'))],
  ['alternatives, one of them the description', alternative, multi(part('application/new', 'x'), offer)],
  [
    'alternatives within',
    mixed,
    multi(
      nested(
        'multipart/alternative;boundary=c',
        `--c\r\n${part('application/new', 'x')}\r\n--c\r\n${offer}\r\n--c--\r\n`,
      ),
    ),
  ],
  [
    'an optional multipart with a part that must be understood',
    mixed,
    multi(
      offer,
      nested('multipart/mixed;boundary=bb', `--bb\r\n${part(html, 'x')}\r\n--bb--\r\n`, 'render;handling=optional'),
    ),
  ],
  [
    'an optional early-session description',
    mixed,
    multi(part('application/sdp', 'v=0\r\nx', 'early-session;handling=optional'), offer),
  ],
  ['a multipart of a kind not known', 'multipart/fancy;boundary=b', multi(offer)],
  [
    'a part that is encoded and optional',
    mixed,
    multi(`Content-Encoding: gzip\r\n${part(html, 'x', 'render;handling=optional')}`, offer),
  ],
])('the offer is found beside %s (RFC 5621 §4.2, §8, RFC 3959 §3, trap 4.1 #22)', async (_what, type, body) => {
  const { clock, alice, ask, finish } = setUp();
  const { last } = await ask('INVITE', type, body);
  expect(last?.status).toBe(180);
  alice.session.answer();
  await clock.advanceSettled(100);
  expect(alice.media(alice.session).remote).toBe(sdp);
  await finish();
});

test.each<readonly [what: string, type: string, body: string]>([
  ['an unknown type', mixed, multi(offer, part(html, 'x'))],
  ['an unknown disposition', mixed, multi(offer, part('application/sdp', sdp, 'by-reference'))],
  ['an icon, an alert or a rendering that must be', mixed, multi(offer, part('image/png', 'x', 'alert'))],
  ['an early-session that must be', mixed, multi(offer, part('application/sdp', sdp, 'early-session'))],
  ['a description that is to be shown', mixed, multi(part('application/sdp', sdp, 'render'))],
  ['no alternative', alternative, multi(part('application/new', 'x', 'session;handling=optional'))],
  [
    'a multipart in it that can not be met',
    mixed,
    multi(offer, nested('multipart/mixed;boundary=bb', `--bb\r\n${part(html, 'x')}\r\n--bb--\r\n`)),
  ],
  [
    'more parts than anybody needs',
    mixed,
    multi(...Array.from({ length: 65 }, () => part(html, 'x', 'render;handling=optional')), offer),
  ],
])('%s is 415 with what would do (RFC 5621 §8.1, §8.4, trap 4.1 #22, UAS-005)', async (_what, type, body) => {
  const { alice, ask, finish } = setUp();
  const { last } = await ask('INVITE', type, body);
  expect(last?.status).toBe(415);
  expect(last?.headers.get('accept')).toBe('application/sdp');
  expect(alice.incoming).toEqual([]);
  await finish();
});

test('a content coding within is 415 with Accept-Encoding; one that is optional leaves an INVITE without offer (§8.2.3, RFC 5621 §8)', async () => {
  const { clock, alice, ask, finish } = setUp();
  const refused = await ask('INVITE', mixed, multi(`Content-Encoding: gzip\r\n${offer}`));
  expect(refused.last?.status).toBe(415);
  expect(refused.last?.headers.get('accept-encoding')).toBe('identity');
  const { last } = await ask('INVITE', 'application/sdp', 'squeezed', [
    ['Content-Encoding', 'gzip'],
    ['Content-Disposition', 'session;handling=optional'],
  ]);
  expect(last?.status).toBe(180);
  alice.session.answer();
  await clock.advanceSettled(100);
  expect(alice.media(alice.session).calls[0]).toMatch(/offer/i);
  await finish();
});

test('a description for an early session alone: 415 where it must be understood, as by default; optional, it leaves an INVITE without offer (RFC 3959 §3, RFC 3261 §20.11, RFC 5621 §8.3)', async () => {
  for (const handling of ['', ';handling=required']) {
    const { alice, ask, finish } = setUp();
    const { last } = await ask('INVITE', 'application/sdp', sdp, [['Content-Disposition', `early-session${handling}`]]);
    expect(last?.status).toBe(415);
    expect(alice.incoming).toEqual([]);
    await finish();
  }
  const { clock, alice, ask, finish } = setUp();
  await ask('INVITE', 'application/sdp', sdp, [['Content-Disposition', 'early-session;handling=optional']]);
  alice.session.answer();
  await clock.advanceSettled(100);
  expect(alice.media(alice.session).calls).toEqual(['offer']);
  await finish();
});

test('a re-INVITE, an UPDATE and an INFO are judged like an INVITE, and the call goes on (RFC 5621 §8.4)', async () => {
  const { clock, peer, alice, ask, finish } = setUp();
  alice.onIncoming = (session) => session.answer();
  const { request, last } = await ask('INVITE', 'application/sdp', sdp);
  const dialog = last && dialogFromResponse(request, last);
  if (!dialog) throw new Error('no dialog');
  peer.transactions.send(createAck(dialog, request), target);
  await clock.advanceSettled(100);
  let cseq = 1;
  const inside = async (method: string, body: string) => {
    const made = peer.newRequest(method, dialog.target, {
      callId: dialog.callId,
      cseq: ++cseq,
      to: dialog.remote,
      headers: [
        ['Contact', '<sip:peer@192.0.2.2>'],
        ['Content-Type', mixed],
      ],
      body,
    });
    const { outcome } = { outcome: peer.send(made.with({ headers: made.headers.with('From', dialog.local) }), target) };
    await clock.advanceSettled(100);
    return outcome.responses.at(-1)?.status;
  };
  for (const method of ['INVITE', 'UPDATE', 'INFO'])
    expect([method, await inside(method, multi(offer, part(html, 'x')))]).toEqual([method, 415]);
  expect(await inside('UPDATE', multi(part(html, 'x', 'render;handling=optional'), offer))).toBe(200);
  expect(alice.session.state).toBe('connected');
  await finish();
});

test('what else an answer carries does not lose it: a response can not be refused (RFC 5621 §4.2)', async () => {
  const { clock, wire, peer, alice, finish } = setUp();
  peer.answer = (transaction) => {
    const invite = transaction.request.method === 'INVITE';
    transaction.respond(
      createResponse(transaction.request, 200, {
        toTag: 'p',
        headers: [['Contact', '<sip:peer@192.0.2.2>']],
        ...(invite && { body: multi(part(html, 'x'), offer), contentType: mixed }),
      }),
    );
  };
  const call = alice.agent.call('sip:peer@192.0.2.2');
  await clock.advanceSettled(200);
  expect(call.state).toBe('connected');
  expect(alice.media(call).remote).toBe(sdp);
  expect(wire.requests('BYE')).toEqual([]);
  await finish();
});

test.each([
  [mixed, multi(part('text/plain', 'hi')), 'text/plain', 'hi'],
  [alternative, multi(part('text/plain', 'hi'), part(html, '<b>hi</b>')), html, '<b>hi</b>'],
  [alternative, multi(part('text/plain', 'hi'), part('text/new', 'x')), 'text/plain', 'hi'],
])(
  'a message takes what it can show, of alternatives the richest: %s (RFC 5621 §6.1, RFC 3428 §7)',
  async (type, body, essence, text) => {
    const messages: IncomingMessage[] = [];
    const { ask, finish } = setUp({
      messageTypes: ['text/plain', html],
      events: { message: (message) => messages.push(message) },
    });
    expect((await ask('MESSAGE', type, body)).last?.status).toBe(200);
    expect(messages.map((message) => [message.contentType, message.body])).toEqual([[essence, text]]);
    // Nothing to show in it.
    expect((await ask('MESSAGE', 'text/plain', 'x', [['Content-Disposition', 'session']])).last?.status).toBe(415);
    await finish();
  },
);

test('an INVITE carries more than its offer, also to where a challenge sends it; octets stay octets (RFC 5621 §3.2, §5)', async () => {
  const { clock, wire, peer, alice, finish } = setUp();
  let asked = 0;
  peer.answer = (transaction) => {
    const { method } = transaction.request;
    const challenge: [string, string] = ['WWW-Authenticate', 'Digest realm="example.com", nonce="n", algorithm=MD5'];
    if (method === 'INVITE' && asked++ === 0)
      transaction.respond(createResponse(transaction.request, 401, { toTag: 'c', headers: [challenge] }));
    else if (method === 'INVITE') transaction.respond(createResponse(transaction.request, 486, { toTag: 'd' }));
  };
  const octets = new Uint8Array([0, 13, 10, 255, 45, 45]);
  const parts = [{ contentType: 'application/x', disposition: 'signal;handling=optional', body: octets }];
  alice.agent.call('sip:peer@example.com', { parts });
  await clock.advanceSettled(200);
  const invites = wire.requests('INVITE').map(({ message }) => message);
  expect(invites).toHaveLength(2);
  for (const invite of invites) {
    expect(bodyParts(invite).map(({ disposition, required }) => [disposition, required])).toEqual([
      [undefined, true],
      ['signal', false],
    ]);
    expect(utf8Decode(bodyParts(invite)[0]?.body ?? octets)).toMatch(/^v=0/);
    expect(bodyParts(invite)[1]?.body).toEqual(octets);
  }
  expect(() => alice.agent.call('sip:peer@192.0.2.2', { parts: [{ contentType: 'a\r\nb', body: '' }] })).toThrow(
    TypeError,
  );
  await finish();
});

test('an offerless INVITE may carry something too, and a MESSAGE any octets (RFC 5621 §5, RFC 3428 §4)', async () => {
  const { clock, wire, peer, alice, finish } = setUp();
  peer.answer = (transaction) => transaction.respond(createResponse(transaction.request, 486, { toTag: 'd' }));
  alice.agent.call('sip:peer@192.0.2.2', { lateOffer: true, parts: [{ contentType: 'text/plain', body: 'é' }] });
  await clock.advanceSettled(100);
  const [invite] = wire.requests('INVITE');
  expect(invite && bodyParts(invite.message).map(({ contentType }) => contentType?.essence)).toEqual(['text/plain']);
  const body = printMultipart([{ contentType: 'text/plain', body: new Uint8Array([0, 255]) }], 'b');
  void alice.agent.sendMessage('sip:peer@192.0.2.2', { contentType: mixed, body });
  await clock.advanceSettled(100);
  const [message] = wire.requests('MESSAGE');
  expect(message && bodyParts(message.message)[0]?.body).toEqual(new Uint8Array([0, 255]));
  await finish();
});
