// Two user agents on this machine call each other over real UDP; one answers after a second, the other hangs up after two.
//
//   node --conditions=ringback-source packages/sip/examples/two-phones.ts
import { cryptoRandom, type Destination, systemClock, UserAgent, type UserAgentEvents } from '@ringback/sip';
import { FakeSessionDescription } from '@ringback/sip/testing';
import { UdpPort } from './udp-port.ts';

const clock = systemClock({ now: Date.now, setTimeout, clearTimeout });
const random = cryptoRandom(crypto);

function phone(user: string, port: UdpPort, server: Destination, events: UserAgentEvents): UserAgent {
  const agent = new UserAgent({
    clock,
    random,
    transportPort: port,
    account: { aor: `sip:${user}@example.com` },
    server,
    // In a browser this is a peer connection.
    sessionDescription: () => new FakeSessionDescription('127.0.0.1'),
    events,
    trace: ({ direction, message }) => {
      if (direction === 'out' && message) console.log(`${user.padEnd(6)} ${firstLine(message)}`);
    },
  });
  port.events = agent;
  agent.start();
  return agent;
}

const firstLine = (message: { kind: string; method?: string; status?: number; reason?: string }): string =>
  message.method ?? `${message.status} ${message.reason}`;

const [a, b] = [new UdpPort(), new UdpPort()];
const [addressA, addressB] = await Promise.all([a.bind('127.0.0.1'), b.bind('127.0.0.1')]);
const bob = phone(
  'bob',
  b,
  { transport: 'UDP', ...addressA },
  {
    incoming: (session) => setTimeout(() => session.answer(), 1000),
  },
);
const alice = phone(
  'alice',
  a,
  { transport: 'UDP', ...addressB },
  {
    session: (session) => {
      console.log(`       alice's call is ${session.state}`);
      if (session.state === 'connected') setTimeout(() => session.hangUp(), 2000);
    },
    ended: async () => {
      await Promise.all([alice.stop(), bob.stop()]);
      a.close();
      b.close();
    },
  },
);
alice.call('sip:bob@example.com');
