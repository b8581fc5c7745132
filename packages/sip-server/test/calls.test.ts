import { cut, type TestAgent } from '@ringback/sip/testing';
import { expect, test } from 'vitest';
import { World } from './world.ts';

type Transport = 'WS' | 'UDP' | 'TCP';

async function pair(world: World, one: Transport = 'WS', other: Transport = 'WS') {
  return {
    alice: await world.phone('alice', '192.0.2.11', one),
    bob: await world.phone('bob', '192.0.2.12', other),
  };
}

async function connect(world: World, alice: TestAgent, bob: TestAgent) {
  const call = alice.agent.call('sip:bob@example.com');
  await world.pass(2000);
  bob.session.answer();
  await world.pass(2000);
  expect([call.state, bob.session.state]).toEqual(['connected', 'connected']);
  return call;
}

const legs: readonly (readonly [Transport, Transport])[] = [
  ['WS', 'WS'],
  ['WS', 'UDP'],
  ['UDP', 'WS'],
  ['UDP', 'UDP'],
  ['WS', 'TCP'],
  ['TCP', 'UDP'],
];

for (const [one, other] of legs) {
  test(`a call from ${one} to ${other} is answered and hung up by the caller, then by the callee (§16, PROXY-037)`, async () => {
    const world = new World();
    const { alice, bob } = await pair(world, one, other);
    const first = await connect(world, alice, bob);
    first.hangUp();
    await world.pass(1000);
    expect(bob.session.end).toMatchObject({ by: 'remote', kind: 'hangup' });
    const second = await connect(world, alice, bob);
    bob.session.hangUp();
    await world.pass(1000);
    expect(second.end).toMatchObject({ by: 'remote', kind: 'hangup' });
  });

  test(`hold and resume from both sides, ${one} to ${other}, pass by Record-Route`, async () => {
    const world = new World();
    const { alice, bob } = await pair(world, one, other);
    const call = await connect(world, alice, bob);
    call.hold();
    await world.pass(2000);
    expect([call.held.local, bob.session.held.remote]).toEqual([true, true]);
    call.resume();
    await world.pass(2000);
    bob.session.hold();
    await world.pass(2000);
    expect([call.held.remote, bob.session.held.local]).toEqual([true, true]);
    call.hangUp();
  });
}

test('a declined call is told to the caller with the status of the callee', async () => {
  const world = new World();
  const { alice, bob } = await pair(world);
  const call = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  bob.session.reject(486);
  await world.pass(1000);
  expect(call.end).toMatchObject({ kind: 'rejected', status: 486 });
});

test('a caller who gives up while it rings cancels every branch (§16.10, PROXY-034)', async () => {
  const world = new World();
  const { alice, bob } = await pair(world, 'WS', 'UDP');
  const call = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  call.hangUp();
  await world.pass(1000);
  expect(bob.session.end).toMatchObject({ by: 'remote', kind: 'cancelled' });
  expect(call.end).toMatchObject({ kind: 'cancelled' });
});

test('a caller who vanishes while it rings leaves nothing ringing (GW-006)', async () => {
  const world = new World();
  const { alice, bob } = await pair(world);
  alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  const flow = alice.host.connections[0];
  if (flow !== undefined) cut(flow);
  await world.pass(1000);
  expect(bob.session.end).toMatchObject({ kind: 'cancelled' });
});

test('two phones of one account both ring; the one that answers has the call, the other hears that it was taken', async () => {
  const world = new World();
  const { alice, bob } = await pair(world);
  const other = await world.phone('bob', '192.0.2.13', 'UDP');
  const call = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  expect([bob.session.state, other.session.state]).toEqual(['incoming', 'incoming']);
  other.session.answer();
  await world.pass(1000);
  expect(call.state).toBe('connected');
  expect(bob.session.end).toMatchObject({ kind: 'answered-elsewhere' });
  call.hangUp();
  await world.pass(1000);
  expect(other.session.end).toMatchObject({ by: 'remote' });
});

