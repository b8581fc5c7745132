import { printMessage, type SipRequest, SipResponse } from '@ringback/sip';
import { seededRandom } from '@ringback/sip/testing';
import { expect, test } from 'vitest';
import { FlowTokens } from '../src/edge/flow-token.ts';
import { DOMAIN, type Peer, register, request, signed, World } from './world.ts';

const BOB = 'sip:bob@example.com';

function requests(peer: Peer, method: string): readonly SipRequest[] {
  return peer.messages.filter(
    (message): message is SipRequest => message.kind === 'request' && message.method === method,
  );
}

/** What a scanner sees of an answer: everything but what is random or the name it asked for. */
function fingerprint(response: SipResponse): string {
  return new TextDecoder()
    .decode(printMessage(response))
    .replace(/nonce="[^"]*"/g, 'nonce')
    .replace(/tag=[\w-]+/g, 'tag')
    .replace(/branch=[\w-]+/g, 'branch')
    .replace(/(alice|bob|zz\w+)/g, 'user')
    .replace(/Call-ID: .*/g, 'Call-ID');
}

test('SEC-ENUM-01 OPTIONS to the server is answered in about its own size, with no product name', async () => {
  const world = new World();
  for (const transport of ['UDP', 'WS'] as const) {
    const stranger = world.peer(`192.0.2.${transport === 'UDP' ? 66 : 67}`, transport);
    const text = request('OPTIONS', 'sip:example.com', { callId: transport });
    const response = await stranger.ask(text);
    expect(response.status).toBe(200);
    expect(['server', 'user-agent', 'organization'].some((name) => response.headers.has(name))).toBe(false);
    expect(printMessage(response).length).toBeLessThan(text.length * 1.5);
  }
});

test('SEC-ENUM-02 a REGISTER for a missing user is answered like one for an existing user, with the same work', async () => {
  const world = new World();
  const stranger = world.peer('192.0.2.66');
  const seen = new Set<string>();
  const work: number[] = [];
  for (const user of ['alice', 'zzalice']) {
    const text = register(user, 'Contact: <sip:x@192.0.2.66>', { callId: `enum-${user}` });
    const challenge = await stranger.ask(text);
    seen.add(fingerprint(challenge));
    const before = world.lookups;
    const wrong = await stranger.ask(signed(text, challenge, user, 'wrong'));
    work.push(world.lookups - before);
    seen.add(fingerprint(wrong).replace(/CSeq: \d+/, 'CSeq: 1'));
  }
  expect(seen.size).toBe(1);
  expect(work).toEqual([1, 1]);
});

test('SEC-ENUM-03 SEC-ENUM-04 every method is answered alike for existing and missing users', async () => {
  const world = new World();
  await world.phone('bob', '192.0.2.12');
  const stranger = world.peer('192.0.2.66');
  for (const method of [
    'INVITE',
    'OPTIONS',
    'SUBSCRIBE',
    'MESSAGE',
    'BYE',
    'PRACK',
    'INFO',
    'REFER',
    'NOTIFY',
    'PUBLISH',
  ]) {
    const answers = await Promise.all(
      ['bob', 'zzbob'].map((user) =>
        stranger.ask(request(method, `sip:${user}@example.com`, { callId: `${method}${user}` })),
      ),
    );
    expect(new Set(answers.map(fingerprint)).size).toBe(1);
    expect(answers[0]?.status).toBe(407);
  }
  for (const method of ['ACK', 'CANCEL']) {
    const answers = await Promise.all(
      ['bob', 'zzbob'].map((user) =>
        stranger.say(request(method, `sip:${user}@example.com`, { callId: `${method}${user}` })),
      ),
    );
    expect(answers[0]?.length).toBe(answers[1]?.length);
  }
});

test('SEC-AUTH-07 an INVITE whose From is not the account that logged in is 403', async () => {
  const world = new World();
  await world.phone('bob', '192.0.2.12');
  const alice = world.peer('192.0.2.20');
  const response = await alice.askAs('alice', request('INVITE', BOB, { from: 'carol' }));
  expect(response.status).toBe(403);
});

