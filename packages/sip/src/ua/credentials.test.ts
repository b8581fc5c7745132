import { expect, test } from 'vitest';
import { createResponse, type SipRequest } from '../message/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../testing/index.ts';
import type { Account, UserAgentOptions, UserAgentSnapshot } from './options.ts';

const answer =
  'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n';

/** An agent and a server that challenges once for each realm the test names, method by method. */
function setUp(
  challenges: Readonly<Record<string, readonly string[]>>,
  account: Partial<Account> = {},
  options: Partial<UserAgentOptions> = {},
  before?: UserAgentSnapshot,
) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(9) });
  const wire = new Wire(network);
  const server = new TestElement(network, '192.0.2.9', { listen: [['WS', 80]] });
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'WS', host: '192.0.2.9', port: 80 },
    options: { account: { aor: 'sip:alice@example.com', password: 'secret', ...account }, ...options },
    ...(before && { before }),
  });
  server.answer = (transaction) => {
    const { request } = transaction;
    const signed = new Set(request.proxyAuthorization.map((each) => each.get('realm')));
    const missing = (challenges[request.method] ?? []).filter((realm) => !signed.has(realm));
    const demands = missing.map((realm): [string, string] => [
      'Proxy-Authenticate',
      `Digest realm="${realm}", nonce="${realm}1", algorithm=SHA-256, qop="auth"`,
    ]);
    if (demands.length > 0) {
      transaction.respond(createResponse(request, 407, { toTag: 'p', headers: demands }));
      return;
    }
    const headers: [string, string][] =
      request.method === 'REGISTER'
        ? [['Contact', request.headers.get('contact') ?? '']]
        : [['Contact', '<sip:bob@192.0.2.2>']];
    const body = request.method === 'INVITE' ? { body: answer, contentType: 'application/sdp' } : {};
    transaction.respond(createResponse(request, 200, { toTag: 'bob', headers, ...body }));
  };
  alice.agent.start();
  const finish = async () => {
    for (const session of alice.agent.sessions) session.hangUp();
    const stopped = alice.agent.stop();
    await clock.advanceSettled(5000);
    await stopped;
    assertIdle(alice.agent);
  };
  return { clock, network, wire, server, alice, finish };
}

const numbers = (requests: readonly { readonly message: SipRequest }[]) =>
  requests.map(({ message }) => message.cseq.number);

test('a challenged INVITE goes out again under the next number, same Call-ID and tag, and its ACK has the credentials (§22.2, traps 4.3 #40, 4.4 #65, UAC-011, UAC-021)', async () => {
  const { clock, wire, alice, finish } = setUp(
    { REGISTER: ['example.com'], INVITE: ['example.com', 'trunk'] },
    { realms: ['example.com', 'trunk'] },
  );
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(500);
  expect(call.state).toBe('connected');
  const invites = wire.requests('INVITE');
  expect(numbers(invites)).toEqual([1, 2]);
  expect(new Set(invites.map(({ message }) => `${message.callId} ${message.fromTag} ${message.toTag}`)).size).toBe(1);
  const [ack] = wire.requests('ACK').slice(-1);
  expect(ack?.message.cseq.number).toBe(2);
  expect(ack?.message.headers.all('proxy-authorization')).toEqual(
    invites[1]?.message.headers.all('proxy-authorization'),
  );
  expect(ack?.message.proxyAuthorization.map((each) => each.get('realm'))).toEqual(['example.com', 'trunk']);
  call.hangUp();
  await clock.advanceSettled(100);
  expect(numbers(wire.requests('BYE'))).toEqual([3]);
  await finish();
});

test('a challenge inside of a dialog is answered, and the numbers of the dialog stay without a gap (§22.2, trap 4.4 #65, DLG-004)', async () => {
  const { clock, wire, alice, finish } = setUp(
    { INFO: ['example.com'], BYE: ['example.com', 'other'] },
    { realms: ['example.com', 'other'] },
  );
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  const first = call.sendDtmfInfo('1');
  await clock.advanceSettled(200);
  const second = call.sendDtmfInfo('2');
  await clock.advanceSettled(200);
  expect([await first, await second]).toEqual([200, 200]);
  // The second one carries credentials at once.
  expect(numbers(wire.requests('INFO'))).toEqual([2, 3, 4]);
  call.hangUp();
  await clock.advanceSettled(200);
  expect(numbers(wire.requests('BYE'))).toEqual([5, 6]);
  expect(alice.counts.dialogs).toBe(0);
  await finish();
});

test('the realm of the registrar is learnt, a foreign one gets nothing, not even beside it (RFC 7616 §5.8)', async () => {
  const { clock, wire, alice, finish } = setUp({ REGISTER: ['example.com'], INVITE: ['evil'], OPTIONS: [] });
  alice.agent.register();
  await clock.advanceSettled(200);
  expect(alice.agent.registration.state).toBe('registered');
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  expect(call.end).toMatchObject({ status: 407, kind: 'failed' });
  for (const { message } of wire.seen) {
    if (message.kind !== 'request') continue;
    for (const credentials of message.proxyAuthorization) expect(credentials.get('realm')).toBe('example.com');
  }
  await finish();
});

