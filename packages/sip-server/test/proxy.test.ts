import type { SipRequest, SipResponse } from '@ringback/sip';
import { expect, test } from 'vitest';
import { type Peer, register, request, signed, World } from './world.ts';

/** A world where 192.0.2.20 is trusted, so that a test can write requests without digest, and bob has a plain UDP phone. */
async function trusting(limits: ConstructorParameters<typeof World>[0] = {}) {
  const world = new World({ trusted: ['192.0.2.20'], ...limits });
  const caller = world.peer('192.0.2.20');
  const phone = world.peer('192.0.2.30');
  await bind(phone, 'bob', '<sip:bob@192.0.2.30:5060>');
  return { world, caller, phone };
}

async function bind(peer: Peer, user: string, contact: string, callId = `reg-${user}`): Promise<void> {
  const response = await peer.askAs(user, register(user, `Contact: ${contact}`, { callId }));
  expect(response.status).toBe(200);
}

function requests(peer: Peer, method?: string): readonly SipRequest[] {
  return peer.messages.filter(
    (message): message is SipRequest =>
      message.kind === 'request' && (method === undefined || message.method === method),
  );
}

function responses(peer: Peer, method?: string): readonly SipResponse[] {
  return peer.messages.filter(
    (message): message is SipResponse =>
      message.kind === 'response' && (method === undefined || message.cseq.method === method),
  );
}

/** A response as a phone writes it to the last request of that method. */
function reply(peer: Peer, status: string, method = 'INVITE', lines = ''): string {
  const got = requests(peer, method).at(-1);
  if (got === undefined) throw new Error(`no ${method}`);
  const copied = got.headers.fields.filter(({ key }) =>
    ['via', 'from', 'call-id', 'cseq', 'record-route'].includes(key),
  );
  const { host } = got.via;
  const tag = got.toTag === undefined ? `;tag=t${peer.scripted.flow?.local.host.split('.').at(-1)}` : '';
  return `SIP/2.0 ${status}
${copied.map(({ name, value }) => `${name}: ${value}`).join('\n')}
To: ${got.headers.get('to')}${tag}
Contact: <sip:phone@${peer.scripted.flow?.local.host ?? host}:5060>
${lines.trim()}
Content-Length: 0
`.replace(/\n\n/g, '\n');
}

const BOB = 'sip:bob@example.com';

test('what is wrong with a request is found in the order of §16.3 (trap 4.10 #122)', async () => {
  const { caller } = await trusting();
  const all = 'Proxy-Require: teleport';
  const scheme = request('INVITE', 'urn:service:sos', { lines: all, callId: 'a' }).replace(
    'Forwards: 70',
    'Forwards: 0',
  );
  expect((await caller.ask(scheme)).status).toBe(416);
  const forwards = request('INVITE', BOB, { lines: all, callId: 'b' }).replace('Forwards: 70', 'Forwards: 0');
  expect((await caller.ask(forwards)).status).toBe(483);
  const required = await caller.ask(request('INVITE', BOB, { lines: all, callId: 'c' }));
  expect([required.status, required.unsupported]).toEqual([420, ['teleport']]);
});

test('Proxy-Require is answered before authentication, authentication before the target is looked up (trap 4.10 #122)', async () => {
  const { world } = await trusting();
  const stranger = world.peer('192.0.2.66');
  const required = await stranger.ask(request('INVITE', BOB, { lines: 'Proxy-Require: teleport', callId: 'a' }));
  expect(required.status).toBe(420);
  const known = await stranger.ask(request('INVITE', BOB, { callId: 'b' }));
  const unknown = await stranger.ask(request('INVITE', 'sip:nobody@example.com', { callId: 'c' }));
  expect([known.status, unknown.status]).toEqual([407, 407]);
});

