import { isUtf8 } from 'node:buffer';
import type { Address, Destination, Flow, TransportName, TransportPort } from '@ringback/sip';
import { WebSocket } from 'ws';
import type { FlowUser } from './flow-user.ts';
import { bracketed, plainAddress } from './network.ts';

export interface WebSocketPortOptions {
  /** Where every connection goes, or that to a destination. Default: `ws(s)://host:port/ws` of the destination. */
  readonly url?: string | ((to: Destination) => string | undefined);
  /** Authority trusted for `wss`, PEM; the system's when absent. */
  readonly ca?: string;
  /** Octets of one message; a longer one closes the connection with 1009. Default 64 KiB. */
  readonly message?: number;
  /** Octets that wait for a peer that does not read. Default 1 MiB. */
  readonly backlog?: number;
  /** Milliseconds an attempt may take. Default 10 s. */
  readonly connect?: number;
}

/** The client's end of SIP over WebSocket (RFC 7118), as a browser has it: it only connects. */
export class WebSocketPort implements TransportPort {
  readonly #user: FlowUser;
  readonly #options: WebSocketPortOptions;
  readonly #flows = new Set<ClientFlow>();
  #serial = 0;

  constructor(user: FlowUser, options: WebSocketPortOptions = {}) {
    this.#user = user;
    this.#options = options;
  }

  connect(destination: Destination): Flow | undefined {
    const { transport, host, port } = destination;
    if (transport !== 'WS' && transport !== 'WSS') return undefined;
    const { url, ca, message = 64 * 1024, connect = 10_000 } = this.#options;
    const to =
      (typeof url === 'function' ? url(destination) : url) ??
      `${transport.toLowerCase()}://${bracketed(host)}:${port}/ws`;
    let socket: WebSocket;
    try {
      socket = new WebSocket(to, 'sip', {
        perMessageDeflate: false,
        maxPayload: message,
        handshakeTimeout: connect,
        ...(ca && { ca }),
      });
    } catch {
      // Not a URL.
      return undefined;
    }
    this.#serial += 1;
    const id = `${transport.toLowerCase()}-client#${this.#serial}`;
    const flow = new ClientFlow(id, transport, { host, port }, socket, this.#options.backlog ?? 1024 * 1024);
    this.#flows.add(flow);
    this.#listen(flow, socket);
    return flow;
  }

  /** Closes every connection with 1001, "going away", and resolves when all are gone. */
  async close(): Promise<void> {
    const gone = [...this.#flows].map((flow) => flow.gone);
    for (const flow of this.#flows) flow.close(1001);
    await Promise.all(gone);
  }

  #listen(flow: ClientFlow, socket: WebSocket): void {
    socket.on('open', () => {
      if (flow.opened()) this.#user.opened(flow);
    });
    socket.on('message', (data: Buffer) => {
      if (flow.state === 'open' && data.length > 0) this.#user.received(flow, data);
    });
    socket.on('error', (error) => flow.fail(error.message));
    socket.on('close', (code) => {
      this.#flows.delete(flow);
      if (flow.givenUp) return;
      flow.fail(`closed with ${code}`);
      this.#user.closed(flow, flow.cause);
    });
  }
}

class ClientFlow implements Flow {
  readonly id: string;
  readonly transport: TransportName;
  readonly reliable = true;
  readonly remote: Address;
  /** Resolves when the connection is gone. */
  readonly gone: Promise<void>;
  /** Not known here, and shown nowhere: RFC 7118 §5.3 has a name nobody resolves instead. */
  readonly local: Address = { host: '0.0.0.0', port: 0 };
  state: 'connecting' | 'open' | 'closed' = 'connecting';
  givenUp = false;
  cause = '';
  readonly #socket: WebSocket;
  readonly #backlog: number;
  #waiting: Uint8Array[] = [];

  constructor(id: string, transport: TransportName, remote: Address, socket: WebSocket, backlog: number) {
    this.id = id;
    this.transport = transport;
    this.remote = { host: plainAddress(remote.host), port: remote.port };
    this.#socket = socket;
    this.#backlog = backlog;
    this.gone = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  opened(): boolean {
    if (this.state === 'closed') return false;
    this.state = 'open';
    for (const bytes of this.#waiting.splice(0)) this.send(bytes);
    return true;
  }

  /** A text frame where it can be one: many servers expect text (RFC 7118 §5). */
  send(bytes: Uint8Array): void {
    if (this.state === 'connecting') this.#waiting.push(bytes);
    if (this.state !== 'open') return;
    this.#socket.send(bytes, { binary: !isUtf8(bytes) });
    if (this.#socket.bufferedAmount > this.#backlog) this.fail('peer does not read');
  }

  close(code = 1000): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.givenUp = true;
    // A client may give these codes alone (RFC 6455 §7.4).
    this.#socket.close(code === 1001 || (code >= 3000 && code <= 4999) ? code : 1000);
    setTimeout(() => this.#socket.terminate(), CLOSE_WAIT_MS).unref();
  }

  fail(cause: string): void {
    this.cause ||= cause;
    this.state = 'closed';
    this.#socket.terminate();
  }
}

const CLOSE_WAIT_MS = 1000;
