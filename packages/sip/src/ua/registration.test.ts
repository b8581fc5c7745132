import { expect, onTestFinished, test } from 'vitest';
import { presence } from '../events/index.ts';
import { createRequest, createResponse, Headers as RequestHeaders, type SipRequest } from '../message/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../testing/index.ts';
import type { UserAgentOptions, UserAgentSnapshot } from './options.ts';
import type { Session } from './session.ts';

type Headers = [string, string][];

/** An agent on a WebSocket and a registrar that does as the test says. */
function setUp(options: Partial<UserAgentOptions> = {}, before?: UserAgentSnapshot) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(4) });
  const wire = new Wire(network);
  const registrar = new TestElement(network, '192.0.2.9', { listen: [['WS', 80]] });
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'WS', host: '192.0.2.9', port: 80 },
    options,
    ...(before && { before }),
  });
  const script: ((request: SipRequest) => readonly [number, Headers?])[] = [];
  registrar.answer = (transaction) => {
    const next = script.length > 1 ? script.shift() : script[0];
    const [status, headers = []] = next?.(transaction.request) ?? [200];
    transaction.respond(createResponse(transaction.request, status, { toTag: 'r', headers }));
  };
  const registers = () => wire.requests('REGISTER').map(({ message }) => message);
  // Nothing is left once it has stopped and what it sent has run out (§17.1.2.2), whatever the registrar said.
  onTestFinished(async () => {
    const stopped = alice.agent.stop();
    await clock.advanceSettled(200_000);
    await stopped;
    registrar.transport.close();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, clock);
  });
  return { clock, network, wire, registrar, alice, script, registers };
}

const echo = (seconds: number) => (request: SipRequest) => {
  const contact = (request.headers.get('contact') ?? '').replace(/expires=\d+/, `expires=${seconds}`);
  return [200, [['Contact', contact]]] as const satisfies readonly [number, Headers];
};

const challenge = (nonce: string, parts: { realm?: string; stale?: boolean; header?: string } = {}) =>
  [
    parts.header === 'Proxy-Authenticate' ? 407 : 401,
    [
      [
        parts.header ?? 'WWW-Authenticate',
        `Digest realm="${parts.realm ?? 'example.com'}", nonce="${nonce}", qop="auth", algorithm=MD5${parts.stale ? ', stale=TRUE' : ''}`,
      ],
    ],
  ] as const satisfies readonly [number, Headers];

test('registers with instance, reg-id and only what it does (RFC 5626 §4.2, traps 4.7 #101, 4.7 #105, REG-001, UAC-007)', async () => {
  const { clock, alice, script, registers } = setUp({ instanceId: 'urn:uuid:00000000-0000-4000-8000-000000000001' });
  script.push(echo(600));
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  const [register] = registers();
  const contact = register?.contacts[0];
  expect(register?.uriText).toBe('sip:example.com');
  expect(contact?.uriText).toMatch(/^sip:[0-9a-f]+@[0-9a-f]+\.invalid;transport=ws$/);
  expect(contact?.params.get('+sip.instance')).toBe('<urn:uuid:00000000-0000-4000-8000-000000000001>');
  expect(contact?.params.get('reg-id')).toBe('1');
  expect(register?.supported).toEqual(['path', 'outbound', 'gruu']);
  expect(register?.via.transport).toBe('WS');
  expect(register?.via.host).toMatch(/\.invalid$/);
  expect(alice.agent.registration).toEqual({ state: 'registered', expiresAt: expect.any(Number) });
});

test('answers a challenge under the next CSeq number and the same Call-ID (§10.2, §22.2, traps 4.4 #65, 4.7 #96, REG-002, REG-034)', async () => {
  const { clock, alice, script, registers } = setUp();
  script.push(
    () => challenge('n1'),
    (request) => echo(600)(request),
  );
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  expect(registers().map(({ cseq }) => cseq.number)).toEqual([1, 2]);
  expect(new Set(registers().map(({ callId }) => callId)).size).toBe(1);
  expect(registers()[1]?.authorization[0]?.get('username')).toBe('alice');
  expect(alice.agent.registration.state).toBe('registered');
});