test('a maddr that is this server is taken off, and the request goes on (PROXY-008, trap 4.10 #122)', async () => {
  const { caller, phone } = await trusting();
  await caller.say(request('OPTIONS', 'sip:bob@example.com:5060;maddr=192.0.2.1;transport=udp'));
  expect(requests(phone, 'OPTIONS')).toHaveLength(1);
});

test('our own Route is popped once, a foreign one behind it stays (PROXY-009, trap 4.10 #122)', async () => {
  const { caller, phone } = await trusting();
  await caller.say(request('OPTIONS', BOB, { lines: 'Route: <sip:192.0.2.1;lr>, <sip:other.example;lr>' }));
  expect(requests(phone, 'OPTIONS')[0]?.headers.list('route')).toEqual(['<sip:other.example;lr>']);
});

test('Max-Forwards goes down by one, is 70 when absent, and is capped (PROXY-014, trap 4.1 #18, SEC-GW-10)', async () => {
  const { caller, phone } = await trusting();
  for (const [line, expected] of [
    ['Max-Forwards: 12\n', 11],
    ['', 69],
    ['Max-Forwards: 255\n', 69],
  ] as const) {
    const callId = `mf${expected}-${line.length}`;
    await caller.say(request('OPTIONS', BOB, { callId }).replace('Max-Forwards: 70\n', line));
    const got = requests(phone, 'OPTIONS').find((each) => each.callId === callId);
    expect(got?.maxForwards).toBe(expected);
  }
});

test('OPTIONS and REGISTER to the server itself are answered even with Max-Forwards 0 (trap 4.1 #18)', async () => {
  const { caller } = await trusting();
  expect((await caller.ask(register('alice').replace('Forwards: 70', 'Forwards: 0'))).status).toBe(401);
  const response = await caller.ask(request('OPTIONS', 'sip:example.com').replace('Forwards: 70', 'Forwards: 0'));
  expect(response.status).toBe(200);
  expect(response.headers.has('server')).toBe(false);
});

test('a request that comes back unchanged has looped: 482; with another Request-URI it is a spiral and goes on (trap 4.10 #123, PROXY-004)', async () => {
  const { caller, phone } = await trusting();
  await caller.say(request('OPTIONS', BOB));
  const sent = requests(phone, 'OPTIONS')[0];
  const via = sent?.headers.all('via')[0];
  const loop = request('OPTIONS', BOB, { branch: 'loop', lines: `Via: ${via}` });
  expect((await caller.ask(loop)).status).toBe(482);
  const spiral = request('OPTIONS', 'sip:carol@example.com', { branch: 'spiral', lines: `Via: ${via}` });
  expect((await caller.ask(spiral)).status).toBe(480);
});

test('a request may not fork to more branches than its Max-Breadth leaves: 440 (RFC 5393, PROXY-039, trap 4.10 #123)', async () => {
  const { world, caller, phone } = await trusting();
  const second = world.peer('192.0.2.31');
  await bind(second, 'bob', '<sip:bob@192.0.2.31:5060>', 'reg-second');
  expect((await caller.ask(request('OPTIONS', BOB, { callId: 'x', lines: 'Max-Breadth: 1' }))).status).toBe(440);
  await caller.say(request('OPTIONS', BOB, { callId: 'y', lines: 'Max-Breadth: 9' }));
  expect([phone, second].map((peer) => requests(peer, 'OPTIONS').at(-1)?.headers.get('max-breadth'))).toEqual([
    '4',
    '4',
  ]);
});

test('1xx but 100 pass at once, finals wait for the best, and its To tag is kept (traps 4.3 #46, 4.10 #124, PROXY-024, PROXY-029)', async () => {
  const { world, caller, phone } = await trusting();
  const second = world.peer('192.0.2.31');
  await bind(second, 'bob', '<sip:bob@192.0.2.31:5060>', 'reg-second');
  await caller.say(request('INVITE', BOB));
  await phone.say(reply(phone, '100 Trying'));
  await phone.say(reply(phone, '180 Ringing'));
  await second.say(reply(second, '486 Busy Here'));
  expect(responses(caller).map(({ status }) => status)).toEqual([100, 180]);
  await phone.say(reply(phone, '500 Oops'));
  expect(responses(caller).at(-1)).toMatchObject({ status: 486, toTag: 't31' });
});