test('SEC-GW-01 SEC-GW-02 nothing goes to an address that a client writes into Request-URI or Route', async () => {
  const world = new World({ trusted: ['192.0.2.21'] });
  const targets = ['169.254.169.254', '127.0.0.1', '10.0.0.1'].map((address) => world.peer(address));
  const alice = world.peer('192.0.2.20');
  const trusted = world.peer('192.0.2.21');
  let n = 0;
  for (const host of [
    '169.254.169.254',
    '127.0.0.1:5060',
    '10.0.0.1',
    '[::1]',
    '0x7f000001',
    '2130706433',
    'host.local',
  ]) {
    const direct = request('OPTIONS', `sip:x@${host}`, { callId: `ssrf${n++}` });
    expect((await alice.askAs('alice', direct)).status).toBe(403);
    expect((await trusted.ask(direct.replaceAll('ssrf', 'trusted'))).status).toBe(403);
    const routed = request('MESSAGE', 'sip:carol@example.com', {
      callId: `route${n++}`,
      lines: `Route: <sip:${host};lr>`,
    });
    expect((await alice.askAs('alice', routed)).status).toBe(480);
  }
  expect(targets.flatMap(({ messages }) => messages)).toEqual([]);
});

test('SEC-GW-03 nothing leaves for a foreign domain: 407 without credentials, 403 with them', async () => {
  const world = new World();
  const foreign = world.peer('203.0.113.9');
  const alice = world.peer('192.0.2.20', 'WS');
  const text = request('INVITE', 'sip:x@203.0.113.9');
  expect((await alice.ask(text)).status).toBe(407);
  expect((await alice.askAs('alice', text.replaceAll('INVITE-1', 'two'))).status).toBe(403);
  expect(foreign.messages).toEqual([]);
});

test('SEC-GW-05 what a datagram from nobody gets back is small and comes once', async () => {
  const world = new World();
  const stranger = world.peer('192.0.2.66');
  const browser =
    'User-Agent: someone with a name\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE\nSupported: replaces, outbound';
  const text = request('INVITE', BOB, { lines: browser });
  const heard = await stranger.say(text, 40_000);
  expect(heard).toHaveLength(1);
  const [response] = heard;
  expect(response && printMessage(response).length).toBeLessThan(text.length * 1.5);
});

test('SEC-GW-06 what a client writes into received and rport is overwritten', async () => {
  const world = new World();
  const victim = world.peer('192.0.2.99');
  const stranger = world.peer('192.0.2.66');
  const text = register('alice', '').replace(
    /Via: .*/,
    'Via: SIP/2.0/UDP 192.0.2.99:5060;received=192.0.2.99;rport=5060;branch=z9hG4bKx',
  );
  const response = await stranger.ask(text);
  expect([response.via.received, response.via.rport]).toEqual(['192.0.2.66', 5060]);
  expect(victim.messages).toEqual([]);
});

test('SEC-GW-11 PROXY-040 a made-up or altered flow token is 403', async () => {
  const world = new World();
  const alice = world.peer('192.0.2.20');
  for (const [n, user] of ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'bob', 'x'].entries()) {
    const text = request('BYE', BOB, {
      callId: `t${n}`,
      to: `<${BOB}>;tag=1`,
      lines: `Route: <sip:${user}@192.0.2.1:5060;lr>`,
    });
    expect((await alice.askAs('alice', text)).status).toBe(403);
  }
});

test('SEC-GW-11 a flow token is good in its own call only', () => {
  const tokens = new FlowTokens(seededRandom(1).bytes(32));
  const token = { way: { kind: 'address', transport: 'UDP', host: '192.0.2.9', port: 5060 }, paired: true } as const;
  const text = tokens.print(token, 'call-1');
  expect(tokens.read(text, 'call-1')).toEqual(token);
  expect(tokens.read(text, 'call-2')).toBeUndefined();
});

/** A call of alice's and bob's browsers, and the Route that alice's requests in it have. */
async function callInProgress(world: World) {
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await world.phone('bob', '192.0.2.12');
  const call = alice.agent.call(BOB);
  await world.pass(1000);
  bob.session.answer();
  await world.pass(1000);
  const ok = world.traces.find(
    ({ message }) => message instanceof SipResponse && message.status === 200 && message.cseq.method === 'INVITE',
  );
  if (ok === undefined) throw new Error('no 200');
  const { message } = ok;
  const routes = [...message.recordRoutes]
    .reverse()
    .map(({ uriText }) => `<${uriText}>`)
    .join(', ');
  const parts = { callId: message.callId, cseq: 99, to: message.headers.get('to') ?? '', lines: `Route: ${routes}` };
  return {
    alice,
    bob,
    call,
    parts,
    from: message.headers.get('from') ?? '',
    target: message.contacts[0]?.uriText ?? '',
  };
}

