import {
  type Address,
  type Destination,
  type Flow,
  isWebSocket,
  type Log,
  silent,
  type TransportPort,
} from '@ringback/sip';
import { FlowInbox, type FlowUser } from './flow-user.ts';
import { SocketPort } from './socket-port.ts';
import { StreamListener, type StreamTls } from './stream.ts';
import { UdpListener } from './udp.ts';
import { WebSocketPort } from './websocket-client.ts';

export interface NodePortOptions {
  /** Numeric address of this machine to listen on, and to show in Via and Contact. Default `127.0.0.1`. */
  readonly host?: string;
  /** Of UDP and TCP alike; TLS listens on the next. Default 0: any that is free. */
  readonly port?: number;
  /** With `cert` and `key` the port listens for TLS too; `ca` and `servername` are for connections made. */
  readonly tls?: StreamTls;
  /** Where WebSockets connect to, all or that to a destination; default `ws(s)://host:port/ws` of the destination. */
  readonly webSocketUrl?: string | ((to: Destination) => string | undefined);
  /** Default: silent. */
  readonly log?: Log;
}

/** Every transport Node has, as one port: UDP, TCP and TLS both ways, WebSockets out. */
export interface NodePort extends TransportPort {
  /** Where UDP and TCP listen. */
  readonly local: Address;
  /** Who is told what happens on the flows: a user agent, for one. What came before waits. */
  attach(user: FlowUser): void;
  /** Ends everything; no more is told. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the sockets. Rejects with the system's error, e.g. `EADDRINUSE`.
 *
 * @example
 * const port = await openPort({ host: '192.0.2.1', port: 5060 });
 * const agent = new UserAgent({ clock: nodeClock(), random: nodeRandom(), transportPort: port, account, server, sessionDescription, events });
 * port.attach(agent);
 */
export async function openPort(options: NodePortOptions = {}): Promise<NodePort> {
  const { host = '127.0.0.1', port = 0, tls, webSocketUrl: url, log = silent } = options;
  const user = new FlowInbox();
  const shared = { host, user, log };
  const { udp, tcp } = await openPair(shared, port, port === 0 ? TRIES_FOR_A_COMMON_PORT : 1);
  let secure: StreamListener;
  try {
    const secured = { ...shared, transport: 'TLS', ...(tls && { tls }) } as const;
    secure = tls?.cert
      ? await StreamListener.listen({ ...secured, port: port && port + 1 })
      : StreamListener.outgoing(secured);
  } catch (error) {
    await Promise.all([udp.close(), tcp.close()]);
    throw error;
  }
  const sockets = new SocketPort([udp], [tcp, secure]);
  const web = new WebSocketPort(user, { ...(url && { url }), ...(tls?.ca && { ca: tls.ca }) });
  let closed: Promise<void> | undefined;
  return {
    local: udp.local,
    attach: (listener) => user.attach(listener),
    connect: (destination: Destination, from?: Flow) =>
      isWebSocket(destination.transport) ? web.connect(destination) : sockets.connect(destination, from),
    close: () => {
      closed ??= Promise.all([udp, tcp, secure, web].map((each) => each.close())).then(() => {});
      return closed;
    },
  };
}

const TRIES_FOR_A_COMMON_PORT = 20;

interface Shared {
  readonly host: string;
  readonly user: FlowUser;
  readonly log: Log;
}

/** UDP and TCP on one port: a request that is too large for the one goes by the other (RFC 3261 §18.1.1). */
async function openPair(
  shared: Shared,
  port: number,
  tries: number,
): Promise<{ udp: UdpListener; tcp: StreamListener }> {
  const udp = await UdpListener.listen({ ...shared, port });
  try {
    return { udp, tcp: await StreamListener.listen({ ...shared, transport: 'TCP', port: udp.local.port }) };
  } catch (error) {
    await udp.close();
    if (tries > 1) return openPair(shared, port, tries - 1);
    throw error;
  }
}