test('the best of several finals: 6xx, else the lowest class, in 4xx what can be mended (§16.7 step 6, PROXY-026)', async () => {
  for (const [one, other, best] of [
    ['404 Not Found', '503 Unavailable', 404],
    ['486 Busy Here', '420 Bad Extension', 420],
    ['603 Decline', '404 Not Found', 603],
    ['302 Moved', '486 Busy Here', 302],
    ['408 Timeout', '486 Busy Here', 486],
  ] as const) {
    const { world, caller, phone } = await trusting();
    const second = world.peer('192.0.2.31');
    await bind(second, 'bob', '<sip:bob@192.0.2.31:5060>', 'reg-second');
    await caller.say(request('INVITE', BOB));
    await phone.say(reply(phone, one));
    await second.say(reply(second, other));
    expect(responses(caller).at(-1)?.status).toBe(best);
  }
});

test('the challenges of all branches come back in one response (trap 4.10 #124, PROXY-028)', async () => {
  const { world, caller, phone } = await trusting();
  const second = world.peer('192.0.2.31');
  await bind(second, 'bob', '<sip:bob@192.0.2.31:5060>', 'reg-second');
  await caller.say(request('INVITE', BOB));
  await phone.say(reply(phone, '401 Unauthorized', 'INVITE', 'WWW-Authenticate: Digest realm="one", nonce="1"'));
  await second.say(reply(second, '407 Auth', 'INVITE', 'Proxy-Authenticate: Digest realm="two", nonce="2"'));
  const response = responses(caller).at(-1);
  expect(response?.status).toBe(401);
  expect([response?.authenticate[0]?.get('realm'), response?.proxyAuthenticate[0]?.get('realm')]).toEqual([
    'one',
    'two',
  ]);
});

test('a 503 from below is a 500 above (trap 4.10 #124, PROXY-027)', async () => {
  const { caller, phone } = await trusting();
  await caller.say(request('INVITE', BOB));
  await phone.say(reply(phone, '503 Unavailable', 'INVITE', 'Retry-After: 300'));
  const response = responses(caller).at(-1);
  expect([response?.status, response?.retryAfter]).toEqual([500, undefined]);
});

test('a phone that says nothing is a 408 for an INVITE and silence for anything else (traps 4.10 #124, 4.3 #47)', async () => {
  const { world, caller } = await trusting();
  await caller.say(request('INVITE', BOB));
  await caller.say(request('OPTIONS', BOB));
  await world.pass(70_000);
  expect(responses(caller, 'INVITE').at(-1)?.status).toBe(408);
  expect(responses(caller, 'OPTIONS').filter(({ status }) => status > 100)).toEqual([]);
  await world.pass(60_000);
  expect(world.server.counts).toMatchObject({ transactions: 0, contexts: 0 });
});

test('a 2xx cancels the other branches with the reason that it was answered elsewhere (trap 4.10 #124, PROXY-031)', async () => {
  const { world, caller, phone } = await trusting();
  const second = world.peer('192.0.2.31');
  await bind(second, 'bob', '<sip:bob@192.0.2.31:5060>', 'reg-second');
  await caller.say(request('INVITE', BOB));
  await phone.say(reply(phone, '180 Ringing'));
  await second.say(reply(second, '200 OK'));
  const cancel = requests(phone, 'CANCEL')[0];
  expect(cancel?.reasons[0]).toMatchObject({ protocol: 'SIP' });
  expect(cancel?.headers.get('reason')).toContain('cause=200');
});

