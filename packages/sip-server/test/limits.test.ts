import { expect, test } from 'vitest';
import { BOB, bind, reply, requests, responses, trusting } from './trusting.ts';
import { register, request, signed, World } from './world.ts';

// The defaults are shown where the rules are tested; here each is a setting.

test('contactsPerRegister: bindings an account may have', async () => {
  const world = new World({ limits: { contactsPerRegister: 1 } });
  const alice = world.peer('192.0.2.20');
  const two = '<sip:a@192.0.2.20:5060>, <sip:b@192.0.2.20:5060>';
  expect((await alice.askAs('alice', register('alice', `Contact: ${two}`))).status).toBe(403);
  await bind(alice, 'alice', '<sip:a@192.0.2.20:5060>', 'reg-one');
});

test('flowTimer: what an outbound user agent is told (RFC 5626 §4.4.1)', async () => {
  const world = new World({ limits: { flowTimer: 45 } });
  const contact = '<sip:a@a.invalid;transport=ws>;reg-id=1;+sip.instance="<urn:uuid:1>"';
  const text = register('alice', `Contact: ${contact}\nSupported: outbound`);
  const response = await world.peer('192.0.2.20').askAs('alice', text);
  expect(response.headers.get('flow-timer')).toBe('45');
});

test('maxBreadth: branches of a request that says nothing of it (RFC 5393 §5.3)', async () => {
  const { world, caller, phone } = await trusting({ limits: { maxBreadth: 7 } });
  await caller.say(request('OPTIONS', BOB));
  expect(requests(phone, 'OPTIONS').at(-1)?.headers.get('max-breadth')).toBe('7');
  const second = world.peer('192.0.2.31');
  await bind(second, 'bob', '<sip:bob@192.0.2.31:5060>', 'reg-second');
  await caller.say(request('OPTIONS', BOB, { callId: 'fork' }));
  expect(requests(second, 'OPTIONS').at(-1)?.headers.get('max-breadth')).toMatch(/^[34]$/);
});

test('maxForwards: hops of a request that says nothing of it (§16.6 step 3)', async () => {
  const { caller, phone } = await trusting({ limits: { maxForwards: 12 } });
  await caller.say(request('OPTIONS', BOB).replace('Max-Forwards: 70\n', ''));
  expect(requests(phone, 'OPTIONS').at(-1)?.maxForwards).toBe(12);
});

test('nonceLifetime: age from which a nonce is stale', async () => {
  const world = new World({ limits: { nonceLifetime: 10_000 } });
  const alice = world.peer('192.0.2.20');
  const text = register('alice');
  const answer = signed(text, await alice.ask(text), 'alice');
  await world.pass(11_000);
  expect((await alice.ask(answer)).authenticate[0]?.get('stale')).toBe('true');
});

test('noncesRemembered: a forgotten nonce is refused, never taken twice', async () => {
  const world = new World({ limits: { noncesRemembered: 1 } });
  const alice = world.peer('192.0.2.20');
  const use = async (callId: string) => {
    const text = register('alice', '', { callId });
    const answer = signed(text, await alice.ask(text), 'alice');
    expect((await alice.ask(answer)).status).toBe(200);
    return answer;
  };
  const first = await use('one');
  await world.pass(1000);
  await use('two');
  const replay = first.replaceAll('one', 'uno');
  expect((await alice.ask(replay)).status).toBe(401);
});

test('timerC: how long it may ring (§16.6 step 11)', async () => {
  const { world, caller, phone } = await trusting({ limits: { timerC: 20_000 } });
  await caller.say(request('INVITE', BOB), 300);
  await phone.say(reply(phone, '180 Ringing'));
  await world.pass(21_000);
  expect(requests(phone, 'CANCEL')).not.toEqual([]);
  await phone.say(reply(phone, '487 Request Terminated'));
  expect(responses(caller, 'INVITE').at(-1)?.status).toBe(487);
});
