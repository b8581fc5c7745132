import { treatAs } from '@ringback/sip';
import { expect, test } from 'vitest';
import { BOB, bind, cancelOf, reply, requests, responses, trusting } from './trusting.ts';
import { request, signed } from './world.ts';

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

test('the best of several finals: 6xx, else the lowest class, in 4xx what can be mended (§16.7 step 6, trap 4.10 #124, PROXY-026)', async () => {
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
  'neither CANCEL nor ACK is challenged, over %s: they have nobody who could answer (§22.1, trap 4.3 #53, PROXY-006)',
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

test('an INVITE that is forwarded gets its 100 at once, however quick the phone is; what is refused gets none (§16.2, trap 4.10 #129, PROXY-020, PROXY-036)', async () => {
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

test('a caller whose INVITE waits for a look-up hears 100 after 200 ms, once (§17.2.1, traps 4.3 #46, 4.10 #129, PROXY-036)', async () => {
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

test('every final nobody here acts on reaches the caller as the phone said it (§16.7 step 9)', async () => {
  const statuses = Array.from({ length: 400 }, (_, index) => index + 300);
  for (const status of statuses.filter((each) => treatAs(each) === each && each !== 503 && each !== 430)) {
    const { caller, phone } = await trusting();
    await caller.say(request('INVITE', BOB));
    await phone.say(reply(phone, `${status} As it is`, 'INVITE', 'X-Note: kept'));
    const response = responses(caller).at(-1);
    expect([response?.status, response?.reason, response?.headers.get('x-note')]).toEqual([status, 'As it is', 'kept']);
  }
});

test('a phone that knows nothing of its flow (430) is not there for the caller: 480 (RFC 5626 §11.5)', async () => {
  const { caller, phone } = await trusting();
  await caller.say(request('INVITE', BOB));
  await phone.say(reply(phone, '430 Flow Failed'));
  expect(responses(caller).at(-1)?.status).toBe(480);
});