test('a retransmitted 2xx passes again, a second 2xx of another branch too (PROXY-030, PROXY-044)', async () => {
  const { world, caller, phone } = await trusting();
  const second = world.peer('192.0.2.31');
  await bind(second, 'bob', '<sip:bob@192.0.2.31:5060>', 'reg-second');
  await caller.say(request('INVITE', BOB));
  await phone.say(reply(phone, '200 OK'));
  await phone.say(reply(phone, '200 OK'));
  await second.say(reply(second, '200 OK'));
  const tags = responses(caller, 'INVITE')
    .filter(({ status }) => status === 200)
    .map(({ toTag }) => toTag);
  expect(tags).toEqual(['t30', 't30', 't31']);
});

test('a stray 2xx is not forwarded (RFC 6026, trap 4.3 #55)', async () => {
  const { world, caller, phone } = await trusting();
  await caller.say(request('INVITE', BOB));
  const late = reply(phone, '200 OK');
  await phone.say(late);
  await world.pass(70_000);
  const before = responses(caller).length;
  await phone.say(late);
  expect(responses(caller)).toHaveLength(before);
});

test('contacts with different q are tried one after the other (§16.6, trap 4.7 #105)', async () => {
  const { world, caller, phone } = await trusting();
  const second = world.peer('192.0.2.31');
  await bind(second, 'bob', '<sip:bob@192.0.2.31:5060>;q=0.2', 'reg-second');
  await caller.say(request('INVITE', BOB));
  expect([requests(phone, 'INVITE').length, requests(second, 'INVITE').length]).toEqual([1, 0]);
  await phone.say(reply(phone, '486 Busy Here'));
  expect(requests(second, 'INVITE')).toHaveLength(1);
  await second.say(reply(second, '200 OK'));
  expect(responses(caller).at(-1)?.status).toBe(200);
});

test('CANCEL stops the serial search: the next group is not tried (§16.10)', async () => {
  const { world, caller, phone } = await trusting();
  const second = world.peer('192.0.2.31');
  await bind(second, 'bob', '<sip:bob@192.0.2.31:5060>;q=0.2', 'reg-second');
  const invite = request('INVITE', BOB, { branch: 'serial' });
  await caller.say(invite);
  await phone.say(reply(phone, '180 Ringing'));
  expect((await caller.ask(cancelOf(invite))).status).toBe(200);
  await phone.say(reply(phone, '487 Request Terminated'));
  expect(responses(caller, 'INVITE').at(-1)?.status).toBe(487);
  expect(requests(second, 'INVITE')).toEqual([]);
});

const cancelOf = (invite: string) =>
  invite
    .replaceAll('INVITE', 'CANCEL')
    .replace('Call-ID: CANCEL', 'Call-ID: INVITE')
    .replace(/Contact: .*\n/, '');

test('a CANCEL is answered here at once, with the To tag of the responses to its INVITE (§9.2, §16.10, trap 4.3 #51)', async () => {
  const { caller, phone } = await trusting();
  const early = request('INVITE', BOB, { branch: 'early', callId: 'INVITE-early' });
  await caller.say(early);
  // The phone has said nothing yet: the CANCEL waits here for its first 1xx, the caller's own is answered.
  const first = await caller.ask(cancelOf(early));
  expect([first.status, first.toTag?.length]).toEqual([200, 16]);
  expect(requests(phone, 'CANCEL')).toEqual([]);
  await phone.say(reply(phone, '100 Trying'));
  expect(requests(phone, 'CANCEL')).toHaveLength(1);
  await phone.say(reply(phone, '487 Request Terminated'));
  const ringing = request('INVITE', BOB, { branch: 'ringing', callId: 'INVITE-ringing' });
  await caller.say(ringing);
  await phone.say(reply(phone, '180 Ringing'));
  expect((await caller.ask(cancelOf(ringing))).toTag).toBe('t30');
  await phone.say(reply(phone, '487 Request Terminated'));
  expect(responses(caller, 'INVITE').at(-1)).toMatchObject({ status: 487, toTag: 't30' });
  // Too late, and for nothing.
  const answered = request('INVITE', BOB, { branch: 'answered', callId: 'INVITE-answered' });
  await caller.say(answered);
  await phone.say(reply(phone, '200 OK'));
  expect((await caller.ask(cancelOf(answered))).status).toBe(200);
  expect(requests(phone, 'CANCEL').filter(({ callId }) => callId === 'INVITE-answered')).toEqual([]);
  expect((await caller.ask(cancelOf(answered).replace('z9hG4bKanswered', 'z9hG4bKother'))).status).toBe(481);
});