test('without a registration the first proxy introduces itself, and nobody after it', async () => {
  const { clock, wire, alice, finish } = setUp({ INVITE: ['pbx'], INFO: ['evil'] });
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  expect(call.state).toBe('connected');
  const info = call.sendDtmfInfo('1');
  await clock.advanceSettled(200);
  expect(await info).toBe(407);
  expect(wire.requests('INFO')).toHaveLength(1);
  await finish();
});

test('without a registration nobody of another domain introduces a realm, nor the far side of a call (RFC 7616 §5.8)', async () => {
  const { clock, wire, alice, finish } = setUp({ INVITE: ['evil'], INFO: ['evil'] });
  const call = alice.agent.call('sip:bob@example.org');
  await clock.advanceSettled(200);
  expect(call.end).toMatchObject({ status: 407, kind: 'failed' });
  expect(wire.requests('INVITE')).toHaveLength(1);
  await finish();
});

test('a wrong rspauth is logged and its nonce dropped: the next request is challenged again (RFC 7616 §3.5)', async () => {
  const notes: string[] = [];
  const { clock, wire, server, alice, finish } = setUp(
    { REGISTER: ['example.com'], OPTIONS: [] },
    {},
    { log: (_level, event) => notes.push(event) },
  );
  const { answer: normal } = server;
  server.answer = (transaction) => {
    const { request } = transaction;
    if (request.method !== 'REGISTER' || request.proxyAuthorization.length === 0) return normal?.(transaction);
    const headers: [string, string][] = [
      ['Contact', request.headers.get('contact') ?? ''],
      ['Proxy-Authentication-Info', `qop=auth, rspauth="${'0'.repeat(64)}"`],
    ];
    transaction.respond(createResponse(request, 200, { toTag: 'bob', headers }));
  };
  alice.agent.register();
  await clock.advanceSettled(200);
  expect(alice.agent.registration.state).toBe('registered');
  expect(notes).toContain('rspauth-wrong');
  expect(alice.agent.snapshot().registration.digest?.spaces).toEqual([]);
  expect(wire.requests('REGISTER')).toHaveLength(2);
  await finish();
});

test('a snapshot of an unknown version is refused by name', () => {
  const { network, alice } = setUp({});
  const before = { ...alice.agent.snapshot(), version: 2 } as unknown as UserAgentSnapshot;
  const server = { transport: 'WS', host: '192.0.2.9', port: 80 } as const;
  expect(() => new TestAgent(network, '192.0.2.3', { user: 'alice', server, before })).toThrow(
    new TypeError('unknown version of a snapshot: 2'),
  );
});

test('another life signs at once with the nonce of the one before, under the next count (RFC 7616 §3.6, trap 4.8 #108)', async () => {
  const first = setUp({ REGISTER: ['example.com'] });
  first.alice.agent.register();
  await first.clock.advanceSettled(200);
  const before = JSON.parse(JSON.stringify(first.alice.agent.snapshot())) as UserAgentSnapshot;
  expect(JSON.stringify(before)).not.toContain('secret');
  const second = setUp({ REGISTER: ['example.com'] }, {}, {}, before);
  await second.clock.advanceSettled(200);
  const [register] = second.wire.requests('REGISTER');
  expect(second.wire.requests('REGISTER')).toHaveLength(1);
  expect(register?.message.proxyAuthorization[0]?.get('nc')).toBe('00000002');
  await second.finish();
  await first.finish();
});

test('a cancelled INVITE does not answer its challenge any more (§9.1, trap 4.3 #53)', async () => {
  const { clock, wire, alice, finish } = setUp({ INVITE: ['pbx'] });
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(25);
  call.hangUp();
  await clock.advanceSettled(500);
  expect(wire.requests('INVITE')).toHaveLength(1);
  expect(wire.requests('CANCEL')).toHaveLength(0);
  expect(call.end).toEqual({ by: 'local', kind: 'cancelled' });
  await finish();
});

test('neither a CANCEL nor an ACK to a refusal carries credentials of its own (§22.1, UAS-011)', async () => {
  const { clock, wire, server, alice, finish } = setUp({ REGISTER: ['example.com'] });
  alice.agent.register();
  await clock.advanceSettled(200);
  server.answer = (transaction) => transaction.respond(createResponse(transaction.request, 180, { toTag: 'bob' }));
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(100);
  expect(wire.requests('INVITE')[0]?.message.proxyAuthorization).toHaveLength(1);
  call.hangUp();
  await clock.advanceSettled(100);
  expect(wire.requests('CANCEL')[0]?.message.proxyAuthorization).toHaveLength(0);
  // It never gets its 487: given up 64·T1 later (§9.1, trap 4.3 #52).
  await clock.advanceSettled(33_000);
  expect(call.end).toEqual({ by: 'local', kind: 'cancelled' });
  await finish();
});

test('no password, no answer: the challenge is told as it is', async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(9) });
  const server = new TestElement(network, '192.0.2.9');
  server.answer = (transaction) =>
    transaction.respond(
      createResponse(transaction.request, 401, {
        toTag: 'p',
        headers: [['WWW-Authenticate', 'Digest realm="a", nonce="b", qop="auth"']],
      }),
    );
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'UDP', host: '192.0.2.9', port: 5060 },
    options: { account: { aor: 'sip:alice@example.com' } },
  });
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(200);
  expect(alice.agent.registration).toEqual({ state: 'failed', status: 401, reason: 'Unauthorized' });
});
