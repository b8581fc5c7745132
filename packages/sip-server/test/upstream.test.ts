import type { SipRequest, SipResponse } from '@ringback/sip';
import { cut } from '@ringback/sip/testing';
import { expect, test } from 'vitest';
import { type Peer, register, request, World } from './world.ts';

const BOB = 'sip:bob@example.com';
const UPSTREAM = '192.0.2.2';

/** An edge in front of another of our servers, which trusts it. */
function edge() {
  const upstream = new World({ address: UPSTREAM, trusted: ['192.0.2.1'] });
  const { clock, network } = upstream;
  const world = new World({ clock, network, upstream: `sip:${UPSTREAM}:5060`, seed: 2 });
  return { world, upstream };
}

/** An edge in front of a peer that says what the test writes. */
function scripted(limits: Partial<ConstructorParameters<typeof World>[0]> = {}) {
  const world = new World({ upstream: `sip:${UPSTREAM}:5060`, ...limits });
  const upstream = world.peer(UPSTREAM);
  world.network.host(UPSTREAM).listen('TCP', 5060);
  const browser = world.peer('192.0.2.11', 'WS');
  return { world, upstream, browser };
}

function last(peer: Peer, method: string): SipRequest {
  const found = peer.messages.filter((m): m is SipRequest => m.kind === 'request' && m.method === method).at(-1);
  if (found === undefined) throw new Error(`no ${method}`);
  return found;
}

function statuses(peer: Peer, method: string): readonly number[] {
  return peer.messages
    .filter((m): m is SipResponse => m.kind === 'response' && m.cseq.method === method)
    .map(({ status }) => status);
}

function reply(peer: Peer, status: string, method: string, lines = ''): string {
  const got = last(peer, method);
  const copied = got.headers.fields.filter(({ key }) =>
    ['via', 'from', 'call-id', 'cseq', 'record-route'].includes(key),
  );
  return `SIP/2.0 ${status}
${copied.map(({ name, value }) => `${name}: ${value}`).join('\n')}
To: ${got.headers.get('to')}${got.toTag === undefined ? ';tag=up' : ''}
${lines.trim()}
Content-Length: 0
`.replace(/\n\n/g, '\n');
}

const CONTACT = '<sip:a@a.invalid;transport=ws>;reg-id=1;+sip.instance="<urn:uuid:a>"';

/** Registers alice's browser at a scripted upstream; gives the REGISTER that came there, and its 200 as the browser got it. */
async function registered({ upstream, browser }: ReturnType<typeof scripted>, lines = 'Supported: path, outbound') {
  await browser.say(register('alice', `Contact: ${CONTACT}\n${lines}`));
  const sent = last(upstream, 'REGISTER');
  const path = sent.headers.list('path')[0] ?? '';
  await upstream.say(
    reply(upstream, '200 OK', 'REGISTER', `Contact: ${CONTACT};expires=600\nPath: ${path}\nRequire: outbound`),
  );
  const ok = browser.messages.filter((m): m is SipResponse => m.kind === 'response').at(-1);
  return { sent, path, ok };
}

for (const by of ['caller', 'callee'] as const) {
  test(`two browsers behind the edge call each other through the upstream; the ${by} hangs up`, async () => {
    const { world } = edge();
    const alice = await world.phone('alice', '192.0.2.11');
    const bob = await world.phone('bob', '192.0.2.12');
    const call = alice.agent.call(BOB);
    await world.pass(2000);
    expect(call.state).toBe('ringing');
    bob.session.answer();
    await world.pass(2000);
    expect([call.state, bob.session.state]).toEqual(['connected', 'connected']);
    call.hold();
    await world.pass(2000);
    expect(bob.session.held.remote).toBe(true);
    (by === 'caller' ? call : bob.session).hangUp();
    await world.pass(2000);
    expect([call.state, bob.session.state]).toEqual(['ended', 'ended']);
  });
}

test('a browser behind the edge and a UDP phone at the upstream call each other both ways', async () => {
  const { world, upstream } = edge();
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await upstream.phone('bob', '192.0.2.12', 'UDP');
  const call = alice.agent.call(BOB);
  await world.pass(2000);
  bob.session.answer();
  await world.pass(2000);
  expect(call.state).toBe('connected');
  bob.session.hangUp();
  await world.pass(2000);
  expect(call.state).toBe('ended');
  const back = bob.agent.call('sip:alice@example.com');
  await world.pass(2000);
  alice.session.answer();
  await world.pass(2000);
  expect(back.state).toBe('connected');
  alice.session.hangUp();
  await world.pass(2000);
  expect(back.state).toBe('ended');
});