test.each(['UDP', 'WS'] as const)(
  'neither CANCEL nor ACK is challenged, over %s: they have nobody who could answer (§22.1, trap 4.3 #53)',
  async (transport) => {
    const { world, phone } = await trusting();
    const stranger = world.peer('192.0.2.66', transport);
    const via = transport === 'UDP' ? 'UDP 192.0.2.66:5060' : 'WS x7.invalid';
    const invite = request('INVITE', BOB, { from: 'carol', branch: 'own', via });
    const forwarded = signed(invite, await stranger.ask(invite), 'carol');
    await stranger.say(forwarded);
    await phone.say(reply(phone, '180 Ringing'));
    const bare = forwarded.replace(/Proxy-Authorization: .*\n/, '');
    expect((await stranger.ask(cancelOf(bare))).status).toBe(200);
    await phone.say(reply(phone, '487 Request Terminated'));
    const last = stranger.messages.at(-1);
    expect(last?.kind === 'response' && last.status).toBe(487);
    const heard = stranger.messages.length;
    await stranger.say(cancelOf(bare).replaceAll('CANCEL', 'ACK'));
    const stray = request('ACK', BOB, { from: 'carol', via, to: `<${BOB}>;tag=1`, callId: 'stray' });
    await stranger.say(stray);
    expect(stranger.messages).toHaveLength(heard);
    expect((await stranger.ask(stray.replaceAll('ACK', 'CANCEL'))).status).toBe(481);
  },
);

test('the ACK to a 2xx goes end to end by Route, the ACK to a non-2xx stays on its hop (trap 4.10 #125, PROXY-038)', async () => {
  const { caller, phone } = await trusting();
  const invite = request('INVITE', BOB, { branch: 'ack1' });
  await caller.say(invite);
  await phone.say(reply(phone, '486 Busy Here'));
  expect(requests(phone, 'ACK')).toHaveLength(1);
  await caller.say(
    invite.replaceAll('INVITE', 'ACK').replace('Call-ID: ACK', 'Call-ID: INVITE').replace('Contact', 'X'),
  );
  expect(requests(phone, 'ACK')).toHaveLength(1);
  await caller.say(request('INVITE', BOB, { branch: 'ack2', callId: 'two' }));
  await phone.say(reply(phone, '200 OK'));
  const ok = responses(caller, 'INVITE').at(-1);
  const routes = ok?.recordRoutes
    .map(({ uriText }) => `<${uriText}>`)
    .reverse()
    .join(', ');
  const ack = request('ACK', 'sip:phone@192.0.2.30:5060', {
    callId: 'two',
    to: `<${BOB}>;tag=t30`,
    lines: `Route: ${routes}`,
  });
  await caller.say(ack);
  const got = requests(phone, 'ACK').at(-1);
  expect([got?.uriText, got?.headers.has('route'), got?.vias.length]).toEqual(['sip:phone@192.0.2.30:5060', false, 2]);
  expect(responses(caller, 'ACK')).toEqual([]);
});

