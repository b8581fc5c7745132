import { expect, test } from 'vitest';
import { presence } from '../events/index.ts';
import { createRequest, createResponse, Headers } from '../message/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  type TestAgentOptions,
  TestElement,
  VirtualClock,
  Wire,
} from '../testing/index.ts';
import type { CallOptions } from './client-invite.ts';
import type { Session } from './session.ts';

const sdp = 'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';
const server = { transport: 'UDP', host: '192.0.2.2', port: 5060 } as const;
type Field = readonly [string, string];

/** Alice and her server, which answers what she sends with `answer` added to its 200. */
async function setUp(options: TestAgentOptions['options'] = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(5) });
  const wire = new Wire(network);
  const proxy = new TestElement(network, '192.0.2.2');
  const stranger = new TestElement(network, '192.0.2.66');
  const alice = new TestAgent(network, '192.0.2.1', { user: 'alice', server, options });
  const answer: Field[] = [];
  proxy.answer = (transaction) => {
    const { request } = transaction;
    transaction.respond(
      createResponse(request, 200, {
        ...(request.toTag === undefined && { toTag: 'bob' }),
        headers: [
          ['Contact', '<sip:bob@192.0.2.2>'],
          ...answer,
          ...(request.method === 'REGISTER'
            ? [['Contact', `${request.headers.get('contact')};pub-gruu="sip:alice@example.com;gr=urn:uuid:1"`] as const]
            : []),
        ],
        ...(request.method === 'INVITE' && { body: sdp, contentType: 'application/sdp' }),
      }),
    );
  };
  alice.agent.start();
  await clock.advanceSettled(100);
  const call = async (wish?: CallOptions) => {
    const session = alice.agent.call('sip:bob@example.com', wish);
    await clock.advanceSettled(200);
    expect(session.state).toBe('connected');
    return session;
  };
  /** A request to alice, in a dialog where `to` has a tag. */
  const send = async (
    method: string,
    from: string,
    to: string,
    {
      callId = 'c1',
      cseq = 1,
      headers = [],
      by = proxy,
    }: { callId?: string; cseq?: number; headers?: readonly Field[]; by?: TestElement } = {},
  ) => {
    const request = createRequest({
      method,
      uri: 'sip:alice@192.0.2.1',
      headers: Headers.of(
        ['Max-Forwards', '70'],
        ['From', from],
        ['To', to],
        ['Call-ID', callId],
        ['CSeq', `${cseq} ${method}`],
        ['Contact', '<sip:bob@192.0.2.2>'],
        ...headers,
      ),
    });
    const outcome = by.send(request, { destination: { transport: 'UDP', host: '192.0.2.1', port: 5060 } });
    await clock.advanceSettled(200);
    return outcome;
  };
  /** In the dialog of a call that alice made. */
  const inside = async (session: Session, from: string, cseq: number, headers?: readonly Field[]) => {
    const [invite] = wire.requests('INVITE');
    const to = invite?.message.headers.get('from') ?? '';
    return send('UPDATE', `${from};tag=bob`, to, { callId: session.callId, cseq, ...(headers && { headers }) });
  };
  const finish = async () => {
    for (const session of alice.agent.sessions) session.hangUp();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, proxy.transactions, stranger.transactions);
  };
  return { clock, wire, proxy, stranger, alice, answer, call, send, inside, finish };
}

test('a call with privacy is from nobody for the far side; the server alone learns who calls (RFC 3323 §4.1, RFC 3325 §9.2)', async () => {
  const { wire, call, alice, clock, proxy } = await setUp();
  alice.agent.register();
  await clock.advanceSettled(200);
  const session = await call({ privacy: ['id', 'critical'] });
  session.hold();
  await clock.advanceSettled(200);
  session.hangUp();
  await clock.advanceSettled(200);
  const [invite, again] = wire.requests('INVITE').map(({ message }) => message);
  expect(invite?.headers.get('privacy')).toBe('id;critical');
  expect(invite?.headers.get('p-preferred-identity')).toBe('<sip:alice@example.com>');
  expect(invite?.headers.get('from')).toMatch(/^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/);
  for (const message of [
    invite,
    again,
    ...wire.requests('ACK').map((each) => each.message),
    ...wire.requests('BYE').map((each) => each.message),
  ]) {
    expect(message?.headers.get('from')).toBe(invite?.headers.get('from'));
    // A public GRUU would tell the address of record.
    expect(message?.headers.get('contact') ?? '').not.toContain('alice');
  }
  expect(again?.headers.has('p-preferred-identity')).toBe(false);
  void alice.agent.stop();
  await clock.advanceSettled(200_000);
  assertIdle(alice.agent, proxy.transactions);
});