test('the upstream authenticates: its refusal of a wrong password reaches the browser', async () => {
  const { world } = edge();
  const agent = world.agent('alice', '192.0.2.11', 'WS', {
    options: { account: { aor: 'sip:alice@example.com', password: 'wrong' } },
  });
  agent.agent.start();
  agent.agent.register();
  await world.pass(3000);
  expect(agent.agent.registration).toMatchObject({ state: 'failed', status: 401 });
  expect(world.registered).toEqual([]);
});

test('decline, cancel and no such user come through the upstream as they are', async () => {
  const { world } = edge();
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await world.phone('bob', '192.0.2.12');
  const declined = alice.agent.call(BOB);
  await world.pass(2000);
  bob.session.reject(486);
  await world.pass(2000);
  expect(declined.end).toMatchObject({ status: 486 });
  const cancelled = alice.agent.call(BOB);
  await world.pass(2000);
  cancelled.hangUp();
  await world.pass(2000);
  expect(bob.session.end).toMatchObject({ kind: 'cancelled' });
  const nobody = alice.agent.call('sip:nobody@example.com');
  await world.pass(2000);
  expect(nobody.end).toMatchObject({ status: 404 });
});

for (const who of ['caller', 'callee'] as const) {
  test(`behind the edge the ${who}'s WebSocket is cut in a call and healed; the other side hangs up`, async () => {
    const { world } = edge();
    const alice = await world.phone('alice', '192.0.2.11');
    const bob = await world.phone('bob', '192.0.2.12');
    const call = alice.agent.call(BOB);
    await world.pass(2000);
    bob.session.answer();
    await world.pass(2000);
    const flow = (who === 'caller' ? alice : bob).host.connections[0];
    if (flow !== undefined) cut(flow);
    await world.pass(6000);
    (who === 'caller' ? bob.session : call).hangUp();
    await world.pass(3000);
    expect([call.state, bob.session.state]).toEqual(['ended', 'ended']);
    expect((who === 'caller' ? call : bob.session).end).toMatchObject({ by: 'remote', kind: 'hangup' });
  });
}

for (const seed of [11, 12, 13]) {
  test(`a call through edge and upstream with datagrams lost between them (seed ${seed})`, async () => {
    const { world, upstream } = edge();
    const alice = await world.phone('alice', '192.0.2.11');
    const bob = await upstream.phone('bob', '192.0.2.12', 'UDP');
    upstream.network.conditions = { ...upstream.network.conditions, loss: 0.15, reorder: 0.1, duplicate: 0.1 };
    for (let i = 0; i < seed; i++) upstream.network.random.number();
    const call = alice.agent.call(BOB);
    await world.pass(40_000);
    bob.session.answer();
    await world.pass(30_000);
    expect([call.state, bob.session.state]).toEqual(['connected', 'connected']);
    bob.session.hangUp();
    await world.pass(40_000);
    expect([call.state, bob.session.state]).toEqual(['ended', 'ended']);
    upstream.network.conditions = { ...upstream.network.conditions, loss: 0 };
  });
}

test('a REGISTER gets one Path: signed flow token, lr, ob by the first hop with outbound (trap 4.7 #103)', async () => {
  const fixture = scripted();
  const { sent, ok } = await registered(fixture);
  const paths = sent.headers.list('path');
  expect(paths).toHaveLength(1);
  expect(paths[0]).toMatch(/^<sip:[\w-]+@192\.0\.2\.1:5060;transport=udp;lr;ob>$/);
  expect(sent.contacts[0]?.uriText).toBe('sip:a@a.invalid;transport=ws');
  expect(sent.vias.map(({ transport, host }) => [transport, host])).toEqual([
    ['UDP', '192.0.2.1'],
    ['UDP', '192.0.2.20'],
  ]);
  expect(ok?.headers.get('flow-timer')).toBe('120');
  expect(ok?.headers.has('path')).toBe(true);
  expect(fixture.world.registered).toMatchObject([{ aor: 'sip:alice@example.com', held: true }]);
});

test('a second hop, or a user agent without reg-id, gets a token without ob', async () => {
  const { browser, upstream } = scripted();
  await browser.say(register('alice', 'Contact: <sip:a@a.invalid;transport=ws>', { callId: 'one' }));
  expect(last(upstream, 'REGISTER').headers.get('path')).toMatch(/;lr>$/);
  await browser.say(
    register('alice', `Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKz\nContact: ${CONTACT}`, { callId: 'two' }),
  );
  expect(last(upstream, 'REGISTER').headers.get('path')).toMatch(/;lr>$/);
});

