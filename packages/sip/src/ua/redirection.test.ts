import { expect, test, vi } from 'vitest';
import { createResponse } from '../message/index.ts';
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
import type { ServerTransaction } from '../transaction/index.ts';

const sdp = 'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

/** What the target says: a status, with the contacts of a redirection. Undefined: nothing. */
type Word = readonly [status: number, contact?: string | readonly string[]] | undefined;

/** Alice calls bob through a proxy that says for each user in a Request-URI what became of the call there. */
async function call(
  words: Readonly<Record<string, Word>>,
  options: TestAgentOptions['options'] = {},
  target = 'sip:bob@example.com',
) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(11) });
  const wire = new Wire(network);
  const proxy = new TestElement(network, '192.0.2.2', {
    listen: [
      ['UDP', 5060],
      ['TLS', 5061],
    ],
  });
  const secure = target.startsWith('sips:');
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: secure
      ? { transport: 'TLS', host: '192.0.2.2', port: 5061 }
      : { transport: 'UDP', host: '192.0.2.2', port: 5060 },
    options,
  });
  const ringing: ServerTransaction[] = [];
  proxy.answer = (transaction) => {
    const { request } = transaction;
    if (request.method !== 'INVITE') {
      transaction.respond(createResponse(request, 200));
      return;
    }
    const user = 'user' in request.uri ? request.uri.user : '';
    const word = words[user ?? ''];
    if (!word) {
      ringing.push(transaction);
      transaction.respond(
        createResponse(request, 180, { toTag: 'late', headers: [['Contact', '<sip:late@192.0.2.2>']] }),
      );
      return;
    }
    const [status, contact = `<sip:${user}@192.0.2.2>`] = word;
    transaction.respond(
      createResponse(request, status, {
        toTag: `${user}`,
        headers: [contact].flat().map((each) => ['Contact', each] as const),
        ...(status === 200 && { body: sdp, contentType: 'application/sdp' }),
      }),
    );
  };
  alice.agent.start();
  await clock.advanceSettled(100);
  const session = alice.agent.call(target);
  await clock.advanceSettled(500);
  const invites = () => wire.requests('INVITE').map(({ message }) => message);
  const finish = async () => {
    session.hangUp();
    await clock.advanceSettled(200_000);
    // A connection of its own is probed until we stop.
    if (secure) void alice.agent.stop();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, proxy.transactions);
  };
  return { clock, wire, alice, session, ringing, invites, uris: () => invites().map(({ uriText }) => uriText), finish };
}

test('the contacts of a 3xx are tried by q, one after the other, until one answers (§8.1.3.4, REDIRECT-006)', async () => {
  const { session, uris, finish } = await call({
    bob: [300, ['<sip:third@c.example>;q=0.1, <sip:first@a.example>;q=0.9', '<sip:second@b.example>;q=0.5']],
    first: [486],
    second: [200],
    third: [200],
  });
  expect(uris()).toEqual(['sip:bob@example.com', 'sip:first@a.example', 'sip:second@b.example']);
  expect(session.state).toBe('connected');
  await finish();
});

test('no address is tried twice, however it is written and whoever names it (§8.1.3.4, §19.1.4, REDIRECT-006)', async () => {
  const { session, uris, finish } = await call({
    bob: [302, '<sip:carol@example.com>, <sip:bob@EXAMPLE.com>, <sip:c%61rol@example.com?Subject=again>'],
    carol: [302, '<sip:dave@example.com;method=BYE>, <sip:bob@example.com>, <sip:carol@example.com>'],
    dave: [301, '<sip:dave@example.com>'],
  });
  expect(uris()).toEqual(['sip:bob@example.com', 'sip:carol@example.com', 'sip:dave@example.com']);
  expect(session.end).toMatchObject({ by: 'remote', kind: 'failed', status: 301 });
  await finish();
});

