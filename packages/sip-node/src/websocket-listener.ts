import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Address, Flow, TransportName } from '@ringback/sip';
import { type WebSocket, WebSocketServer } from 'ws';
import { ConnectionCount, type ConnectionLimits, defaultConnectionLimits } from './connection-limit.ts';
import type { FlowUser } from './flow-user.ts';
import { bracketed, plainAddress } from './network.ts';

export interface WebSocketOptions {
  readonly transport: 'WS' | 'WSS';
  readonly user: FlowUser;
  readonly limits?: Partial<WebSocketLimits>;
}

/** Durations in milliseconds. */
export interface WebSocketLimits extends ConnectionLimits {
  /** Octets of one message; a longer one closes the connection with 1009. */
  readonly message: number;
  /** A browser answers pings in its network stack even where a throttled tab's timers stand still. */
  readonly pingInterval: number;
  /** No pong and nothing else by then: the connection is dead, half-open. */
  readonly pongDeadline: number;
  /** Octets that wait for a peer that does not read. */
  readonly backlog: number;
  /** A peer that does not answer our close frame by then is cut off. */
  readonly closeWait: number;
}

export const defaultWebSocketLimits: WebSocketLimits = {
  ...defaultConnectionLimits,
  message: 64 * 1024,
  pingInterval: 25_000,
  pongDeadline: 10_000,
  backlog: 1024 * 1024,
  closeWait: 1000,
};

/** SIP over WebSocket (RFC 7118): takes over upgrade requests that the HTTP server has found acceptable. */
export class WebSocketListener {
  readonly #options: WebSocketOptions;
  readonly #limits: WebSocketLimits;
  readonly #server: WebSocketServer;
  readonly #count: ConnectionCount;
  readonly #flows = new Set<WebSocketFlow>();
  #serial = 0;