test('`path` is added to Supported on the way up, and Path taken off on the way down, when the client lacks it (RFC 3327 §5.2)', async () => {
  const fixture = scripted();
  const { sent, ok } = await registered(fixture, 'Supported: outbound');
  expect(sent.supported).toEqual(['outbound', 'path']);
  expect(ok?.headers.has('path')).toBe(false);
});

test('an INVITE by Path goes down its flow, Request-URI and Contact untouched, `.invalid` never looked up (PROXY-042, GW-004)', async () => {
  const fixture = scripted();
  const { path } = await registered(fixture);
  const { upstream, browser } = fixture;
  const uri = 'sip:a@a.invalid;transport=ws';
  await upstream.say(
    request('INVITE', uri, { from: 'bob', lines: `Route: ${path}\nRecord-Route: <sip:${UPSTREAM};lr>` }),
  );
  const invite = last(browser, 'INVITE');
  expect([invite.uriText, invite.headers.has('route')]).toEqual([uri, false]);
  const routes = invite.headers.list('record-route');
  expect(routes).toHaveLength(3);
  expect(routes[0]).toMatch(/@192\.0\.2\.1:8080;transport=ws;lr>$/);
  expect(routes[1]).toMatch(/@192\.0\.2\.1:5060;transport=udp;lr>$/);
  expect(routes[2]).toBe(`<sip:${UPSTREAM};lr>`);
});

test('both of our Record-Routes are popped in one pass, in both directions (trap 4.10 #122)', async () => {
  const fixture = scripted();
  const { path } = await registered(fixture);
  const { upstream, browser } = fixture;
  await upstream.say(
    request('INVITE', 'sip:a@a.invalid;transport=ws', { from: 'bob', callId: 'c', lines: `Route: ${path}` }),
  );
  const routes = last(browser, 'INVITE').headers.list('record-route');
  const down = [...routes].reverse().join(', ');
  await upstream.say(
    request('OPTIONS', 'sip:a@a.invalid;transport=ws', {
      callId: 'c',
      cseq: 2,
      from: 'bob',
      to: '<sip:a@x>;tag=1',
      lines: `Route: ${down}`,
    }),
  );
  expect(last(browser, 'OPTIONS').headers.has('route')).toBe(false);
  await browser.say(
    request('BYE', 'sip:bob@192.0.2.50', {
      callId: 'c',
      cseq: 3,
      to: '<sip:bob@x>;tag=2',
      lines: `Route: ${routes.join(', ')}`,
    }),
  );
  const bye = last(upstream, 'BYE');
  expect([bye.uriText, bye.headers.has('route')]).toEqual(['sip:bob@192.0.2.50', false]);
});

test('a flow token with a flipped bit is 403; that of a closed flow is 430 (trap 4.7 #103)', async () => {
  const fixture = scripted({ limits: { ghostWait: 1000 } });
  const { path } = await registered(fixture);
  const { world, upstream, browser } = fixture;
  const flipped = path.replace(/sip:(.)/, (_, c: string) => `sip:${c === 'A' ? 'B' : 'A'}`);
  const uri = 'sip:a@a.invalid;transport=ws';
  expect((await upstream.ask(request('INVITE', uri, { callId: 'x', lines: `Route: ${flipped}` }))).status).toBe(403);
  if (browser.scripted.flow !== undefined) cut(browser.scripted.flow);
  expect((await upstream.ask(request('INVITE', uri, { callId: 'y', lines: `Route: ${path}` }), 1500)).status).toBe(430);
  await world.pass(60_000);
  expect((await upstream.ask(request('INVITE', uri, { callId: 'z', lines: `Route: ${path}` }))).status).toBe(430);
});

test('a token of before a restart is genuine but dead: healed when its owner is back, 430 if not', async () => {
  const fixture = scripted();
  const { path } = await registered(fixture);
  const { world, upstream } = fixture;
  const { clock, network } = world;
  world.network.host(world.address).crash();
  const again = new World({ clock, network, upstream: `sip:${UPSTREAM}:5060`, seed: 5 });
  const uri = 'sip:a@a.invalid;transport=ws';
  await upstream.say(request('INVITE', uri, { callId: 'x', lines: `Route: ${path}` }), 1000);
  const browser = again.peer('192.0.2.13', 'WS');
  await registered({ world: again, upstream, browser });
  expect(last(browser, 'INVITE').uriText).toBe(uri);
  await again.pass(60_000);
  expect(statuses(upstream, 'INVITE')).not.toContain(430);
});

