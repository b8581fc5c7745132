import { MemoryNetwork, seededRandom, TestAgent, VirtualClock } from '@ringback/sip/testing';

import { heap } from './heap.ts';

/** INVITE, 200, ACK, BYE between two user agents in memory: calls a second of CPU, octets of heap a call that is up, and what is left afterwards. */
export async function calls(
  count: number,
): Promise<{ readonly perSecond: number; readonly heapPerCall: number; readonly left: number }> {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(1), latency: 1 });
  const agent = (user: string, address: string, peer: string) =>
    new TestAgent(network, address, {
      user,
      server: { transport: 'UDP', host: peer, port: 5060 },
      options: { maxSessions: 100_000 },
    });
  const alice = agent('alice', '192.0.2.1', '192.0.2.2');
  const bob = agent('bob', '192.0.2.2', '192.0.2.1');
  bob.onIncoming = (session) => session.answer();
  alice.agent.start();
  bob.agent.start();
  let up = 0;
  const run = async (many: number) => {
    for (let done = 0; done < many; done += 100) {
      const sessions = Array.from({ length: 100 }, () => alice.agent.call('sip:bob@example.com'));
      await clock.advanceSettled(500);
      up += sessions.filter(({ state }) => state === 'connected').length;
      for (const session of sessions) session.hangUp();
      await clock.advanceSettled(40_000);
      alice.forget();
      bob.forget();
    }
  };
  // So that all code is compiled before it counts.
  await run(warm);
  const before = heap();
  const cpu = process.cpuUsage();
  await run(count);
  const { user, system } = process.cpuUsage(cpu);
  if (up !== warm + count) throw new Error(`only ${up} of ${warm + count} calls came up`);
  const left = heap() - before;
  const some = Array.from({ length: 500 }, () => alice.agent.call('sip:bob@example.com'));
  await clock.advanceSettled(40_000);
  const heapPerCall = (heap() - before - left) / some.length;
  for (const session of some) session.hangUp();
  await clock.advanceSettled(40_000);
  return { perSecond: count / ((user + system) / 1e6), heapPerCall, left };
}

const warm = 1000;