  constructor(options: WebSocketOptions) {
    this.#options = options;
    this.#limits = { ...defaultWebSocketLimits, ...options.limits };
    this.#count = new ConnectionCount(this.#limits);
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      // Compression contexts cost 70 kB per idle connection.
      perMessageDeflate: false,
      maxPayload: this.#limits.message,
      handleProtocols: () => SUBPROTOCOL,
    });
  }

  /**
   * Answers 101, or the status of a refusal: without the subprotocol `sip` there is nothing to talk about (RFC 7118 §4).
   * `session` is what the upgrade's cookie stands for; it stays with the flow.
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, session: string | undefined): void {
    if (!offersSip(request)) {
      refuse(socket, 400, 'Bad Request', 'subprotocol "sip" expected');
      return;
    }
    const host = plainAddress(request.socket.remoteAddress ?? '');
    const release = this.#count.take(host);
    if (release === undefined) {
      refuse(socket, 503, 'Service Unavailable', 'too many connections');
      return;
    }
    socket.once('close', release);
    this.#server.handleUpgrade(request, socket, head, (connection) => {
      this.#open(connection, { host, port: request.socket.remotePort ?? 0 }, localOf(request), session);
    });
  }

  /** Closes every connection with 1001, "going away", and resolves when all are gone. */
  async close(): Promise<void> {
    const gone = [...this.#flows].map((flow) => flow.gone);
    for (const flow of this.#flows) flow.end('the listener closes', 1001);
    await Promise.all(gone);
  }

  #open(connection: WebSocket, remote: Address, local: Address, session: string | undefined): void {
    const { transport, user } = this.#options;
    this.#serial += 1;
    const id = `${transport.toLowerCase()}:${bracketed(remote.host)}:${remote.port}#${this.#serial}`;
    const flow = new WebSocketFlow({ id, transport, remote, local, session }, connection, this.#limits);
    this.#flows.add(flow);
    connection.on('message', (data) => {
      if (flow.state === 'closed') return;
      flow.heard();
      const bytes = octetsOf(data);
      if (bytes.length > 0) user.received(flow, bytes);
    });
    connection.on('pong', () => flow.heard());
    connection.on('error', (error) => flow.fail(error.message));
    connection.on('close', (code) => {
      this.#flows.delete(flow);
      flow.ended(`closed with ${code}`);
      if (!flow.givenUp) user.closed(flow, flow.cause);
    });
    user.opened(flow);
  }
}

const SUBPROTOCOL = 'sip';

interface FlowIdentity {
  readonly id: string;
  readonly transport: 'WS' | 'WSS';
  readonly remote: Address;
  readonly local: Address;
  readonly session: string | undefined;
}

/** What is used of a WebSocket of `ws`: whoever reads our declarations need not have those of `ws`. */
interface Connection {
  readonly bufferedAmount: number;
  send(bytes: Uint8Array, options: { readonly binary: boolean }): void;
  ping(): void;
  close(code: number): void;
  terminate(): void;
  once(event: 'close', run: () => void): unknown;
}

export class WebSocketFlow implements Flow {
  readonly id: string;
  readonly transport: TransportName;
  readonly reliable = true;
  readonly local: Address;
  readonly remote: Address;
  /** What the cookie of the upgrade stands for. */
  readonly session: string | undefined;
  /** Resolves when the connection is gone. */
  readonly gone: Promise<void>;
  readonly #connection: Connection;
  readonly #limits: WebSocketLimits;
  #open = true;
  #cause: string | undefined;
  #givenUp = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(identity: FlowIdentity, connection: Connection, limits: WebSocketLimits) {
    this.id = identity.id;
    this.transport = identity.transport;
    this.local = identity.local;
    this.remote = identity.remote;
    this.session = identity.session;
    this.#connection = connection;
    this.#limits = limits;
    this.gone = new Promise((resolve) => connection.once('close', () => resolve()));
    this.heard();
  }

  get state(): 'open' | 'closed' {
    return this.#open ? 'open' : 'closed';
  }

  get cause(): string {
    return this.#cause ?? '';
  }

  /** Closed from above, where nothing more is to be told. */
  get givenUp(): boolean {
    return this.#givenUp;
  }

  /** A text frame where it can be one: browsers' stacks expect text (RFC 7118 §5). */
  send(bytes: Uint8Array): void {
    if (!this.#open) return;
    this.#connection.send(bytes, { binary: !isUtf8(bytes) });
    if (this.#connection.bufferedAmount > this.#limits.backlog) this.fail('peer does not read');
  }

  close(code = 1000): void {
    if (!this.#open) return;
    this.#givenUp = true;
    this.end('closed here', code);
  }

  /** The orderly end, with a close frame. */
  end(cause: string, code: number): void {
    if (!this.#open) return;
    this.#open = false;
    this.#cause = cause;
    this.#connection.close(mayBeSent(code) ? code : 1000);
    this.#after(this.#limits.closeWait, () => this.#connection.terminate());
  }

  /** Something arrived: the next ping is due a whole interval later. */
  heard(): void {
    if (this.#open) this.#after(this.#limits.pingInterval, () => this.#ping());
  }

  fail(cause: string): void {
    this.#cause ??= cause;
    this.#open = false;
    this.#connection.terminate();
  }

  ended(cause: string): void {
    this.#cause ??= cause;
    this.#open = false;
    clearTimeout(this.#timer);
  }

  #ping(): void {
    this.#connection.ping();
    this.#after(this.#limits.pongDeadline, () => this.fail('no pong'));
  }

  #after(delay: number, run: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, delay);
  }
}

/** The codes of RFC 6455 §7.4 that may stand in a close frame. */
function mayBeSent(code: number): boolean {
  return (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);
}

function offersSip(request: IncomingMessage): boolean {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((name) => name.trim().toLowerCase() === SUBPROTOCOL);
}

function localOf(request: IncomingMessage): Address {
  return { host: plainAddress(request.socket.localAddress ?? ''), port: request.socket.localPort ?? 0 };
}

function octetsOf(data: WebSocket.RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/** An answer instead of 101, while the socket is still HTTP's. */
export function refuse(socket: Duplex, status: number, reason: string, text: string): void {
  const body = `${text}\n`;
  socket.once('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
