import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Address, Flow, TransportName } from '@ringback/sip';
import { silent } from '@ringback/sip';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { loopbackCertificate } from '../../test/loopback-certificate.ts';
import { RecordingUser } from '../../test/recording-user.ts';
import type { FlowUser } from './flow-user.ts';
import { StreamListener } from './stream.ts';
import { UdpListener } from './udp.ts';
import { WebSocketListener } from './websocket.ts';

/** The far end of a flow, in the words all transports share. */
interface Peer {
  send(text: string): void;
  received(): Promise<string>;
  /** Its own address, as the flow must show it. */
  readonly port: number;
  /** Resolves when the connection is gone. */
  readonly gone: Promise<unknown>;
  close(): void;
}

interface Subject {
  readonly transport: TransportName;
  listen(user: FlowUser): Promise<{ readonly local: Address; close(): Promise<void> }>;
  dial(to: Address): Promise<Peer>;
}

const certificate = (() => {
  let made: ReturnType<typeof loopbackCertificate> | undefined;
  return () => {
    made ??= loopbackCertificate();
    return made;
  };
})();

const HOST = '127.0.0.1';

const SUBJECTS: readonly Subject[] = [
  {
    transport: 'UDP',
    listen: (user) => UdpListener.listen({ host: HOST, port: 0, user, log: silent }),
    async dial(to) {
      const socket = createSocket('udp4');
      socket.bind(0, HOST);
      await once(socket, 'listening');
      const messages = queue((put) => socket.on('message', (bytes) => put(bytes.toString('latin1'))));
      const gone = once(socket, 'close');
      return {
        send: (text) => socket.send(Buffer.from(text, 'latin1'), to.port, to.host),
        received: messages,
        port: socket.address().port,
        gone,
        close: () => socket.close(),
      };
    },
  },
  streamSubject('TCP'),
  streamSubject('TLS'),
  {
    transport: 'WS',
    async listen(user) {
      const listener = new WebSocketListener({ transport: 'WS', user });
      const server = createServer();
      server.on('upgrade', (request, socket, head) => listener.upgrade(request, socket, head, undefined));
      server.listen(0, HOST);
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      return {
        local: { host: HOST, port },
        close: async () => {
          await listener.close();
          server.close();
        },
      };
    },
    async dial(to) {
      const socket = new WebSocket(`ws://${to.host}:${to.port}/ws`, 'sip');
      const messages = queue((put) => socket.on('message', (data) => put(data.toString())));
      const gone = once(socket, 'close');
      const upgraded = once(socket, 'upgrade');
      await once(socket, 'open');
      const [response] = await upgraded;
      return {
        send: (text) => socket.send(text),
        received: messages,
        port: response.socket.localPort,
        gone,
        close: () => socket.close(),
      };
    },
  },
];

describe.each(SUBJECTS)('a $transport flow', ({ transport, listen, dial }) => {
  async function pair(): Promise<{ peer: Peer; user: RecordingUser; flow: Flow }> {
    const user = new RecordingUser();
    const listener = await listen(user);
    onTestFinished(() => listener.close());
    const peer = await dial(listener.local);
    onTestFinished(() => {
      try {
        peer.close();
      } catch {
        // The test closed it.
      }
    });
    peer.send('hello');
    const { flow, text } = await user.next('received');
    expect(text).toBe('hello');
    return { peer, user, flow };
  }

  it('shows both ends as numeric addresses', async () => {
    const { peer, flow } = await pair();
    expect(flow.transport).toBe(transport);
    expect(flow.reliable).toBe(transport !== 'UDP');
    expect(flow.remote).toEqual({ host: HOST, port: peer.port });
    expect(flow.local.host).toBe(HOST);
    expect(flow.state).toBe('open');
  });

  it('carries octets back the way they came, in order', async () => {
    const { peer, flow } = await pair();
    flow.send(Buffer.from('one'));
    flow.send(Buffer.from('two'));
    let text = '';
    while (text.length < 6) text += await peer.received();
    expect(text).toBe('onetwo');
  });

  it('is one and the same for everything on that connection', async () => {
    const { peer, user, flow } = await pair();
    peer.send('again');
    expect((await user.next('received')).flow).toBe(flow);
  });

  if (transport === 'UDP') {
    it('is the same pair of addresses, and therefore the same flow, after it was forgotten', async () => {
      const user = new RecordingUser();
      const listener = await UdpListener.listen({ host: HOST, port: 0, user, log: silent, maxFlows: 1 });
      onTestFinished(() => listener.close());
      const first = listener.flow({ host: HOST, port: 4001 });
      expect(listener.flow({ host: HOST, port: 4001 })).toBe(first);
      listener.flow({ host: HOST, port: 4002 });
      const again = listener.flow({ host: HOST, port: 4001 });
      expect(again).not.toBe(first);
      expect(again.id).toBe(first.id);
    });
    return;
  }

  it('is told opened once, before anything else', async () => {
    const { user, flow } = await pair();
    expect(user.events.map(({ type }) => type)).toEqual(['opened', 'received']);
    expect(user.events[0]?.flow).toBe(flow);
  });

  it('is told closed once when the peer goes, and drops what is sent then', async () => {
    const { peer, user, flow } = await pair();
    peer.close();
    expect((await user.next('closed')).flow).toBe(flow);
    expect(flow.state).toBe('closed');
    flow.send(Buffer.from('late'));
    flow.close();
    expect(user.events.filter(({ type }) => type === 'closed')).toHaveLength(1);
  });

  it('is closed from here at once, and reaches the peer', async () => {
    const { peer, user, flow } = await pair();
    flow.close();
    expect(flow.state).toBe('closed');
    await peer.gone;
    expect((await user.next('closed')).cause).toBe('closed here');
  });

  it('never gets the identifier of another', async () => {
    const user = new RecordingUser();
    const listener = await listen(user);
    onTestFinished(() => listener.close());
    const first = await dial(listener.local);
    first.close();
    const { flow } = await user.next('closed');
    const second = await dial(listener.local);
    onTestFinished(() => second.close());
    expect((await user.next('opened')).flow.id).not.toBe(flow.id);
  });
});

function streamSubject(transport: 'TCP' | 'TLS'): Subject {
  return {
    transport,
    listen: (user) =>
      StreamListener.listen({
        transport,
        host: HOST,
        port: 0,
        user,
        log: silent,
        ...(transport === 'TLS' ? { tls: certificate() } : {}),
      }),
    async dial(to) {
      const socket =
        transport === 'TLS'
          ? connectTls({ ...to, servername: 'localhost', ca: certificate().ca })
          : connectTcp({ ...to, allowHalfOpen: false });
      const messages = queue((put) => socket.on('data', (bytes) => put(bytes.toString('latin1'))));
      const gone = once(socket, 'close');
      await once(socket, transport === 'TLS' ? 'secureConnect' : 'connect');
      return {
        send: (text) => socket.write(Buffer.from(text, 'latin1')),
        received: messages,
        port: socket.localPort ?? 0,
        gone,
        close: () => socket.end(),
      };
    },
  };
}

/** What arrives, one by one, in order. */
function queue(subscribe: (put: (text: string) => void) => void): () => Promise<string> {
  const texts: string[] = [];
  let waiting: ((text: string) => void) | undefined;
  subscribe((text) => {
    if (waiting === undefined) {
      texts.push(text);
      return;
    }
    waiting(text);
    waiting = undefined;
  });
  return () => {
    const text = texts.shift();
    if (text !== undefined) return Promise.resolve(text);
    return new Promise((resolve) => {
      waiting = resolve;
    });
  };
}