test('answers 401 and 407 on one request, and both stay (§22.3, trap 4.8 #107)', async () => {
  const { clock, alice, script, registers } = setUp();
  script.push(
    () => challenge('n1', { header: 'Proxy-Authenticate', realm: 'edge' }),
    () => challenge('n2'),
    echo(600),
  );
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  const last = registers()[2];
  expect(last?.proxyAuthorization[0]?.get('realm')).toBe('edge');
  expect(last?.authorization[0]?.get('realm')).toBe('example.com');
  expect(alice.agent.registration.state).toBe('registered');
});

test('a stale nonce is renewed once without a word; the nonce count rises with each use (§22.3, trap 4.8 #109, REG-035)', async () => {
  const { clock, alice, script, registers } = setUp();
  script.push(
    () => challenge('n1'),
    echo(100),
    () => challenge('n2', { stale: true }),
    echo(100),
  );
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(95_000);
  const sent = registers().map(({ authorization: [each] }) => `${each?.get('nonce')} ${each?.get('nc')}`);
  expect(sent.slice(1, 4)).toEqual(['n1 00000001', 'n1 00000002', 'n2 00000001']);
  expect(alice.agent.registration.state).toBe('registered');
});

test('the same nonce refused again stops it: more tries would lock the account (trap 4.7 #100, REG-034)', async () => {
  const { clock, alice, script, registers } = setUp();
  script.push(() => challenge('n1'));
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(3_600_000);
  expect(registers()).toHaveLength(2);
  expect(alice.agent.registration).toEqual({ state: 'failed', status: 401, reason: 'Unauthorized' });
  alice.agent.network('online');
  await clock.advanceSettled(60_000);
  expect(registers()).toHaveLength(2);
  alice.agent.register();
  await clock.advanceSettled(1000);
  expect(registers().length).toBeGreaterThan(2);
});

test('403 stops it until the user asks again, over new connections too (trap 4.7 #100)', async () => {
  const { clock, alice, registrar, script, registers } = setUp();
  script.push(() => [403]);
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(1000);
  expect(alice.agent.registration).toMatchObject({ state: 'failed', status: 403 });
  for (const flow of registrar.host.connections) flow.close();
  await clock.advanceSettled(3_600_000);
  expect(registers()).toHaveLength(1);
});

test('refreshes at 80–90 % of what was granted, shorter or longer than asked (§10.2.4, trap 4.7 #98, REG-008)', async () => {
  for (const granted of [60, 3600]) {
    const { clock, alice, script, wire } = setUp({ expires: 600 });
    script.push(echo(granted));
    alice.agent.start();
    alice.agent.register();
    await clock.advanceSettled(granted * 1000 * 0.79);
    const first = wire.requests('REGISTER');
    expect(first).toHaveLength(1);
    await clock.advanceSettled(granted * 1000 * 0.12);
    const [one, two] = wire.requests('REGISTER');
    expect(two?.message.cseq.number).toBe(2);
    expect((two?.at ?? 0) - (one?.at ?? 0)).toBeGreaterThan(granted * 800);
    expect((two?.at ?? 0) - (one?.at ?? 0)).toBeLessThan(granted * 900 + 100);
  }
});

test('the expiry is the one of the own Contact, then of Expires, never NaN (§10.2.4, trap 4.7 #98, REG-005)', async () => {
  const cases: readonly (readonly [(contact: string) => Headers, number])[] = [
    [
      (contact) => [
        ['Contact', `${contact};expires=50`],
        ['Expires', '900'],
      ],
      50,
    ],
    [
      (contact) => [
        ['Contact', contact],
        ['Expires', '70'],
      ],
      70,
    ],
    [
      (contact) => [
        ['Contact', `${contact};expires=soon`],
        ['Expires', '80'],
      ],
      80,
    ],
    [(contact) => [['Contact', contact]], 600],
  ];
  for (const [headers, seconds] of cases) {
    const { clock, alice, script } = setUp();
    script.push((request) => [200, headers((request.headers.get('contact') ?? '').replace(/;expires=\d+/, ''))]);
    alice.agent.start();
    alice.agent.register();
    await clock.advanceSettled(500);
    const { expiresAt = 0 } = alice.agent.registration;
    expect(Math.round((expiresAt - clock.now()) / 1000)).toBe(seconds);
  }
});