test('without privacy, or with `none`, From is ours; another identity can be asked for (RFC 3323 §4.2, RFC 3325 §9.2)', async () => {
  const { wire, call, alice, finish } = await setUp();
  await call();
  await call({ privacy: ['none'], preferredIdentity: 'sip:sales@example.com' });
  const [plain, none] = wire.requests('INVITE').map(({ message }) => message);
  expect(plain?.from.uriText).toBe('sip:alice@example.com');
  expect(plain?.headers.has('privacy')).toBe(false);
  expect(plain?.headers.has('p-preferred-identity')).toBe(false);
  expect(none?.from.uriText).toBe('sip:alice@example.com');
  expect(none?.headers.get('privacy')).toBe('none');
  expect(none?.headers.get('p-preferred-identity')).toBe('<sip:sales@example.com>');
  expect(() => alice.agent.call('sip:bob@example.com', { preferredIdentity: 'sip:a\r\nRoute: <sip:b>' })).toThrow();
  await finish();
});

test('an asserted identity counts when the application trusts its server, and only from there (RFC 3325 §5, §9.1)', async () => {
  const asserted: Field = ['P-Asserted-Identity', '"Bob B" <sip:+4930@example.com>, <tel:+4930>'];
  const from = '<sip:anonymous@anonymous.invalid>;tag=b';
  const believed = async (trustAsserted: boolean, foreign: boolean) => {
    const { alice, stranger, send, proxy, clock } = await setUp({ trustAsserted });
    await send('INVITE', from, '<sip:alice@example.com>', { headers: [asserted], ...(foreign && { by: stranger }) });
    const { remote } = alice.session;
    alice.session.reject();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, proxy.transactions, stranger.transactions);
    return remote;
  };
  expect(await believed(true, false)).toEqual({ uri: 'sip:+4930@example.com', displayName: 'Bob B' });
  expect(await believed(false, false)).toEqual({ uri: 'sip:anonymous@anonymous.invalid' });
  expect(await believed(true, true)).toEqual({ uri: 'sip:anonymous@anonymous.invalid' });
});

test('From changes in the middle of a call: the session shows it, and our next request is to it (RFC 4916 §4.3)', async () => {
  const { wire, clock, alice, call, inside, finish } = await setUp();
  const session = await call();
  expect(wire.requests('INVITE')[0]?.message.supported).toContain('from-change');
  alice.states.clear();
  await inside(session, '"Carol" <sip:carol@example.com>', 1);
  expect(session.remote).toEqual({ uri: 'sip:carol@example.com', displayName: 'Carol' });
  expect(alice.states.get(session)).toEqual(['connected']);
  // Without a display name it is still the same one.
  await inside(session, '<sip:carol@example.com>', 2);
  expect(session.remote.displayName).toBe('Carol');
  session.hangUp();
  await clock.advanceSettled(200);
  expect(wire.requests('BYE')[0]?.message.headers.get('to')).toBe('<sip:carol@example.com>;tag=bob');
  await finish();
});

test('a refused request in the call changes nobody (§14.2, RFC 4916 §4.3)', async () => {
  const { call, inside, finish } = await setUp();
  const session = await call();
  await inside(session, '<sip:carol@example.com>', 1, [['Require', 'unknown']]);
  expect(session.remote.uri).toBe('sip:bob@example.com');
  await finish();
});

test('the server asserts another one in a 2xx, an UPDATE and the 2xx of a re-INVITE (RFC 5876 §3)', async () => {
  const { clock, answer, call, inside, finish } = await setUp({ trustAsserted: true });
  answer.push(['P-Asserted-Identity', '<sip:desk@example.com>']);
  const session = await call();
  expect(session.remote).toEqual({ uri: 'sip:desk@example.com' });
  await inside(session, '<sip:bob@example.com>', 1, [['P-Asserted-Identity', '"Boss" <sip:boss@example.com>']]);
  expect(session.remote).toEqual({ uri: 'sip:boss@example.com', displayName: 'Boss' });
  answer[0] = ['P-Asserted-Identity', '<sip:park@example.com>'];
  session.hold();
  await clock.advanceSettled(200);
  expect(session.remote).toEqual({ uri: 'sip:park@example.com' });
  answer.length = 0;
  session.resume();
  await clock.advanceSettled(200);
  expect(session.remote).toEqual({ uri: 'sip:park@example.com' });
  await finish();
});

