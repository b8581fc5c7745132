import { createResponse, UserAgent } from '@ringback/sip';
import { MemoryNetwork, seededRandom, TestElement, VirtualClock } from '@ringback/sip/testing';
import { heap } from './heap.ts';

/**
 * User agents that are registered, with digest, and at rest, each over a WebSocket of its own: octets of heap for one. What the network in
 * memory and the server's end take for such a connection is measured apart, without a user agent, and not counted.
 */
export async function registrations(
  count: number,
): Promise<{ readonly perAgent: number; readonly perConnection: number }> {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const network = new MemoryNetwork({ clock, random, latency: 1 });
  const server = { transport: 'WS', host: '192.0.2.9', port: 80 } as const;
  const registrar = new TestElement(network, server.host, { listen: [['WS', server.port]] });
  registrar.answer = (transaction) => {
    const { request } = transaction;
    const known = request.headers.has('authorization');
    const challenge = `Digest realm="example.com", nonce="${request.callId}", qop="auth", algorithm=SHA-256`;
    const headers = known ? ['Contact', request.headers.get('contact') ?? ''] : ['WWW-Authenticate', challenge];
    transaction.respond(
      createResponse(request, known ? 200 : 401, { toTag: 'registrar', headers: [headers as [string, string]] }),
    );
  };
  let hosts = 0;
  const newHost = () => network.host(`10.${++hosts >> 16}.${(hosts >> 8) & 255}.${hosts & 255}`);
  /** Until everything rests; what the server wrote down is no part of it. */
  const rest = async () => {
    await clock.advanceSettled(40_000);
    for (const list of [registrar.requests, registrar.opened, registrar.closed, registrar.logged]) list.length = 0;
  };
  const nobody = { opened() {}, received() {}, closed() {} };
  const connect = (many: number) =>
    Array.from({ length: many }, () => {
      const host = newHost();
      host.attach(nobody);
      host.connect(server);
      return host;
    });
  const events = {};
  const sessionDescription = () => {
    throw new Error('nobody calls here');
  };
  const start = (many: number) =>
    Array.from({ length: many }, (_, i) => {
      const host = newHost();
      const account = { aor: `sip:user${i}@example.com`, password: 'secret' };
      const agent = new UserAgent({
        clock,
        random,
        transportPort: host,
        account,
        server,
        sessionDescription,
        events,
      });
      host.attach(agent);
      agent.start();
      agent.register();
      return agent;
    });
  // So that all code is compiled before it counts.
  start(100);
  await rest();
  const empty = heap();
  const connections = connect(count);
  await rest();
  const connected = heap();
  const agents = start(count);
  await rest();
  const registered = agents.filter(({ registration }) => registration.state === 'registered').length;
  if (registered !== count) throw new Error(`only ${registered} of ${count} registered`);
  const perConnection = (connected - empty) / connections.length;
  return { perAgent: (heap() - connected) / count - perConnection, perConnection };
}