test('a strict router before us: the last Route becomes the Request-URI (§16.4, PROXY-007, trap 4.10 #122)', async () => {
  const { caller, phone } = await trusting();
  await caller.say(request('INVITE', BOB));
  await phone.say(reply(phone, '200 OK'));
  const [receiver, sender] =
    responses(caller, 'INVITE')
      .at(-1)
      ?.recordRoutes.map(({ uriText }) => uriText) ?? [];
  const target = '<sip:phone@192.0.2.30:5060>';
  const bye = request('BYE', sender ?? '', {
    callId: 'INVITE-1',
    cseq: 2,
    to: `<${BOB}>;tag=t30`,
    lines: `Route: <${receiver}>, ${target}`,
  });
  await caller.say(bye);
  expect(requests(phone, 'BYE')[0]?.uriText).toBe('sip:phone@192.0.2.30:5060');
  expect(requests(phone, 'BYE')[0]?.headers.has('route')).toBe(false);
});

test('two Record-Routes with loose routing, port and transport, one for each side, and no wss (trap 4.10 #126, PROXY-015, PROXY-041)', async () => {
  const { world, caller } = await trusting();
  const browser = world.peer('192.0.2.40', 'WS');
  await bind(browser, 'carol', '<sip:c@c.invalid;transport=ws>');
  await caller.say(request('INVITE', 'sip:carol@example.com'));
  const [top, below, ...more] = requests(browser, 'INVITE')[0]?.headers.list('record-route') ?? [];
  expect(top).toMatch(/^<sip:[\w-]+@192\.0\.2\.1:8080;transport=ws;lr>$/);
  expect(below).toMatch(/^<sip:[\w-]+@192\.0\.2\.1:5060;transport=udp;lr>$/);
  expect(more).toEqual([]);
});

test('unknown headers, the order of repeated ones and the body pass byte for byte; To stays when the Request-URI changes (trap 4.10 #127, PROXY-012)', async () => {
  const { caller, phone } = await trusting();
  const body = 'v=0\no=- 1 1 IN IP4 192.0.2.20\ns=\u00e9\n';
  const odd = 'x-ODD:  two  spaces ;a=B\nX-Odd: second\nk: 100rel,Timer\nSubject: I know\n you are there';
  const text = request('INVITE', BOB, { lines: odd }).replace(
    'Content-Length: 0\n',
    `Content-Type: application/sdp\nl: ${body.length + 3}\n\n${body}`,
  );
  await caller.say(text);
  const heard = phone.scripted.heard.at(-1)?.text ?? '';
  for (const line of [
    'x-ODD:  two  spaces ;a=B',
    'X-Odd: second',
    'k: 100rel,Timer',
    'Subject: I know\r\n you are there',
  ]) {
    expect(heard).toContain(`\r\n${line}\r\n`);
  }
  expect(heard.split('\r\n\r\n')[1]).toBe(body.replace(/\n/g, '\r\n'));
  expect(heard).toContain(`To: <${BOB}>\r\n`);
  expect(heard.startsWith('INVITE sip:bob@192.0.2.30:5060 SIP/2.0\r\nVia: ')).toBe(true);
});

test('an INVITE that is forwarded gets its 100 at once, however quick the phone is; what is refused gets none (§16.2, trap 4.10 #129, PROXY-020)', async () => {
  const { caller, phone } = await trusting();
  await caller.say(request('INVITE', BOB, { lines: 'Timestamp: 54' }), 50);
  const [trying] = responses(caller);
  expect([trying?.status, trying?.toTag, trying?.headers.get('timestamp')]).toEqual([100, undefined, '54']);
  await phone.say(reply(phone, '180 Ringing'), 50);
  await phone.say(reply(phone, '200 OK'), 50);
  expect(responses(caller).map(({ status }) => status)).toEqual([100, 180, 200]);
  await caller.say(request('INVITE', 'sip:nobody@example.com', { callId: 'nobody' }), 50);
  await caller.say(request('MESSAGE', BOB), 50);
  const later = responses(caller).slice(3);
  expect(later.map(({ status, cseq }) => `${status} ${cseq.method}`)).toEqual(['404 INVITE']);
});