test('each try has a branch of its own and the next CSeq, in the same To, From and Call-ID (§8.1.3.4, REDIRECT-007)', async () => {
  const { invites, finish } = await call({
    bob: [302, '<sip:carol@example.com>;q=1, <sip:dave@example.com>;q=0.5'],
    carol: [480],
    dave: [200],
  });
  const sent = invites();
  expect(sent.map(({ cseq }) => cseq.number)).toEqual([1, 2, 3]);
  expect(new Set(sent.map(({ via }) => via.params.get('branch'))).size).toBe(3);
  for (const name of ['to', 'from', 'call-id', 'contact', 'content-type'])
    expect(new Set(sent.map(({ headers }) => headers.get(name))).size).toBe(1);
  expect(new Set(sent.map(({ body }) => new TextDecoder().decode(body))).size).toBe(1);
  await finish();
});

test('headers in the contact that could forge the request are not honoured, harmless ones are (§19.1.5, §8.1.3.4, REDIRECT-006, REDIRECT-008)', async () => {
  const forged = [
    'From=%3Csip:eve@evil.example%3E',
    'Call-ID=x',
    'CSeq=99%20INVITE',
    'Via=SIP/2.0/UDP%20evil.example',
    'Record-Route=%3Csip:evil.example;lr%3E',
    'Route=%3Csip:evil.example;lr%3E',
    'To=%3Csip:eve@evil.example%3E',
    'Contact=%3Csip:eve@evil.example%3E',
    'Proxy-Authorization=Digest%20x',
    'Content-Type=text/plain',
    'body=hello',
    'Priority=urgent%0D%0ARoute:%20%3Csip:evil.example%3E',
    'Subject=moved%20here',
  ].join('&');
  const { invites, finish } = await call({ bob: [302, `<sip:carol@example.com;method=BYE?${forged}>`], carol: [200] });
  const [first, second] = invites();
  expect(second?.uriText).toBe('sip:carol@example.com');
  expect(second?.method).toBe('INVITE');
  expect(second?.headers.get('subject')).toBe('moved here');
  const names = ['from', 'to', 'call-id', 'contact', 'route', 'record-route', 'priority', 'content-type'];
  for (const name of [...names, 'proxy-authorization'])
    expect(second?.headers.all(name)).toEqual(first?.headers.all(name));
  expect(second?.cseq.number).toBe(2);
  expect(second?.vias).toHaveLength(1);
  expect(second?.body).toEqual(first?.body);
  await finish();
});

test('305 and 380 are not followed, nor are contacts that are no SIP URIs (§21.3.4, §21.3.5)', async () => {
  for (const status of [305, 380]) {
    const { session, uris, finish } = await call({ bob: [status, '<sip:carol@example.com>'] });
    expect(uris()).toEqual(['sip:bob@example.com']);
    expect(session.end).toMatchObject({ kind: 'failed', status });
    await finish();
  }
  const { session, uris, finish } = await call({
    bob: [300, '<tel:+4930123>, <https://example.com/bob>, <sips:bob@example.com>'],
  });
  expect(uris()).toEqual(['sip:bob@example.com']);
  expect(session.end).toMatchObject({ status: 300 });
  await finish();
});

test('a call to a SIPS URI is not led to a SIP URI (§8.1.3.4, RFC 5630 §4)', async () => {
  const { uris, finish } = await call(
    { bob: [302, '<sip:carol@example.com>, <sips:dave@example.com>;q=0.1'], dave: [200], carol: [200] },
    {},
    'sips:bob@example.com',
  );
  expect(uris()).toEqual(['sips:bob@example.com', 'sips:dave@example.com']);
  await finish();
});

test('a chain of redirections ends at the limit, and there is none to begin with when it is 0 (§8.1.3.4)', async () => {
  const chain: Record<string, Word> = { bob: [302, '<sip:1@example.com>'] };
  for (let i = 1; i < 20; i++) chain[i] = [302, `<sip:${i + 1}@example.com>`];
  const long = await call(chain);
  expect(long.uris()).toHaveLength(6);
  expect(long.session.end).toMatchObject({ status: 302 });
  await long.finish();
  const none = await call(chain, { maxRedirects: 0 });
  expect(none.uris()).toEqual(['sip:bob@example.com']);
  await none.finish();
});

