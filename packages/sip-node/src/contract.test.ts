import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silent } from '@ringback/sip';
import { type ContractEnds, type OpenEnds, RecordingUser, transportPortContract } from '@ringback/sip/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loopbackCertificate } from '../test/loopback-certificate.ts';
import type { FlowUser } from './flow-user.ts';
import { SocketPort } from './socket-port.ts';
import { StreamListener } from './stream.ts';
import { UdpListener } from './udp.ts';
import { WebSocketPort } from './websocket-client.ts';
import { WebSocketListener } from './websocket-listener.ts';

const HOST = '127.0.0.1';
/** Privileged, and taken by nothing. */
const NOWHERE = { host: HOST, port: 1 };

const pass = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('datagrams of real sockets', () => {
  keepsContract('UDP', async (near, far) => {
    const first = await udp(near);
    const second = await udp(near);
    const other = await udp(far);
    return {
      port: new SocketPort([first, second], []),
      farPort: new SocketPort([other], []),
      address: other.local,
      second: second.local,
      ...rest(first, second, other),
    };
  });

  it('leave on the same flow again after it was forgotten: it is the pair of addresses', async () => {
    const listener = await udp(new RecordingUser(), 1);
    onTestFinished(() => listener.close());
    const first = listener.flow({ host: HOST, port: 4001 });
    expect(listener.flow({ host: HOST, port: 4001 })).toBe(first);
    listener.flow({ host: HOST, port: 4002 });
    const again = listener.flow({ host: HOST, port: 4001 });
    expect(again).not.toBe(first);
    expect(again.id).toBe(first.id);
  });

  it('show a link-local address without the zone that leads to it', async () => {
    const listener = await UdpListener.listen({ host: '::1', port: 0, user: new RecordingUser(), log: silent });
    onTestFinished(() => listener.close());
    const flow = listener.connect({ transport: 'UDP', host: 'fe80::1%lo', port: 5060 });
    expect(flow?.remote).toEqual({ host: 'fe80::1', port: 5060 });
    flow?.send(Buffer.from('x'));
  });
});

describe.each(['TCP', 'TLS'] as const)('%s connections of real sockets', (transport) => {
  const tls = loopbackCertificate();

  keepsContract(transport, async (near, far) => {
    const options = { transport, host: HOST, port: 0, log: silent, ...(transport === 'TLS' ? { tls } : {}) };
    const one = await StreamListener.listen({ ...options, user: near });
    const other = await StreamListener.listen({ ...options, user: far });
    return { port: new SocketPort([], [one]), address: other.local, ...rest(one, other) };
  });

  describe('without a listener', () => {
    keepsContract(transport, async (near, far) => {
      const options = { transport, host: HOST, log: silent, tls };
      const one = StreamListener.outgoing({ ...options, user: near });
      const other = await StreamListener.listen({ ...options, port: 0, user: far });
      return { port: new SocketPort([], [one]), address: other.local, ...rest(one, other) };
    });
  });
});

describe('WebSocket connections of real sockets', () => {
  keepsContract('WS', async (near, far) => {
    const listener = new WebSocketListener({ transport: 'WS', user: far });
    const server = createServer();
    server.on('upgrade', (request, socket, head) => listener.upgrade(request, socket, head, undefined));
    // On both families, so that IPv4 comes in as the system writes it there: `::ffff:127.0.0.1`.
    server.listen(0, '::');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { port: new WebSocketPort(near), address: { host: HOST, port }, ...rest(listener, server) };
  });
});

function keepsContract(transport: 'UDP' | 'TCP' | 'TLS' | 'WS', open: OpenEnds): void {
  for (const { name, run } of transportPortContract(transport, open)) it(name, run);
}

function udp(user: FlowUser, maxFlows = 100): Promise<UdpListener> {
  return UdpListener.listen({ host: HOST, port: 0, user, log: silent, maxFlows });
}

function rest(...opened: readonly { close(): unknown }[]): Required<Pick<ContractEnds, 'nowhere' | 'pass' | 'close'>> {
  return {
    nowhere: NOWHERE,
    pass,
    close: async () => {
      for (const each of opened) await each.close();
    },
  };
}
