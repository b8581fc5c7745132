import { expect, test } from 'vitest';
import { BOB, bind, reply, requests, responses, trusting } from './trusting.ts';
import { type Peer, register, request } from './world.ts';

test('what is wrong with a request is found in the order of §16.3 (trap 4.10 #122, PROXY-002, PROXY-003, PROXY-005)', async () => {
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

test('Proxy-Require is answered before authentication, authentication before the target is looked up (trap 4.10 #122, PROXY-005, PROXY-006)', async () => {
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

test('Max-Forwards goes down by one, is 70 when absent, and is capped (PROXY-014, trap 4.1 #18, SEC-GW-10, PROXY-003)', async () => {
  const { caller, phone } = await trusting();
  for (const [line, expected] of [
    ['Max-Forwards: 12\n', 11],
    ['', 70],
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

test('unknown headers, the order of repeated ones and the body pass byte for byte; To stays when the Request-URI changes (trap 4.10 #127, PROXY-012, TPT-015, TPT-017)', async () => {
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

test('MESSAGE, INFO, SUBSCRIBE and unknown methods are proxied like any other (PROXY-001, PROXY-005)', async () => {
  const { caller, phone } = await trusting();
  for (const method of ['MESSAGE', 'SUBSCRIBE', 'PUBLISH', 'TELEPORT']) {
    await caller.say(request(method, BOB));
    await phone.say(reply(phone, '200 OK', method));
    expect(responses(caller, method).at(-1)?.status).toBe(200);
  }
  const subscribe = requests(phone, 'SUBSCRIBE')[0];
  expect([subscribe?.recordRoutes.length, requests(phone, 'MESSAGE')[0]?.recordRoutes.length]).toEqual([2, 0]);
});

test('a large request to a UDP phone goes by TCP, and its Record-Route keeps transport=udp (trap 4.2 #30, GW-003, TPT-001)', async () => {
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

test('a foreign strict router ahead becomes the Request-URI, and the target goes to the end of the Routes (§16.6 step 6, PROXY-017)', async () => {
  const { caller, phone } = await trusting();
  await caller.say(
    request('OPTIONS', BOB, { lines: 'Route: <sip:192.0.2.1;lr>, <sip:strict.example>, <sip:b.example;lr>' }),
  );
  const [sent] = requests(phone, 'OPTIONS');
  expect(sent?.uriText).toBe('sip:strict.example');
  expect(sent?.headers.list('route')).toEqual(['<sip:b.example;lr>', '<sip:bob@192.0.2.30:5060>']);
});

test('each branch of a fork has a branch of its own, and so has the next request (§16.6 step 8, PROXY-018)', async () => {
  const { world, caller, phone } = await trusting();
  const second = world.peer('192.0.2.31');
  await bind(second, 'bob', '<sip:second@192.0.2.31:5060>', 'reg-second');
  await caller.say(request('OPTIONS', BOB, { callId: 'one' }));
  await caller.say(request('OPTIONS', BOB, { callId: 'two' }));
  const branches = [phone, second].flatMap((peer) => requests(peer, 'OPTIONS').map(({ via }) => via.branch ?? ''));
  // Asked again while nobody answers: the same branch for the same request.
  expect(new Set(branches).size).toBe(4);
  for (const branch of branches) expect(branch).toMatch(/^z9hG4bK[\w-]{20}/);
});

test('a response whose only Via is ours is not sent on, and leaves its caller with 502 (§16.7 step 3, PROXY-022)', async () => {
  const { caller, phone } = await trusting();
  await caller.say(request('OPTIONS', BOB));
  const whole = reply(phone, '200 OK', 'OPTIONS');
  const vias = whole.split('\n').filter((line) => line.startsWith('Via:'));
  expect(vias).toHaveLength(2);
  await phone.say(whole.replace(`${vias[1]}\n`, ''));
  expect(responses(caller, 'OPTIONS').map(({ status }) => status)).toEqual([502]);
});

test('a request of a browser goes over UDP under our Via, its own filled in, with two Record-Routes and one hop less; the answer comes back on its connection (RFC 7118 §5.3, GW-001, GW-002)', async () => {
  const { world, phone } = await trusting();
  const browser = await world.phone('alice', '192.0.2.40');
  const before = world.traces.length;
  browser.agent.call(BOB);
  await world.pass(300);
  const [invite] = requests(phone, 'INVITE');
  expect(invite?.vias.map(({ transport }) => transport)).toEqual(['UDP', 'WS']);
  expect(invite?.via.host).toBe('192.0.2.1');
  expect(invite?.vias[1]?.received).toBe('192.0.2.40');
  expect(invite?.recordRoutes).toHaveLength(2);
  expect(invite?.maxForwards).toBe(69);
  await phone.say(reply(phone, '486 Busy Here'));
  expect(browser.agent.sessions).toEqual([]);
  expect(world.traces.length).toBeGreaterThan(before);
});
