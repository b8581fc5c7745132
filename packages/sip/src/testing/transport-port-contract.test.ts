import { describe, test } from 'vitest';
import { MemoryNetwork, seededRandom, transportPortContract, VirtualClock } from './index.ts';

const FAR = '192.0.2.2';
const transports = ['UDP', 'TCP', 'TLS', 'WS', 'WSS'] as const;

describe('the memory network keeps the contract of the transport port', () => {
  for (const transport of transports) {
    const contract = transportPortContract(transport, (near, far) => {
      const clock = new VirtualClock();
      const network = new MemoryNetwork({ clock, random: seededRandom(7), jitter: 0 });
      const [one, other] = [network.host('192.0.2.1'), network.host(FAR)];
      one.attach(near);
      other.attach(far);
      one.listen('UDP', 5060);
      one.listen('UDP', 5070);
      other.listen('UDP', 5080);
      other.listen(transport, 5080);
      return {
        port: one,
        farPort: other,
        address: { host: FAR, port: 5080 },
        nowhere: { host: FAR, port: 5999 },
        second: { host: '192.0.2.1', port: 5070 },
        pass: () => clock.advance(10),
      };
    });
    for (const { name, run } of contract) test(name, run);
  }
});