test('a caller whose INVITE waits for a look-up hears 100 after 200 ms, once (§17.2.1, traps 4.3 #46, 4.10 #129)', async () => {
  const { world, caller } = await trusting();
  const browser = world.peer('192.0.2.40', 'WS');
  await bind(browser, 'carol', '<sip:c@c.invalid;transport=ws>');
  browser.scripted.flow?.close();
  await world.pass(10);
  await caller.say(request('INVITE', 'sip:carol@example.com'), 199);
  expect(responses(caller).map(({ status }) => status)).toEqual([]);
  await world.pass(10_000);
  expect(
    responses(caller)
      .map(({ status }) => status)
      .slice(0, 2),
  ).toEqual([100, 480]);
});

test('Timer C cancels what rings for ever, and each 1xx gives it more time (§16.6 step 11, traps 4.3 #48, 4.10 #129, PROXY-032, SEC-GW-16)', async () => {
  const { world, caller, phone } = await trusting();
  await caller.say(request('INVITE', BOB), 300);
  expect(responses(caller).map(({ status }) => status)).toEqual([100]);
  await phone.say(reply(phone, '180 Ringing'));
  await world.pass(150_000);
  await phone.say(reply(phone, '180 Ringing'));
  await world.pass(150_000);
  expect(requests(phone, 'CANCEL')).toEqual([]);
  await world.pass(36_000);
  expect(requests(phone, 'CANCEL').length).toBeGreaterThan(0);
  await world.pass(70_000);
  expect(responses(caller, 'INVITE').at(-1)?.status).toBe(408);
  await world.pass(100_000);
  expect(world.server.counts).toMatchObject({ transactions: 0, contexts: 0 });
});

test('UDP retransmissions are absorbed before authentication and before anything goes to the browser (trap 4.10 #130, GW-005)', async () => {
  const { world, caller } = await trusting();
  const browser = world.peer('192.0.2.40', 'WS');
  await bind(browser, 'carol', '<sip:c@c.invalid;transport=ws>');
  const { lookups } = world;
  const invite = request('INVITE', 'sip:carol@example.com');
  for (let i = 0; i < 4; i++) await caller.say(invite);
  expect(requests(browser, 'INVITE')).toHaveLength(1);
  expect(world.lookups).toBe(lookups);
});

test('the Contact of a browser is not rewritten (trap 4.10 #131)', async () => {
  const { world, phone } = await trusting();
  const browser = world.peer('192.0.2.40', 'WS');
  const invite = request('INVITE', BOB, { from: 'carol', via: 'WS q7.invalid' }).replace(
    /Contact: .*/,
    'Contact: <sip:c@q7.invalid;transport=ws>',
  );
  await browser.sayAs('carol', invite);
  expect(requests(phone, 'INVITE')[0]?.headers.get('contact')).toBe('<sip:c@q7.invalid;transport=ws>');
});

test('floods of unauthenticated requests over UDP leave nothing behind (trap 4.10 #132, SEC-GW-05)', async () => {
  const { world } = await trusting();
  const stranger = world.peer('192.0.2.66');
  for (let i = 0; i < 50; i++) {
    stranger.scripted.send(request('INVITE', BOB, { callId: `flood${i}` }).concat('\n'), {
      transport: 'UDP',
      host: world.address,
      port: 5060,
    });
  }
  await world.pass(100);
  expect(responses(stranger).filter(({ status }) => status === 407)).toHaveLength(50);
  expect(world.server.counts).toMatchObject({ transactions: 1, contexts: 0 });
  const before = responses(stranger).length;
  await world.pass(32_000);
  expect(responses(stranger)).toHaveLength(before);
});

