// Registers at any registrar over UDP, says what came of it, and unregisters.
//
//   node --conditions=ringback-source packages/sip/examples/register.ts sip:alice@example.com secret 192.0.2.10:5060
import { cryptoRandom, systemClock, UserAgent } from '@ringback/sip';
import { FakeSessionDescription } from '@ringback/sip/testing';
import { UdpPort } from './udp-port.ts';

const [aor, password, server = ''] = process.argv.slice(2);
const [host, port = '5060'] = server.split(':');
if (!aor || !password || !host) {
  console.error('usage: register.ts <sip:user@domain> <password> <numeric address[:port]>');
  process.exit(2);
}
const udp = new UdpPort();
await udp.bind('0.0.0.0');
const agent = new UserAgent({
  clock: systemClock({ now: Date.now, setTimeout, clearTimeout }),
  random: cryptoRandom(crypto),
  transportPort: udp,
  account: { aor, password },
  server: { transport: 'UDP', host, port: Number(port) },
  sessionDescription: () => new FakeSessionDescription(),
  events: {
    registration: async (state) => {
      console.log(state);
      if (state.state !== 'registered' && state.state !== 'failed') return;
      await agent.stop();
      udp.close();
    },
  },
});
udp.events = agent;
agent.start();
agent.register();