test('both phones answer at once: the caller keeps one and ends the other, the late 2xx gets through (§16.7 step 5, PROXY-030)', async () => {
  const world = new World();
  const { alice, bob } = await pair(world);
  const other = await world.phone('bob', '192.0.2.13', 'UDP');
  const call = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  bob.session.answer();
  other.session.answer();
  await world.pass(3000);
  expect(call.state).toBe('connected');
  const states = [bob.session.state, other.session.state].sort();
  expect(states).toEqual(['connected', 'ended']);
  call.hangUp();
});

test('one phone declines, the other goes on ringing and answers', async () => {
  const world = new World();
  const { alice, bob } = await pair(world);
  const other = await world.phone('bob', '192.0.2.13');
  const call = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  bob.session.reject(486);
  await world.pass(1000);
  expect(call.state).toBe('ringing');
  other.session.answer();
  await world.pass(1000);
  expect(call.state).toBe('connected');
  call.hangUp();
});

test('a 603 of one phone ends the ringing of the other (§16.7 step 5, PROXY-025)', async () => {
  const world = new World();
  const { alice, bob } = await pair(world);
  const other = await world.phone('bob', '192.0.2.13');
  const call = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  bob.session.reject(603);
  await world.pass(1000);
  expect(other.session.end).toMatchObject({ kind: 'cancelled' });
  expect(call.end).toMatchObject({ status: 603 });
});

test('an extension reaches the account behind it', async () => {
  const world = new World();
  const { alice, bob } = await pair(world);
  const call = alice.agent.call('1002');
  await world.pass(1000);
  expect(bob.session.state).toBe('incoming');
  call.hangUp();
});

test('an unknown user is 404, a known one without a phone is 480 (PROXY-011)', async () => {
  const world = new World();
  const { alice } = await pair(world);
  const unknown = alice.agent.call('sip:nobody@example.com');
  const away = alice.agent.call('sip:carol@example.com');
  await world.pass(1000);
  expect(unknown.end).toMatchObject({ status: 404 });
  expect(away.end).toMatchObject({ status: 480 });
});

test('a wrong password registers nothing, is told, and counts as one mistake (§22.3, trap 4.8 #109)', async () => {
  const world = new World();
  const agent = world.agent('alice', '192.0.2.11', 'WS', {
    options: { account: { aor: 'sip:alice@example.com', password: 'wrong' } },
  });
  agent.agent.start();
  agent.agent.register();
  await world.pass(2000);
  expect(agent.agent.registration).toMatchObject({ state: 'failed', status: 401 });
  expect(world.failedLogins).toHaveLength(1);
  expect(world.server.counts.bindings).toBe(0);
});

const lossy: readonly (readonly [Transport, Transport, number])[] = [
  ['UDP', 'UDP', 1],
  ['UDP', 'UDP', 2],
  ['UDP', 'UDP', 3],
  ['WS', 'UDP', 4],
  ['WS', 'UDP', 5],
  ['UDP', 'WS', 6],
  ['UDP', 'WS', 7],
];

for (const [one, other, seed] of lossy) {
  test(`a call from ${one} to ${other} comes and goes with a fifth of the datagrams lost (seed ${seed})`, async () => {
    const world = new World({ seed });
    const { alice, bob } = await pair(world, one, other);
    world.network.conditions = { ...world.network.conditions, loss: 0.2, jitter: 30, duplicate: 0.1, reorder: 0.1 };
    const call = alice.agent.call('sip:bob@example.com');
    await world.pass(60_000);
    bob.session.answer();
    await world.pass(30_000);
    expect([call.state, bob.session.state]).toEqual(['connected', 'connected']);
    expect(bob.incoming).toHaveLength(1);
    call.hold();
    await world.pass(30_000);
    expect(bob.session.held.remote).toBe(true);
    (seed % 2 === 0 ? call : bob.session).hangUp();
    await world.pass(40_000);
    expect([call.state, bob.session.state]).toEqual(['ended', 'ended']);
    world.network.conditions = { ...world.network.conditions, loss: 0 };
  });
}
