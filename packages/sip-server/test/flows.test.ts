import { cut, type TestAgent } from '@ringback/sip/testing';
import { expect, test } from 'vitest';
import { register, request, World } from './world.ts';

function cutFlow(agent: TestAgent): void {
  const flow = agent.host.connections[0];
  if (flow === undefined) throw new Error('no connection to cut');
  cut(flow);
}

async function call(world: World, transport: 'WS' | 'TCP' = 'WS') {
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await world.phone('bob', '192.0.2.12', transport);
  const call = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  bob.session.answer();
  await world.pass(1000);
  expect(call.state).toBe('connected');
  return { alice, bob, call };
}

for (const who of ['caller', 'callee'] as const) {
  for (const by of ['caller', 'callee'] as const) {
    test(`the ${who}'s WebSocket is cut in a call and comes back; the ${by} hangs up and both end`, async () => {
      const world = new World();
      const { alice, bob, call: session } = await call(world);
      cutFlow(who === 'caller' ? alice : bob);
      await world.pass(4000);
      expect([session.state, bob.session.state]).toEqual(['connected', 'connected']);
      (by === 'caller' ? session : bob.session).hangUp();
      await world.pass(2000);
      expect([session.state, bob.session.state]).toEqual(['ended', 'ended']);
      expect((by === 'caller' ? bob.session : session).end).toMatchObject({ by: 'remote', kind: 'hangup' });
    });
  }
}

for (const by of ['browser', 'desk phone'] as const) {
  test(`a TCP phone's connection is cut in a call and comes back; the ${by} hangs up and both end`, async () => {
    const world = new World();
    const { bob, call: session } = await call(world, 'TCP');
    cutFlow(bob);
    await world.pass(4000);
    expect([session.state, bob.session.state]).toEqual(['connected', 'connected']);
    (by === 'browser' ? session : bob.session).hangUp();
    await world.pass(2000);
    expect([session.state, bob.session.state]).toEqual(['ended', 'ended']);
  });
}

test('a TCP phone that has come back on another port rings once, and is reached at once', async () => {
  const world = new World();
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await world.phone('bob', '192.0.2.12', 'TCP');
  for (let i = 0; i < 3; i++) {
    cutFlow(bob);
    await world.pass(4000);
  }
  expect(await world.location.lookup('sip:bob@example.com')).toHaveLength(1);
  const session = alice.agent.call('sip:bob@example.com');
  await world.pass(500);
  expect([session.state, bob.incoming.length]).toEqual(['ringing', 1]);
  session.hangUp();
});

test('a desk phone without outbound that reconnects by TCP is reached on its new connection, its old contact delays nobody', async () => {
  const world = new World();
  const alice = await world.phone('alice', '192.0.2.11');
  const contact = (port: number) => `Contact: <sip:desk@192.0.2.30:${port};transport=tcp>`;
  const old = world.peer('192.0.2.30', 'TCP', 5060);
  await old.askAs('bob', register('bob', contact(40_001)));
  if (old.scripted.flow !== undefined) cut(old.scripted.flow);
  await world.pass(100);
  const young = world.peer('192.0.2.30', 'TCP', 5061);
  await young.askAs('bob', register('bob', contact(40_002), { cseq: 5, branch: 'again' }));
  const session = alice.agent.call('sip:bob@example.com');
  await world.pass(100);
  const invites = young.messages.filter((message) => message.kind === 'request' && message.method === 'INVITE');
  expect(invites).toHaveLength(1);
  session.hangUp();
  await world.pass(70_000);
});

test('a request for someone whose WebSocket has just closed waits for it to come back', async () => {
  const world = new World();
  const { bob, call: session } = await call(world);
  cutFlow(bob);
  session.hangUp();
  await world.pass(6000);
  expect(bob.session.end).toMatchObject({ by: 'remote', kind: 'hangup' });
});

