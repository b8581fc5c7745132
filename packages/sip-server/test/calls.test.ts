import { expect, test } from 'vitest';
import { NOTHING, World } from './world.ts';

test('two browsers register, one calls, the other answers, the caller hangs up', async () => {
  const world = new World();
  const alice = await world.phone('alice', '192.0.2.11');
  const bob = await world.phone('bob', '192.0.2.12');
  const call = alice.agent.call('sip:bob@example.com');
  await world.pass(1000);
  expect(call.state).toBe('ringing');
  bob.session.answer();
  await world.pass(1000);
  expect([call.state, bob.session.state]).toEqual(['connected', 'connected']);
  call.hangUp();
  await world.pass(1000);
  expect(bob.session.end).toMatchObject({ by: 'remote', kind: 'hangup' });
  expect(await world.leftovers()).toEqual(NOTHING);
});
