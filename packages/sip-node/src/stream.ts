import { once } from 'node:events';
import { connect, createServer, isIP, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { Address, Destination, Flow, Log } from '@ringback/sip';
import { ConnectionCount, type ConnectionLimits, defaultConnectionLimits } from './connection-limit.ts';
import type { FlowUser } from './flow-user.ts';
import { bracketed, isWildcard, plainAddress } from './network.ts';
import { StreamFlow } from './stream-flow.ts';

export interface StreamOptions {
  readonly transport: 'TCP' | 'TLS';
  readonly host: string;
  readonly port: number;
  readonly user: FlowUser;
  readonly log: Log;
  readonly accepts?: (address: string) => boolean;
  readonly tls?: StreamTls;
  readonly limits?: Partial<StreamLimits>;
}

/** PEM. */
export interface StreamTls {
  /** What we present to those who connect. */
  readonly cert?: string;
  readonly key?: string;
  /** Authorities trusted for the connections we make; the system's when absent. */
  readonly ca?: string;
  /** Name the far certificate must bear; the numeric address when absent. */
  readonly servername?: string;
}

/** Durations in milliseconds. */
export interface StreamLimits extends ConnectionLimits {
  /** An incoming connection that has said nothing by then is closed. */
  readonly firstOctet: number;
  /** A connection with no traffic either way is closed. Keep-alives count. */
  readonly idle: number;
  /** An outgoing connection must be up by then (TLS included). */
  readonly connect: number;
  /** Octets that wait for a peer that does not read. */
  readonly backlog: number;
}

export const defaultStreamLimits: StreamLimits = {
  ...defaultConnectionLimits,
  firstOctet: 32_000,
  idle: 3_600_000,
  connect: 10_000,
  backlog: 1024 * 1024,
};

/** SIP over TCP or TLS: one listening socket, or none, and connections to others made on request. */
export class StreamListener {
  readonly local: Address;
  readonly transport: 'TCP' | 'TLS';
  readonly #server: Server | undefined;
  readonly #options: StreamOptions;
  readonly #limits: StreamLimits;
  readonly #flows = new Set<StreamFlow>();
  readonly #count: ConnectionCount;
  #serial = 0;

  /** Rejects with the system's error, e.g. `EADDRINUSE`. */
  static async listen(options: StreamOptions): Promise<StreamListener> {
    const { cert, key } = options.tls ?? {};
    const secure = { minVersion: 'TLSv1.2', ...(cert && { cert }), ...(key && { key }) } as const;
    const server = options.transport === 'TLS' ? createTlsServer(secure) : createServer();
    server.listen({ host: options.host, port: options.port, ipv6Only: isIP(options.host) === 6, exclusive: true });
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not a network socket');
    return new StreamListener(options, { host: address.address, port: address.port }, server);
  }

  /** Connections we make, none that come in: what a user agent behind a server's flow needs (RFC 5626). */
  static outgoing(options: Omit<StreamOptions, 'port'>): StreamListener {
    return new StreamListener({ ...options, port: 0 }, { host: options.host, port: 0 });
  }

  private constructor(options: StreamOptions, local: Address, server?: Server) {
    this.local = local;
    this.transport = options.transport;
    this.#server = server;
    this.#options = options;
    this.#limits = { ...defaultStreamLimits, ...options.limits };
    this.#count = new ConnectionCount(this.#limits);
    server?.on(options.transport === 'TLS' ? 'secureConnection' : 'connection', (socket: Socket) =>
      this.#accept(socket),
    );
    server?.on('tlsClientError', (error: Error) =>
      options.log('debug', 'tls-handshake-failed', { error: error.message }),
    );
    server?.on('error', (error) => options.log('warn', 'stream-listener-error', { error: error.message }));
  }

  connect(destination: Destination): Flow | undefined {
    const { port } = destination;
    const host = plainAddress(destination.host);
    if (isIP(host) !== isIP(this.#options.host) || port < 1 || port > 65535) return undefined;
    // Leaving from the address we listen on keeps the source true where a machine has several.
    const localAddress = isWildcard(this.#options.host) ? {} : { localAddress: this.#options.host };
    const target = { host, port, ...localAddress };
    const { ca, servername } = this.#options.tls ?? {};
    const trust = { minVersion: 'TLSv1.2', ...(ca && { ca }), ...(servername && { servername }) } as const;
    const socket = this.transport === 'TLS' ? tlsConnect({ ...target, ...trust }) : connect(target);
    const flow = this.#add(socket, { host, port }, 'connecting');
    socket.setTimeout(this.#limits.connect);
    socket.once(this.transport === 'TLS' ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(this.#limits.idle);
      flow.opened(
        this.#server ? this.local : { host: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 },
      );
      if (flow.state === 'open') this.#options.user.opened(flow);
    });
    return flow;
  }

  /** Stops listening and ends what is open: octets already written still leave. */
  async close(): Promise<void> {
    const closed = this.#server && once(this.#server, 'close');
    this.#server?.close();
    for (const flow of this.#flows) flow.end('the listener closes');
    await closed;
  }

  #accept(socket: Socket): void {
    const host = plainAddress(socket.remoteAddress ?? '');
    const port = socket.remotePort;
    const refused = host === '' || port === undefined || this.#options.accepts?.(host) === false;
    const release = refused ? undefined : this.#count.take(host);
    if (release === undefined || port === undefined) {
      socket.destroy();
      return;
    }
    socket.once('close', release);
    const flow = this.#add(socket, { host, port }, 'open');
    socket.setTimeout(this.#limits.firstOctet);
    socket.once('data', () => socket.setTimeout(this.#limits.idle));
    this.#options.user.opened(flow);
  }

  #add(socket: Socket | TLSSocket, remote: Address, state: 'connecting' | 'open'): StreamFlow {
    const { user } = this.#options;
    this.#serial += 1;
    const name = this.transport.toLowerCase();
    const id = `${name}:${bracketed(remote.host)}:${remote.port}#${this.#serial}`;
    const flow = new StreamFlow(id, this.transport, this.local, remote, socket, state, this.#limits.backlog);
    this.#flows.add(flow);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.on('data', (bytes) => {
      if (flow.state === 'open') user.received(flow, bytes);
    });
    socket.on('timeout', () => flow.fail(flow.state === 'connecting' ? 'no connection in time' : 'idle'));
    socket.on('error', (error) => flow.fail(error.message));
    socket.on('close', () => {
      this.#flows.delete(flow);
      flow.fail('closed by peer');
      if (!flow.givenUp) user.closed(flow, flow.cause);
    });
    return flow;
  }
}