test('when all fail the best answer is the end: 6xx at once, else the lowest class, first come (§16.7 step 6, §21.6)', async () => {
  const contacts = '<sip:carol@example.com>;q=0.9, <sip:dave@example.com>;q=0.8, <sip:erin@example.com>;q=0.7';
  const some = await call({ bob: [302, contacts], carol: [503], dave: [486], erin: [404] });
  expect(some.uris()).toHaveLength(4);
  expect(some.session.end).toMatchObject({ kind: 'rejected', status: 486 });
  await some.finish();
  const declined = await call({ bob: [302, contacts], carol: [480], dave: [603], erin: [200] });
  expect(declined.uris()).toHaveLength(3);
  expect(declined.session.end).toMatchObject({ kind: 'rejected', status: 603 });
  await declined.finish();
});

test('the application hears of each target first and may refuse it, or hang up', async () => {
  const words: Record<string, Word> = {
    bob: [302, '<sip:premium@far.example>;q=0.9, <sip:dave@example.com>;q=0.1'],
    premium: [200],
    dave: [200],
  };
  const redirected = vi.fn((_session, target: string) => !target.includes('far.example'));
  const one = await call(words, { redirected });
  expect(redirected.mock.calls.map(([, target]) => target)).toEqual([
    'sip:premium@far.example',
    'sip:dave@example.com',
  ]);
  expect(one.uris()).toEqual(['sip:bob@example.com', 'sip:dave@example.com']);
  expect(one.invites().map(({ cseq }) => cseq.number)).toEqual([1, 2]);
  await one.finish();
  const two = await call(words, {
    redirected: (session) => {
      session.hangUp();
      return true;
    },
  });
  expect(two.uris()).toEqual(['sip:bob@example.com']);
  expect(two.session.end).toMatchObject({ by: 'local', kind: 'cancelled' });
  await two.finish();
});

test('hung up while a second target rings: that INVITE is cancelled and no further one sent (§9.1, §8.1.3.4)', async () => {
  const { clock, wire, session, ringing, uris, finish } = await call({
    bob: [302, '<sip:carol@example.com>;q=0.9, <sip:dave@example.com>;q=0.1'],
    carol: undefined,
    dave: [200],
  });
  expect(session.state).toBe('ringing');
  session.hangUp();
  await clock.advanceSettled(100);
  expect(wire.requests('CANCEL').map(({ message }) => message.uriText)).toEqual(['sip:carol@example.com']);
  for (const transaction of ringing) transaction.respond(createResponse(transaction.request, 487, { toTag: 'late' }));
  await clock.advanceSettled(100);
  expect(uris()).toHaveLength(2);
  expect(session.end).toMatchObject({ by: 'local', kind: 'cancelled' });
  await finish();
});

test('a redirection ends the early dialogs before it; the time to ring is counted from the first INVITE (§12.3, §8.1.3.4)', async () => {
  const { clock, alice, session, ringing, finish } = await call({ bob: undefined, carol: undefined });
  expect(alice.counts.dialogs).toBe(1);
  await clock.advanceSettled(100_000);
  const [first] = ringing;
  first?.respond(
    createResponse(first.request, 302, { toTag: 'late', headers: [['Contact', '<sip:carol@example.com>;expires=0']] }),
  );
  await clock.advanceSettled(200);
  expect(ringing).toHaveLength(2);
  expect(alice.counts.dialogs).toBe(1);
  await clock.advanceSettled(80_000);
  expect(session.state).toBe('ending');
  ringing[1]?.respond(createResponse(ringing[1].request, 487, { toTag: 'late' }));
  await clock.advanceSettled(100);
  expect(session.end).toMatchObject({ kind: 'timeout', status: 408 });
  await finish();
});