test('SEC-GW-12 a BYE with the right dialog and routes from another source is challenged, and another account is refused', async () => {
  const world = new World();
  const { call, bob, parts, from, target } = await callInProgress(world);
  const stranger = world.peer('192.0.2.66', 'WS');
  const bye = request('BYE', target, { ...parts, branch: 'forged' }).replace(/From: .*/, `From: ${from}`);
  expect((await stranger.ask(bye)).status).toBe(407);
  const asCarol = await stranger.askAs('carol', bye.replace('forged', 'carol'));
  expect(asCarol.status).toBe(403);
  expect([call.state, bob.session.state]).toEqual(['connected', 'connected']);
});

test('SEC-GW-12 the tokens of a call are good for its dialog: a new INVITE with them is challenged, and its From is checked', async () => {
  const world = new World();
  const phone = world.peer('192.0.2.30');
  await phone.askAs('bob', register('bob', 'Contact: <sip:bob@192.0.2.30:5060>'));
  const alice = await world.phone('alice', '192.0.2.11');
  alice.agent.call(BOB);
  await world.pass(1000);
  const [ringing] = requests(phone, 'INVITE');
  const routes = ringing?.recordRoutes.map(({ uriText }) => `<${uriText}>`).join(', ');
  const forged = (branch: string) =>
    request('INVITE', 'sip:alice@example.com', {
      ...{ branch, callId: ringing?.callId ?? '', lines: `Route: ${routes}`, from: 'carol' },
      via: 'UDP 192.0.2.30:5060',
    });
  expect((await phone.ask(forged('forged'))).status).toBe(407);
  expect((await phone.askAs('bob', forged('again'))).status).toBe(403);
  expect(alice.incoming).toEqual([]);
  for (const session of alice.agent.sessions) session.hangUp();
});

test('SEC-GW-12 a request of a call without our Route is 481, never relayed', async () => {
  const world = new World();
  const { call, bob, parts, target } = await callInProgress(world);
  const mallory = world.peer('192.0.2.66', 'WS');
  const bye = request('BYE', BOB, { ...parts, lines: '', branch: 'noroute', from: 'carol' });
  expect((await mallory.askAs('carol', bye)).status).toBe(481);
  expect((await mallory.askAs('carol', bye.replace(BOB, target).replace('noroute', 'direct'))).status).toBe(481);
  expect([call.state, bob.session.state]).toEqual(['connected', 'connected']);
});

test('SEC-GW-13 a CANCEL from elsewhere with the right branch is 481 and the INVITE goes on', async () => {
  const world = new World({ trusted: ['192.0.2.20'] });
  const bob = await world.phone('bob', '192.0.2.12');
  const caller = world.peer('192.0.2.20');
  const invite = request('INVITE', BOB, { branch: 'victim' });
  await caller.say(invite);
  const mallory = world.peer('192.0.2.66');
  const cancel = invite.replaceAll('INVITE', 'CANCEL').replace('Call-ID: CANCEL', 'Call-ID: INVITE');
  expect((await mallory.ask(cancel)).status).toBe(481);
  expect(bob.session.state).toBe('incoming');
});

test('SEC-GW-14 PROXY-043 what only a trusted element may say is taken off a client, in every spelling', async () => {
  const world = new World();
  const phone = world.peer('192.0.2.30');
  await phone.askAs('bob', register('bob', 'Contact: <sip:bob@192.0.2.30:5060>'));
  const alice = world.peer('192.0.2.20');
  const lines = `P-Asserted-Identity: <sip:boss@example.com>
p-asserted-identity : <sip:boss@example.com>
Remote-Party-ID: <sip:boss@example.com>
P-Charging-Vector: icid-value=1
P-Preferred-Identity: <sip:boss@example.com>
Privacy: id`;
  await alice.sayAs('alice', request('INVITE', BOB, { lines }));
  const invite = requests(phone, 'INVITE')[0];
  for (const name of ['p-asserted-identity', 'p-preferred-identity', 'remote-party-id', 'p-charging-vector']) {
    expect(invite?.headers.has(name)).toBe(false);
  }
  expect(invite?.headers.get('privacy')).toBe('id');
  expect(invite?.headers.has('proxy-authorization')).toBe(false);
});