test('a call to a page that is just being reloaded rings as soon as it is back (ghost window)', async () => {
  const world = new World();
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await world.phone('bob', '192.0.2.12');
  world.network.partition('192.0.2.12', world.address);
  cutFlow(bob);
  const session = alice.agent.call('sip:bob@example.com');
  await world.pass(2000);
  expect(session.state).toBe('calling');
  world.network.heal();
  await world.pass(3000);
  expect(session.state).toBe('ringing');
  session.hangUp();
});

test('a sender that cannot be answered while its request waits for a ghost leaves nothing behind', async () => {
  const world = new World({ trusted: ['192.0.2.20'] });
  const bob = await world.phone('bob', '192.0.2.12');
  world.network.partition('192.0.2.12', world.address);
  cutFlow(bob);
  const sender = world.peer('192.0.2.20');
  const via = 'UDP 192.0.2.20:5060;maddr=nowhere.example';
  await sender.say(request('MESSAGE', 'sip:bob@example.com', { via }));
  expect(world.server.counts).toMatchObject({ contexts: 1 });
  await world.pass(20_000);
  expect(world.server.counts).toMatchObject({ contexts: 0, transactions: 0 });
  world.network.heal();
});

test('a call to someone who left waits five seconds and is 480; after the ghost window it is 480 at once', async () => {
  const world = new World();
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await world.phone('bob', '192.0.2.12');
  world.network.partition('192.0.2.12', world.address);
  cutFlow(bob);
  const first = alice.agent.call('sip:bob@example.com');
  await world.pass(4000);
  expect(first.state).toBe('calling');
  await world.pass(2000);
  expect(first.end).toMatchObject({ status: 480 });
  await world.pass(35_000);
  const second = alice.agent.call('sip:bob@example.com');
  await world.pass(500);
  expect(second.end).toMatchObject({ status: 480 });
  world.network.heal();
});

test('a caller cancels while the call waits for a ghost', async () => {
  const world = new World();
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await world.phone('bob', '192.0.2.12');
  world.network.partition('192.0.2.12', world.address);
  cutFlow(bob);
  const session = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  session.hangUp();
  await world.pass(1000);
  expect(session.end).toMatchObject({ kind: 'cancelled' });
  world.network.heal();
  await world.pass(4000);
  expect(bob.incoming).toHaveLength(0);
});

test('a browser whose WebSocket breaks while it rings rings again on the new one', async () => {
  const world = new World();
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await world.phone('bob', '192.0.2.12');
  const session = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  cutFlow(bob);
  await world.pass(4000);
  bob.session.answer();
  await world.pass(1000);
  expect(session.state).toBe('connected');
  session.hangUp();
});

test('a fork to a WebSocket whose flow is dead fails at once, not after 32 s of Timer B (trap 4.10 #128, PROXY-033)', async () => {
  const world = new World({ limits: { ghostWait: 0 } });
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await world.phone('bob', '192.0.2.12');
  const session = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  expect(session.state).toBe('ringing');
  world.network.partition('192.0.2.12', world.address);
  cutFlow(bob);
  await world.pass(100);
  expect(session.end).toMatchObject({ status: 480 });
  expect(await world.location.lookup('sip:bob@example.com')).toEqual([]);
  world.network.heal();
});

test('the close of an old flow leaves the binding that has moved to a new one (compare and delete)', async () => {
  const world = new World();
  const contact = `Contact: <sip:b@b.invalid;transport=ws>;reg-id=1;+sip.instance="<urn:uuid:b>"\nSupported: outbound`;
  const old = world.peer('192.0.2.12', 'WS');
  expect((await old.askAs('bob', register('bob', contact))).status).toBe(200);
  const [first] = await world.location.lookup('sip:bob@example.com');
  const young = world.peer('192.0.2.13', 'WS');
  expect((await young.askAs('bob', register('bob', contact, { cseq: 5 }))).status).toBe(200);
  const [second, ...more] = await world.location.lookup('sip:bob@example.com');
  expect(more).toEqual([]);
  expect(second?.flowId).not.toBe(first?.flowId);
  if (old.scripted.flow !== undefined) cut(old.scripted.flow);
  await world.pass(1000);
  expect(await world.location.lookup('sip:bob@example.com')).toHaveLength(1);
});