test('finds its own binding among many, by instance, by URI, by its random user (§10.2.4, trap 4.7 #99, REG-009)', async () => {
  const others = '"Doe, J" <sip:x@192.0.2.7>;expires=10, <sip:y@192.0.2.8>;expires=20';
  const cases: readonly ((own: string, user: string) => string)[] = [
    (own) => `${others}, ${own.replace(/sip:[^>]*/, 'sip:rewritten@192.0.2.200:4711')};expires=77`,
    (own) =>
      `${others}, ${own.replace(/;\+sip.instance="[^"]*"/, '').replace('transport=ws', 'TRANSPORT=WS')};expires=77`,
    (_own, user) => `${others}, <sip:${user}@192.0.2.200:4711;alias=1>;expires=77`,
  ];
  for (const contacts of cases) {
    const { clock, alice, script } = setUp();
    script.push((request) => {
      const own = (request.headers.get('contact') ?? '').replace(/;expires=\d+/, '');
      return [200, [['Contact', contacts(own, /sip:([^@]*)@/.exec(own)?.[1] ?? '')]]];
    });
    alice.agent.start();
    alice.agent.register();
    await clock.advanceSettled(500);
    const { state, expiresAt = 0 } = alice.agent.registration;
    expect(state).toBe('registered');
    expect(Math.round((expiresAt - clock.now()) / 1000)).toBe(77);
  }
});

test('a 200 without its binding is a failure that is tried again, no wedge and no storm (trap 4.7 #99)', async () => {
  const { clock, alice, script, registers } = setUp();
  script.push(() => [200, [['Contact', '<sip:other@192.0.2.7>;expires=600']]], echo(600));
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  expect(alice.agent.registration).toMatchObject({ state: 'failed', status: 200, retryAt: expect.any(Number) });
  await clock.advanceSettled(3000);
  expect(alice.agent.registration.state).toBe('registered');
  expect(registers()).toHaveLength(2);
});

test('423: asks once more for as long as the registrar wants, unless that is insane (§10.2.8, trap 4.7 #100, REG-010)', async () => {
  const { clock, alice, script, registers } = setUp({ expires: 60 });
  script.push(() => [423, [['Min-Expires', '1200']]], echo(1200));
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  expect(registers().map(({ contacts: [each] }) => each?.params.get('expires'))).toEqual(['60', '1200']);
  expect(alice.agent.registration.state).toBe('registered');

  const insane = setUp();
  insane.script.push(() => [423, [['Min-Expires', '2000000000']]]);
  insane.alice.agent.start();
  insane.alice.agent.register();
  await insane.clock.advanceSettled(500);
  expect(insane.registers()).toHaveLength(1);
  expect(insane.alice.agent.registration).toMatchObject({ state: 'failed', status: 423 });
});

test('Retry-After is kept, whatever the network says (§20.33, trap 4.7 #100)', async () => {
  const { clock, alice, script, wire } = setUp();
  script.push(() => [503, [['Retry-After', '30']]], echo(600));
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(5000);
  alice.agent.network('online');
  alice.agent.register();
  await clock.advanceSettled(60_000);
  const [first, second] = wire.requests('REGISTER');
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(30_000);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeLessThan(34_000);
  expect(alice.agent.registration.state).toBe('registered');
});

test('one REGISTER at a time, however often it is asked for (§10.2, trap 4.7 #96, REG-003)', async () => {
  const { clock, alice, registrar, registers } = setUp();
  registrar.answer = undefined;
  alice.agent.start();
  alice.agent.register();
  alice.agent.register();
  await clock.advanceSettled(300);
  alice.agent.register();
  await clock.advanceSettled(300);
  expect(registers()).toHaveLength(1);
  expect(registrar.requests).toHaveLength(1);
});

test('unregisters its own binding and never "*" (§10.2.2, trap 4.7 #97, REG-006)', async () => {
  const { clock, alice, script, registers } = setUp();
  script.push(echo(600));
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  alice.agent.unregister();
  await clock.advanceSettled(500);
  const [first, last] = registers();
  expect(last?.contactStar).toBe(false);
  expect(last?.contacts[0]?.params.get('expires')).toBe('0');
  expect(last?.contacts[0]?.uriText).toBe(first?.contacts[0]?.uriText);
  expect(last?.cseq.number).toBe(2);
  expect(alice.agent.registration).toEqual({ state: 'unregistered' });
  await clock.advanceSettled(3_600_000);
  expect(registers()).toHaveLength(2);
});