test('what only a trusted element may say does not reach the upstream from a client, Path neither (SEC-GW-14, SEC-REG-07)', async () => {
  const { upstream, browser } = scripted();
  const lines = 'P-Asserted-Identity: <sip:boss@example.com>\nRemote-Party-ID: <sip:boss@example.com>';
  await browser.say(request('INVITE', BOB, { lines }));
  const invite = last(upstream, 'INVITE');
  expect([invite.headers.has('p-asserted-identity'), invite.headers.has('remote-party-id')]).toEqual([false, false]);
  await browser.say(register('alice', `Contact: ${CONTACT}\nPath: <sip:evil.example;lr>`));
  expect(last(upstream, 'REGISTER').headers.list('path')).toHaveLength(1);
});

test('everything a client sends goes to the upstream, whatever Route or Request-URI say (SEC-GW-01, SEC-GW-02)', async () => {
  const { world, upstream, browser } = scripted();
  const targets = ['169.254.169.254', '127.0.0.1'].map((address) => world.peer(address));
  await browser.say(request('INVITE', 'sip:x@169.254.169.254', { lines: 'Route: <sip:127.0.0.1;lr>' }));
  expect(last(upstream, 'INVITE').uriText).toBe('sip:x@169.254.169.254');
  expect(targets.flatMap(({ messages }) => messages)).toEqual([]);
});

test('a challenge of the upstream passes to the client with all its lines, and the credentials pass back', async () => {
  const { upstream, browser } = scripted();
  await browser.say(request('INVITE', BOB));
  const lines =
    'Proxy-Authenticate: Digest realm="up", nonce="1", algorithm=SHA-256, qop="auth"\nProxy-Authenticate: Digest realm="up", nonce="1", algorithm=MD5, qop="auth"';
  await upstream.say(reply(upstream, '407 Auth', 'INVITE', lines));
  const challenge = browser.messages.filter((m): m is SipResponse => m.kind === 'response').at(-1);
  expect(challenge?.headers.all('proxy-authenticate')).toHaveLength(2);
  await browser.say(
    request('INVITE', BOB, { cseq: 2, callId: 'again', lines: 'Proxy-Authorization: Digest username="a", realm="up"' }),
  );
  expect(last(upstream, 'INVITE').headers.get('proxy-authorization')).toBe('Digest username="a", realm="up"');
});

test('a request above 1300 octets goes to the upstream by TCP, its Record-Route says udp (trap 4.2 #30)', async () => {
  const { upstream, browser } = scripted();
  await browser.say(request('INVITE', BOB, { lines: `X-Large: ${'x'.repeat(1300)}` }));
  const invite = last(upstream, 'INVITE');
  expect(invite.via.transport).toBe('TCP');
  expect(invite.headers.list('record-route')[0]).toMatch(/@192\.0\.2\.1:5060;transport=udp;lr>$/);
});

test('the upstream asks for nobody we know: 404, 481 within a call; its OPTIONS is answered', async () => {
  const { upstream } = scripted();
  expect((await upstream.ask(request('INVITE', 'sip:x@x.invalid'))).status).toBe(404);
  expect((await upstream.ask(request('BYE', 'sip:x@x.invalid', { to: '<sip:x@x>;tag=1' }))).status).toBe(481);
  expect((await upstream.ask(request('OPTIONS', 'sip:192.0.2.1:5060'))).status).toBe(200);
});

test('a client whose REGISTER with expires 0 succeeds holds the AOR no longer', async () => {
  const fixture = scripted();
  await registered(fixture);
  const { world, upstream, browser } = fixture;
  await browser.say(register('alice', `Contact: ${CONTACT};expires=0`, { cseq: 9 }));
  await upstream.say(reply(upstream, '200 OK', 'REGISTER'));
  expect(world.registered.at(-1)).toEqual({ aor: 'sip:alice@example.com', bindings: [], held: false });
});

test('WS close cancels at the upstream what its client was calling, and fails what was calling it (GW-006)', async () => {
  const fixture = scripted({ limits: { ghostWait: 0 } });
  const { path } = await registered(fixture);
  const { upstream, browser } = fixture;
  await browser.say(request('INVITE', BOB, { callId: 'out' }));
  await upstream.say(reply(upstream, '180 Ringing', 'INVITE'));
  await upstream.say(request('INVITE', 'sip:a@a.invalid;transport=ws', { callId: 'in', lines: `Route: ${path}` }));
  if (browser.scripted.flow !== undefined) cut(browser.scripted.flow);
  await fixture.world.pass(200);
  expect(last(upstream, 'CANCEL').callId).toBe('out');
  expect(statuses(upstream, 'INVITE').at(-1)).toBe(430);
  await upstream.say(reply(upstream, '200 OK', 'CANCEL'));
});
