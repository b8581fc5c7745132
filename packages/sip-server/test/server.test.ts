import { SipRequest, SipResponse } from '@ringback/sip';
import { expect, test } from 'vitest';
import { FlowTokens } from '../src/edge/flow-token.ts';
import { SipServer } from '../src/index.ts';
import { register, request, World } from './world.ts';

test('drain refuses new INVITEs and REGISTERs with Retry-After, serves calls that stand, and ends when all have their answer', async () => {
  const world = new World({ limits: { drain: { retryAfter: 7, wait: 60_000 } } });
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await world.phone('bob', '192.0.2.12');
  const standing = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  bob.session.answer();
  await world.pass(1000);
  const ringing = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  let drained = false;
  void world.server.drain().then(() => {
    drained = true;
  });
  const late = world.peer('192.0.2.20');
  const refused = await late.ask(register('carol', 'Contact: <sip:c@192.0.2.20>'));
  expect([refused.status, refused.retryAfter]).toEqual([503, 7]);
  expect((await late.ask(request('INVITE', 'sip:bob@example.com', { from: 'carol' }))).status).toBe(503);
  expect(drained).toBe(false);
  bob.session.reject(486);
  standing.hangUp();
  await world.pass(2000);
  expect([standing.state, ringing.end?.status, drained]).toEqual(['ended', 486, true]);
});

test('drain ends at its limit, whoever still rings', async () => {
  const world = new World();
  const alice = await world.phone('alice', '192.0.2.11');
  await world.phone('bob', '192.0.2.12');
  alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  let drained = false;
  void world.server.drain().then(() => {
    drained = true;
  });
  await world.pass(1400);
  expect(drained).toBe(false);
  await world.pass(200);
  expect(drained).toBe(true);
});

test('the trace tells caller from callee on both legs and in both directions, and whose flow it is', async () => {
  const world = new World();
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await world.phone('bob', '192.0.2.12');
  expect(world.traces.every(({ role }) => role === 'client')).toBe(true);
  world.traces.length = 0;
  const call = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  bob.session.answer();
  await world.pass(1000);
  bob.session.hangUp();
  await world.pass(1000);
  expect(call.state).toBe('ended');
  for (const { role, aor, flow } of world.traces) {
    const fromAlice = flow.remote.host === '192.0.2.11';
    expect([role, aor]).toEqual(fromAlice ? ['caller', 'sip:alice@example.com'] : ['callee', 'sip:bob@example.com']);
  }
  const story = world.traces.map(({ direction, role, message }) => {
    const what = message instanceof SipRequest ? message.method : message instanceof SipResponse && message.status;
    return `${direction} ${role} ${what}`;
  });
  expect(story).toEqual([
    'in caller INVITE',
    ...(story.includes('out caller 407') ? ['out caller 407', 'in caller ACK', 'in caller INVITE'] : []),
    'out caller 100',
    'out callee INVITE',
    'in callee 180',
    'out caller 180',
    'in callee 200',
    'out caller 200',
    'in caller ACK',
    'out callee ACK',
    'in callee BYE',
    'out caller BYE',
    'in caller 200',
    'out callee 200',
  ]);
});

test('a listener or a credential store that throws breaks nothing', async () => {
  const world = new World();
  const peer = world.peer('192.0.2.20');
  world.registered.push = () => {
    throw new Error('listener');
  };
  expect((await peer.askAs('alice', register('alice', 'Contact: <sip:a@192.0.2.20>'))).status).toBe(200);
});

test('beyond its limit of pending requests new ones are 503 (trap 4.10 #132)', async () => {
  const world = new World({ limits: { pending: 1 }, trusted: ['192.0.2.20'] });
  await world.phone('bob', '192.0.2.12');
  const caller = world.peer('192.0.2.20');
  const statuses: number[] = [];
  for (let n = 0; n < 4; n++) {
    const heard = await caller.say(request('INVITE', 'sip:bob@example.com', { callId: `many${n}` }), 300);
    statuses.push(
      heard
        .filter(({ callId }) => callId === `many${n}`)
        .map((m) => (m.kind === 'response' ? m.status : 0))
        .at(-1) ?? 0,
    );
  }
  expect(statuses).toEqual([180, 503, 503, 503]);
});

test('a secret that is too short is a mistake at once', () => {
  expect(() => new SipServer({ secret: new Uint8Array(16) } as never)).toThrow(TypeError);
  expect(new FlowTokens(new Uint8Array(32))).toBeDefined();
});
