import { expect, test } from 'vitest';
import { MemoryNetwork, seededRandom, TestAgent, VirtualClock } from '../testing/index.ts';

function pair(seed = 1) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(seed) });
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'UDP', host: '192.0.2.2', port: 5060 },
  });
  const bob = new TestAgent(network, '192.0.2.2', {
    user: 'bob',
    server: { transport: 'UDP', host: '192.0.2.1', port: 5060 },
  });
  alice.agent.start();
  bob.agent.start();
  return { clock, network, alice, bob };
}

test('a call rings, is answered, and is hung up', async () => {
  const { clock, alice, bob } = pair();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(1000);
  expect(call.state).toBe('ringing');
  expect(bob.session.state).toBe('incoming');
  bob.session.answer();
  await clock.advanceSettled(1000);
  expect(call.state).toBe('connected');
  expect(bob.session.state).toBe('connected');
  call.hangUp();
  await clock.advanceSettled(1000);
  expect(call.end).toEqual({ by: 'local', kind: 'hangup' });
  expect(bob.session.end).toEqual({ by: 'remote', kind: 'hangup' });
  await clock.advanceSettled(64_000);
  expect(alice.counts).toEqual({ transactions: 0, dialogs: 0, sessions: 0, timers: 0 });
  expect(bob.counts).toEqual({ transactions: 0, dialogs: 0, sessions: 0, timers: 0 });
});