test('a message, a subscription and its refreshes are from nobody where that is wished (RFC 3323 §4.1, RFC 3325 §9.2, RFC 5876 §3)', async () => {
  const { wire, clock, alice, send, finish } = await setUp();
  alice.agent.register();
  await clock.advanceSettled(200);
  const privacy = ['id'];
  void alice.agent.sendMessage('sip:bob@example.com', { contentType: 'text/plain', body: 'hello', privacy });
  const subscription = alice.agent.subscribe('sip:bob@example.com', presence, { privacy, expires: 600 });
  await clock.advanceSettled(200);
  const [subscribe] = wire.requests('SUBSCRIBE').map(({ message }) => message);
  await send('NOTIFY', '<sip:bob@example.com>;tag=bob', subscribe?.headers.get('from') ?? '', {
    callId: subscribe?.callId ?? '',
    headers: [
      ['Event', 'presence'],
      ['Subscription-State', 'active;expires=600'],
    ],
  });
  await clock.advanceSettled(600_000);
  const [message] = wire.requests('MESSAGE').map((each) => each.message);
  const refreshes = wire.requests('SUBSCRIBE').map((each) => each.message);
  expect(refreshes.length).toBeGreaterThan(1);
  for (const each of [message, ...refreshes]) {
    expect(each?.headers.get('from')).toMatch(/^"?Anonymous"? <sip:anonymous@anonymous\.invalid>;tag=/);
    expect(each?.headers.all('privacy')).toEqual(['id']);
    expect(each?.headers.get('contact') ?? '').not.toContain('alice');
  }
  expect(message?.headers.get('p-preferred-identity')).toBe('<sip:alice@example.com>');
  expect(refreshes[0]?.headers.get('p-preferred-identity')).toBe('<sip:alice@example.com>');
  subscription.unsubscribe();
  void alice.agent.unregister();
  await finish();
});

test('who is called hides as well: Privacy is in every response and request in the call, and Contact tells nothing (RFC 3323 §4.2, RFC 3325 §9.3)', async () => {
  for (const refuses of [false, true]) {
    const { wire, clock, alice, send, finish } = await setUp({ privacy: ['id', 'header'] });
    alice.agent.register();
    await clock.advanceSettled(200);
    const offer = { headers: [['Content-Type', 'application/sdp'] as const] };
    await send('INVITE', '<sip:bob@example.com>;tag=bob', '<sip:alice@example.com>', offer);
    if (refuses) alice.session.reject();
    else alice.session.answer();
    await clock.advanceSettled(200);
    const responses = wire.seen.flatMap(({ message }) =>
      message.kind === 'response' && message.cseq.method === 'INVITE' ? [message] : [],
    );
    expect(responses.length).toBeGreaterThan(1);
    for (const { headers } of responses) {
      expect(headers.all('privacy')).toEqual(['id;header']);
      expect(headers.get('contact') ?? '').not.toContain('alice');
    }
    alice.session.hangUp();
    await clock.advanceSettled(40_000);
    expect(wire.requests('BYE').map(({ message }) => message.headers.get('privacy'))).toEqual(
      refuses ? [] : ['id;header'],
    );
    void alice.agent.unregister();
    await finish();
  }
});

test('our own identity changes in a call: an UPDATE whose From names it, with the same tag, and so do all that follow (RFC 4916 §4.3, §4.4.1)', async () => {
  const { wire, clock, alice, answer, call, finish } = await setUp();
  answer.push(['Supported', 'from-change'], ['Allow', 'INVITE, ACK, BYE, UPDATE']);
  const session = await call();
  const tag = wire.requests('INVITE')[0]?.message.fromTag;
  session.changeIdentity({ uri: 'sip:carol@example.com', displayName: 'Carol' });
  session.changeIdentity({ uri: 'sip:carol@example.com', displayName: 'Carol' });
  await clock.advanceSettled(200);
  const from = `Carol <sip:carol@example.com>;tag=${tag}`;
  expect(wire.requests('UPDATE').map(({ message }) => message.headers.get('from'))).toEqual([from]);
  expect(() => session.changeIdentity({ uri: 'carol' })).toThrow(TypeError);
  expect(alice.agent.snapshot().sessions[0]?.dialog.local).toBe(from);
  session.hangUp();
  await clock.advanceSettled(200);
  expect(wire.requests('BYE')[0]?.message.headers.get('from')).toBe(from);
  await finish();
});

test('a far side that takes no UPDATE gets a re-INVITE, one that does not know from-change is not confused (RFC 4916 §4.3)', async () => {
  for (const knows of [false, true]) {
    const { wire, clock, answer, call, finish } = await setUp();
    if (knows) answer.push(['Supported', 'from-change']);
    const session = await call();
    session.changeIdentity({ uri: 'sip:carol@example.com' });
    await clock.advanceSettled(200);
    expect(wire.requests('UPDATE')).toHaveLength(0);
    expect(wire.requests('INVITE').map(({ message }) => message.from.uriText)).toEqual([
      'sip:alice@example.com',
      ...(knows ? ['sip:carol@example.com'] : []),
    ]);
    session.hangUp();
    await clock.advanceSettled(200);
    expect(wire.requests('BYE')[0]?.message.from.uriText).toBe(`sip:${knows ? 'carol' : 'alice'}@example.com`);
    await finish();
  }
});
