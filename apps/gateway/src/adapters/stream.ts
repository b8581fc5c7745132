import { once } from 'node:events';
import { connect, createServer, isIP, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { Address, Destination, Flow, Log, TransportName } from '@ringback/sip';
import { ConnectionCount, type ConnectionLimits, defaultConnectionLimits } from './connection-limit.ts';
import type { FlowUser } from './flow-user.ts';
import { cannotListen } from './listening.ts';
import { bracketed, isWildcard, plainAddress } from './network.ts';

export interface StreamOptions {
  readonly transport: 'TCP' | 'TLS';
  readonly host: string;
  readonly port: number;
  readonly user: FlowUser;
  readonly log: Log;
  readonly accepts?: (address: string) => boolean;
  /** For TLS: what we present, PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly limits?: Partial<StreamLimits>;
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

/** SIP over TCP or TLS: one listening socket, and connections to others made on request. */
export class StreamListener {
  readonly local: Address;
  readonly transport: 'TCP' | 'TLS';
  readonly #server: Server;
  readonly #options: StreamOptions;
  readonly #limits: StreamLimits;
  readonly #flows = new Set<StreamFlow>();
  readonly #count: ConnectionCount;
  #serial = 0;

  static async listen(options: StreamOptions): Promise<StreamListener> {
    const server =
      options.transport === 'TLS' ? createTlsServer({ ...options.tls, minVersion: 'TLSv1.2' }) : createServer();
    server.listen({ host: options.host, port: options.port, ipv6Only: isIP(options.host) === 6, exclusive: true });
    try {
      await once(server, 'listening');
    } catch (error) {
      throw cannotListen(error, `SIP over ${options.transport}`, options.host, options.port, '--sip-port');
    }
    return new StreamListener(server, options);
  }

  private constructor(server: Server, options: StreamOptions) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not a network socket');
    this.local = { host: address.address, port: address.port };
    this.transport = options.transport;
    this.#server = server;
    this.#options = options;
    this.#limits = { ...defaultStreamLimits, ...options.limits };
    this.#count = new ConnectionCount(this.#limits);
    server.on(options.transport === 'TLS' ? 'secureConnection' : 'connection', (socket: Socket) =>
      this.#accept(socket),
    );
    server.on('tlsClientError', (error: Error) =>
      options.log('debug', 'tls-handshake-failed', { error: error.message }),
    );
    server.on('error', (error) => options.log('warn', 'stream-listener-error', { error: error.message }));
  }

  connect(destination: Destination): Flow | undefined {
    const { port } = destination;
    const host = plainAddress(destination.host);
    if (isIP(host) !== isIP(this.#options.host) || port < 1 || port > 65535) return undefined;
    // Leaving from the address we listen on keeps the source true where a machine has several.
    const localAddress = isWildcard(this.#options.host) ? {} : { localAddress: this.#options.host };
    const target = { host, port, ...localAddress };
    const socket = this.transport === 'TLS' ? tlsConnect({ ...target, minVersion: 'TLSv1.2' }) : connect(target);
    const flow = this.#add(socket, { host, port }, 'connecting');
    socket.setTimeout(this.#limits.connect);
    socket.once(this.transport === 'TLS' ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(this.#limits.idle);
      flow.opened();
      if (flow.state === 'open') this.#options.user.opened(flow);
    });
    return flow;
  }

  /** Stops listening and ends what is open: octets already written still leave. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
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

class StreamFlow implements Flow {
  readonly id: string;
  readonly transport: TransportName;
  readonly reliable = true;
  readonly local: Address;
  readonly remote: Address;
  readonly #socket: Socket;
  readonly #backlog: number;
  #state: 'connecting' | 'open' | 'closed';
  #cause: string | undefined;
  #givenUp = false;

  constructor(
    id: string,
    transport: TransportName,
    local: Address,
    remote: Address,
    socket: Socket,
    state: 'connecting' | 'open',
    backlog: number,
  ) {
    this.id = id;
    this.transport = transport;
    this.local = local;
    this.remote = remote;
    this.#socket = socket;
    this.#state = state;
    this.#backlog = backlog;
  }

  get state(): 'connecting' | 'open' | 'closed' {
    return this.#state;
  }

  get cause(): string {
    return this.#cause ?? '';
  }

  /** Closed from above, where nothing more is to be told. */
  get givenUp(): boolean {
    return this.#givenUp;
  }

  /** The socket keeps what is written before it is connected, in order. */
  send(bytes: Uint8Array): void {
    if (this.#state === 'closed') return;
    this.#socket.write(bytes);
    if (this.#socket.writableLength > this.#backlog) this.fail('peer does not read');
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#givenUp = true;
    if (this.#state === 'connecting') this.fail('given up');
    else this.end('closed here');
  }

  /** The orderly end: octets already written still leave. */
  end(cause: string): void {
    if (this.#state === 'closed') return;
    this.#cause = cause;
    this.#state = 'closed';
    this.#socket.end();
    // A peer that never closes its side shall not hold the connection.
    this.#socket.setTimeout(CLOSE_WAIT_MS, () => this.#socket.destroy());
  }

  opened(): void {
    if (this.#state === 'connecting') this.#state = 'open';
  }

  fail(cause: string): void {
    this.#cause ??= cause;
    this.#state = 'closed';
    this.#socket.destroy();
  }
}

const CLOSE_WAIT_MS = 1000;