test('unregistering while a REGISTER is out waits for it (§10.2, trap 4.7 #96)', async () => {
  const { clock, alice, script, registers } = setUp();
  script.push(echo(600));
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(25);
  alice.agent.unregister();
  await clock.advanceSettled(1000);
  expect(registers().map(({ contacts: [each] }) => each?.params.get('expires'))).toEqual(['600', '0']);
  expect(alice.agent.registration.state).toBe('unregistered');
});

test('439: the edge cannot do outbound, so it registers without (RFC 5626 §6, trap 4.7 #101)', async () => {
  const { clock, alice, script, registers } = setUp();
  script.push(() => [439], echo(600));
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  expect(registers()[1]?.contacts[0]?.params.has('reg-id')).toBe(false);
  expect(registers()[1]?.supported).toEqual(['path', 'gruu']);
  expect(alice.agent.registration.state).toBe('registered');
});

test('Service-Route and public GRUU serve calls, never REGISTER (RFC 3608 §6, RFC 5627 §4.2, traps 4.7 #102, 4.7 #104, REG-029)', async () => {
  const { clock, alice, script, wire, registers } = setUp({ expires: 60 });
  const gruu = 'sip:alice@example.com;gr=urn:uuid:1';
  script.push((request) => [
    200,
    [
      ['Contact', `${request.headers.get('contact')};pub-gruu="${gruu}"`],
      ['Service-Route', '<sip:one.example.com;lr>, <sip:two.example.com;lr>'],
    ],
  ]);
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  alice.agent.call('bob');
  await clock.advanceSettled(60_000);
  const [invite] = wire.requests('INVITE');
  expect(invite?.message.uriText).toBe('sip:bob@example.com');
  expect(invite?.message.headers.list('route')).toEqual(['<sip:one.example.com;lr>', '<sip:two.example.com;lr>']);
  expect(invite?.message.headers.get('contact')).toBe(`<${gruu}>`);
  expect(registers().length).toBeGreaterThan(1);
  for (const register of registers()) {
    expect(register.contacts[0]?.uri).toMatchObject({ host: expect.stringMatching(/\.invalid$/) });
    expect(register.headers.has('route')).toBe(false);
  }
});

test('a REGISTER without answer condemns the connection (RFC 5626 §4.4)', async () => {
  const { clock, alice, registrar, wire } = setUp();
  registrar.answer = undefined;
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(40_000);
  const [first, second] = wire.requests('REGISTER');
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeLessThan(34_000);
  expect(registrar.opened.length).toBe(2);
});

test('stop unregisters, closes, and leaves nothing', async () => {
  const { clock, alice, script, registers, registrar } = setUp();
  script.push(echo(600));
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  const stopped = alice.agent.stop();
  await clock.advanceSettled(500);
  await stopped;
  expect(registers().at(-1)?.contacts[0]?.params.get('expires')).toBe('0');
  expect(alice.counts).toEqual({ transactions: 0, dialogs: 0, sessions: 0, timers: 0 });
  await clock.advanceSettled(1000);
  expect(alice.host.connections).toEqual([]);
  expect(registrar.host.connections).toEqual([]);
});

test('stop does not wait for ever for a server that is silent', async () => {
  const { clock, alice, script, registrar } = setUp();
  script.push(echo(600));
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  registrar.answer = undefined;
  const stopped = alice.agent.stop();
  await clock.advanceSettled(2100);
  await stopped;
  expect(alice.counts).toEqual({ transactions: 0, dialogs: 0, sessions: 0, timers: 0 });
});