test('no credentials for our realm reach the other side: not those of the INVITE, of its ACK, or meant for the registrar (§22.3)', async () => {
  const world = new World();
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await world.phone('bob', '192.0.2.12');
  const call = alice.agent.call(BOB);
  await world.pass(1000);
  bob.session.answer();
  await world.pass(1000);
  call.hold();
  await world.pass(1000);
  call.hangUp();
  await world.pass(1000);
  const passed = world.traces.filter(({ direction, message }) => direction === 'out' && message.kind === 'request');
  const heard = new Set(passed.map(({ message }) => message.cseq.method));
  expect([...heard]).toEqual(['INVITE', 'ACK', 'BYE']);
  for (const { message } of passed) expect([message.authorization, message.proxyAuthorization]).toEqual([[], []]);
});

test('an Authorization for the realm of the far side goes on as it is (§22.2)', async () => {
  const world = new World();
  const phone = world.peer('192.0.2.30');
  await phone.askAs('bob', register('bob', 'Contact: <sip:bob@192.0.2.30:5060>'));
  const lines = [DOMAIN, 'bob.example'].map((realm) => `Authorization: Digest username="a", realm="${realm}"`);
  await world.peer('192.0.2.20').sayAs('alice', request('INVITE', BOB, { lines: lines.join('\n') }));
  expect(requests(phone, 'INVITE')[0]?.headers.all('authorization')).toEqual([lines[1]?.slice(15)]);
});

test('SEC-REG-04 the .invalid contact of another user leads nowhere but to its own flow', async () => {
  const world = new World();
  const alice = await world.phone('alice', '192.0.2.11');
  const [binding] = await world.location.lookup('sip:alice@example.com');
  const thief = world.peer('192.0.2.66', 'WS');
  await thief.askAs('carol', register('carol', `Contact: <${binding?.contact}>`));
  const caller = world.peer('192.0.2.20');
  await caller.sayAs('bob', request('INVITE', 'sip:carol@example.com', { from: 'bob' }));
  expect(alice.incoming).toHaveLength(0);
  expect(requests(thief, 'INVITE')).toHaveLength(1);
});

test('SEC-INJ-12 names of the prototype are names like others', async () => {
  const world = new World();
  const peer = world.peer('192.0.2.20');
  for (const user of ['__proto__', 'constructor', 'hasOwnProperty']) {
    const text = request('INVITE', `sip:${user}@example.com`, { callId: user, lines: '__proto__: x\nconstructor: y' });
    expect((await peer.askAs('alice', text)).status).toBe(404);
    expect((await peer.askAs(user, register(user, '', { callId: `r${user}` }), 'x')).status).toBe(401);
  }
});

test('ACK and BYE without Route go by location for a trusted source, and for nobody else', async () => {
  const world = new World({ trusted: ['192.0.2.20'] });
  const phone = world.peer('192.0.2.30');
  await phone.askAs('bob', register('bob', 'Contact: <sip:bob@192.0.2.30:5060>'));
  const trusted = world.peer('192.0.2.20');
  await trusted.say(request('ACK', BOB, { to: `<${BOB}>;tag=1` }));
  await trusted.say(request('BYE', BOB, { to: `<${BOB}>;tag=1` }));
  const copies = (method: string): number => new Set(requests(phone, method).map(({ via }) => via.branch)).size;
  expect([copies('ACK'), copies('BYE')]).toEqual([1, 1]);
  const stranger = world.peer('192.0.2.66');
  await stranger.say(request('ACK', BOB, { to: `<${BOB}>;tag=1`, callId: 's' }));
  expect((await stranger.ask(request('BYE', BOB, { to: `<${BOB}>;tag=1`, callId: 's' }))).status).toBe(407);
  expect((await stranger.ask(request('INVITE', BOB, { callId: 's2' }))).status).toBe(407);
  expect((await stranger.ask(request('INVITE', 'sip:x@203.0.113.1', { callId: 's3' }))).status).toBe(407);
  expect([copies('ACK'), copies('BYE')]).toEqual([1, 1]);
});
