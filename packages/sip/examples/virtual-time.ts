// A call over a network that loses every third datagram, in virtual time: the whole hour passes in a few milliseconds.
//
//   node --conditions=ringback-source packages/sip/examples/virtual-time.ts
import { MemoryNetwork, seededRandom, TestAgent, VirtualClock, Wire } from '@ringback/sip/testing';

const clock = new VirtualClock();
const network = new MemoryNetwork({ clock, random: seededRandom(7), loss: 0.33 });
const wire = new Wire(network);
const agent = (user: string, address: string, peer: string) =>
  new TestAgent(network, address, { user, server: { transport: 'UDP', host: peer, port: 5060 } });
const alice = agent('alice', '192.0.2.1', '192.0.2.2');
const bob = agent('bob', '192.0.2.2', '192.0.2.1');

bob.onIncoming = (session) => session.answer();
alice.agent.start();
bob.agent.start();
const call = alice.agent.call('sip:bob@example.com');
await clock.advanceSettled(3_600_000);
call.hangUp();
await clock.advanceSettled(60_000);

for (const { at, from, to, message } of wire.seen) {
  const line = message.kind === 'request' ? message.method : `${message.status} ${message.reason}`;
  console.log(`${(at / 1000).toFixed(3).padStart(9)} s  ${from} → ${to}  ${line}`);
}
console.log(`ended: ${JSON.stringify(call.end)}, left over: ${JSON.stringify(alice.counts)}`);