test('another life goes on under the same Call-ID, instance and Contact (RFC 5626 §4.1, trap 4.7 #101)', async () => {
  const first = setUp();
  first.script.push(echo(600));
  first.alice.agent.start();
  first.alice.agent.register();
  await first.clock.advanceSettled(500);
  const snapshot = JSON.parse(JSON.stringify(first.alice.agent.snapshot())) as UserAgentSnapshot;
  const second = setUp({}, snapshot);
  second.script.push(echo(600));
  second.alice.agent.start();
  await second.clock.advanceSettled(500);
  const [before] = first.registers();
  const [after] = second.registers();
  expect(after?.callId).toBe(before?.callId);
  expect(after?.cseq.number).toBe(2);
  expect(after?.headers.get('contact')).toBe(before?.headers.get('contact'));
});

test('the temporary GRUU is the Contact of a call with privacy; earlier ones stay ours (RFC 5627 §3.2, §3.3, trap 4.7 #104)', async () => {
  const { clock, alice, script, wire, registers, registrar } = setUp({ expires: 60 });
  let count = 0;
  script.push((request) => {
    if (request.method !== 'REGISTER') return [200, [['Contact', '<sip:bob@192.0.2.2>']]];
    const gruus = `;pub-gruu="sip:alice@example.com;gr=urn:uuid:1";temp-gruu="sip:tgruu.${++count}@example.com;gr"`;
    return [200, [['Contact', `${request.headers.get('contact')}${gruus}`]]];
  });
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  const call = alice.agent.call('bob', { privacy: ['id'] });
  const open = alice.agent.call('carol');
  await clock.advanceSettled(120_000);
  expect(registers().length).toBeGreaterThan(2);
  expect(new Set(registers().map(({ callId }) => callId)).size).toBe(1);
  for (const register of registers()) expect(register.headers.get('contact')).not.toContain('gr');
  const contacts = wire.requests('INVITE').map(({ message }) => [message.callId, message.headers.get('contact')]);
  expect(contacts).toEqual([
    [call.callId, '<sip:tgruu.1@example.com;gr>'],
    [open.callId, '<sip:alice@example.com;gr=urn:uuid:1>'],
  ]);
  const { tempGruus } = alice.agent.snapshot().registration;
  expect(tempGruus?.at(-1)).toBe('sip:tgruu.1@example.com;gr');
  expect(tempGruus).toHaveLength(registers().length);
  const [flow] = registrar.opened;
  if (!flow) throw new Error('no flow');
  const outcomes = ['tgruu.1', 'tgruu.2', 'tgruu.none'].map((user) => {
    const uri = `sip:${user}@example.com;gr`;
    return registrar.send(options(uri), { flow });
  });
  await clock.advanceSettled(500);
  expect(outcomes.map(({ statuses }) => statuses)).toEqual([[200], [200], [404]]);
});

test('no message of a call with privacy shows another Contact, after a restore neither (RFC 5627 §3.3, trap 4.7 #104)', async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(4) });
  const wire = new Wire(network);
  const agent = (user: string, address: string, host: string, before?: UserAgentSnapshot) =>
    new TestAgent(network, address, {
      user,
      server: { transport: 'UDP', host, port: 5060 },
      ...(before && { before }),
    });
  const bob = agent('bob', '192.0.2.2', '192.0.2.1');
  const plain = agent('alice', '192.0.2.1', '192.0.2.2').agent.snapshot();
  const publicGruu = 'sip:alice@192.0.2.1;gr=urn:uuid:1';
  const registration = { ...plain.registration, publicGruu, tempGruus: ['sip:t@192.0.2.1;gr'] };
  const alice = agent('alice', '192.0.2.1', '192.0.2.2', { ...plain, registration });
  for (const each of [alice, bob]) each.agent.start();
  clock.advance(1);
  alice.agent.call('sip:bob@example.com', { privacy: ['id'] });
  await clock.advanceSettled(200);
  bob.session.answer();
  await clock.advanceSettled(200);
  const moves = async (session: Session | undefined) => {
    session?.hold();
    await clock.advanceSettled(500);
    session?.update();
    await clock.advanceSettled(500);
  };
  await moves(alice.agent.sessions[0]);
  await moves(bob.session);
  const [first] = alice.agent.sessions;
  if (first) alice.agent.subscribe(first, presence);
  await clock.advanceSettled(500);
  expect(wire.requests('SUBSCRIBE')).toHaveLength(1);
  const snapshot = JSON.parse(JSON.stringify(alice.agent.snapshot())) as UserAgentSnapshot;
  const second = agent('alice', '192.0.2.1', '192.0.2.2', snapshot);
  second.agent.start();
  await clock.advanceSettled(500);
  await moves(second.agent.sessions[0]);
  const shown = wire.seen
    .filter(({ from, message }) => from === '192.0.2.1' && message.headers.has('contact'))
    .map(({ message }) => message.headers.get('contact'));
  expect(shown.length).toBeGreaterThan(6);
  expect([...new Set(shown)]).toEqual(['<sip:t@192.0.2.1;gr>']);
  bob.session.hangUp();
  await clock.advanceSettled(200_000);
  expect(second.agent.sessions).toEqual([]);
});