test('a request to a GRUU goes to that instance only (trap 4.7 #104)', async () => {
  const { world, caller } = await trusting();
  const phones = await Promise.all(
    [1, 2].map(async (n) => {
      const peer = world.peer(`192.0.2.4${n}`);
      await bind(peer, 'carol', `<sip:c@192.0.2.4${n}:5060>;+sip.instance="<urn:uuid:${n}>"`, `c${n}`);
      return peer;
    }),
  );
  await caller.say(request('INVITE', 'sip:carol@example.com;gr=urn:uuid:2'));
  expect(phones.map((peer) => requests(peer, 'INVITE').length)).toEqual([0, 1]);
  const gone = await caller.ask(request('INVITE', 'sip:carol@example.com;gr=urn:uuid:3', { callId: 'gone' }));
  expect(gone.status).toBe(480);
});

test('sips goes over TLS to a sips contact or nowhere; sip stays sip, over wss and to a sips contact (RFC 5630 §5.3, trap 4.2 #35)', async () => {
  const { world, caller } = await trusting();
  world.network.host(world.address).listen('WSS', 8080);
  const browser = world.peer('192.0.2.40', 'WSS', 8080);
  const secure = world.peer('192.0.2.41', 'WSS', 8080);
  await bind(browser, 'carol', '<sip:c@c.invalid;transport=ws>');
  await bind(secure, 'dave', '<sips:d@d.invalid;transport=ws>');
  for (const user of ['bob', 'carol']) {
    expect((await caller.ask(request('INVITE', `sips:${user}@example.com`, { callId: user }))).status).toBe(480);
  }
  const schemes = async (scheme: string, user: string, peer: Peer) => {
    await caller.say(request('INVITE', `${scheme}:${user}@example.com`, { callId: `${scheme}-${user}` }));
    const invite = requests(peer, 'INVITE').at(-1);
    const uris = [invite?.uriText, ...(invite?.recordRoutes.map(({ uriText }) => uriText) ?? [])];
    return [invite?.callId, ...uris.map((uri) => uri?.split(':')[0])];
  };
  expect(await schemes('sips', 'dave', secure)).toEqual(['sips-dave', 'sips', 'sips', 'sips']);
  expect(await schemes('sip', 'dave', secure)).toEqual(['sip-dave', 'sip', 'sip', 'sip']);
  expect(await schemes('sip', 'carol', browser)).toEqual(['sip-carol', 'sip', 'sip', 'sip']);
});

test('MESSAGE, INFO, SUBSCRIBE and unknown methods are proxied like any other (PROXY-001)', async () => {
  const { caller, phone } = await trusting();
  for (const method of ['MESSAGE', 'SUBSCRIBE', 'PUBLISH', 'TELEPORT']) {
    await caller.say(request(method, BOB));
    await phone.say(reply(phone, '200 OK', method));
    expect(responses(caller, method).at(-1)?.status).toBe(200);
  }
  const subscribe = requests(phone, 'SUBSCRIBE')[0];
  expect([subscribe?.recordRoutes.length, requests(phone, 'MESSAGE')[0]?.recordRoutes.length]).toEqual([2, 0]);
});

test('a large request to a UDP phone goes by TCP, and its Record-Route keeps transport=udp (trap 4.2 #30, GW-003)', async () => {
  const { world, caller } = await trusting();
  const phone = world.peer('192.0.2.41');
  world.network.host('192.0.2.41').listen('TCP', 5060);
  await bind(phone, 'carol', '<sip:c@192.0.2.41:5060>');
  await caller.say(request('INVITE', 'sip:carol@example.com', { lines: `X-Large: ${'x'.repeat(1300)}` }));
  const heard = phone.scripted.heard.at(-1);
  expect(heard?.flow.transport).toBe('TCP');
  expect(heard?.message?.via.transport).toBe('TCP');
  expect(heard?.message?.headers.list('record-route')[0]).toContain('transport=udp;lr');
});

test('a large request to a phone that has no TCP arrives by UDP (trap 4.2 #30)', async () => {
  const { caller, phone } = await trusting();
  await caller.say(request('INVITE', BOB, { lines: `X-Large: ${'x'.repeat(1300)}` }));
  expect(requests(phone, 'INVITE')[0]?.via.transport).toBe('UDP');
});