test('push parameters stand in the Contact of REGISTER alone; 555 is final (RFC 8599 §4.1, §8)', async () => {
  const push = { provider: 'webpush', param: 'a b', prid: 'https://push.example.com/x?y=1;z' };
  const { clock, alice, script, wire, registers } = setUp({ push });
  script.push(echo(600), echo(0), () => [555]);
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  alice.agent.call('bob');
  alice.agent.unregister();
  await clock.advanceSettled(500);
  expect(alice.agent.registration.state).toBe('unregistered');
  const uris = registers().map(({ contacts }) => contacts[0]?.uriText);
  expect(uris[0]).toContain(
    ';pn-provider=webpush;pn-param=a%20b;pn-prid=https%3A%2F%2Fpush.example.com%2Fx%3Fy%3D1%3Bz',
  );
  expect(uris[1]).toContain(';pn-provider=webpush');
  expect(uris[1]).not.toContain('pn-prid');
  expect(wire.requests('INVITE')[0]?.message.headers.get('contact')).not.toContain('pn-');
  alice.agent.register();
  await clock.advanceSettled(200_000);
  expect(alice.agent.registration).toEqual({ state: 'failed', status: 555, reason: expect.any(String) });
  expect(registers()).toHaveLength(3);
});

test('asks for the bindings of its address without touching them (§10.2.3)', async () => {
  const { clock, alice, script, registers } = setUp();
  const before = alice.agent.fetchBindings();
  expect(await before).toEqual({ status: 503, bindings: [] });
  script.push(
    echo(600),
    () => challenge('1'),
    (_request) => [
      200,
      [['Contact', `${registers()[0]?.headers.get('contact')};expires=500, <sip:desk@192.0.2.7>;expires=20`]],
    ],
    () => [403],
  );
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  const asked = alice.agent.fetchBindings();
  await clock.advanceSettled(500);
  const { status, bindings } = await asked;
  expect(status).toBe(200);
  expect(bindings.map(({ own }) => own)).toEqual([true, false]);
  expect(bindings[1]).toEqual({ uri: 'sip:desk@192.0.2.7', expires: 20, own: false });
  const fetches = registers().slice(1);
  expect(fetches.map(({ headers }) => headers.has('contact') || headers.has('expires'))).toEqual([false, false]);
  expect(registers().map(({ cseq }) => cseq.number)).toEqual([1, 2, 3]);
  const refused = alice.agent.fetchBindings();
  await clock.advanceSettled(500);
  expect(await refused).toEqual({ status: 403, bindings: [] });
  expect(alice.agent.registration.state).toBe('registered');
});

test('given up while a refresh is under way: that fails, and the binding is removed all the same (§10.2.2)', async () => {
  const { clock, alice, script, registers } = setUp();
  script.push(echo(600), () => [503], echo(0));
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(500);
  alice.agent.register();
  alice.agent.unregister();
  await clock.advanceSettled(500);
  expect(registers().map(({ contacts }) => contacts[0]?.params.get('expires'))).toEqual(['600', '600', '0']);
  expect(alice.agent.registration.state).toBe('unregistered');
});

function options(uri: string): SipRequest {
  return createRequest({
    method: 'OPTIONS',
    uri,
    headers: RequestHeaders.of(
      ['Max-Forwards', '70'],
      ['From', '<sip:x@example.com>;tag=x'],
      ['To', `<${uri}>`],
      ['Call-ID', uri],
      ['CSeq', '1 OPTIONS'],
    ),
  });
}
