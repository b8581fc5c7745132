import type { Destination, Flow, TransportPort } from '@ringback/sip';

/** What happens on the sockets; in practice the transport layer of one user agent. */
export interface FlowListener {
  opened(flow: Flow): void;
  received(flow: Flow, bytes: Uint8Array): void;
  closed(flow: Flow, cause: string): void;
}

/** Where a WebSocket URL leads. The host may be a name: the browser resolves it, the core never does. */
export function destinationOf(url: string): Destination {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'wss:';
  return {
    transport: secure ? 'WSS' : 'WS',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 443 : 80) : Number(port),
  };
}

export type OpenSocket = (url: string) => WebSocket;

/** SIP over WebSocket (RFC 7118) by the browser's WebSocket: one message, one frame. */
export class WebSocketTransport implements TransportPort {
  readonly #url: string;
  readonly #open: OpenSocket;
  readonly #listener: FlowListener;

  constructor(url: string, listener: FlowListener, open: OpenSocket = (target) => new WebSocket(target, 'sip')) {
    this.#url = url;
    this.#listener = listener;
    this.#open = open;
  }

  /** Undefined where the browser forbids it: an https page may open no `ws:`. */
  connect(destination: Destination): Flow | undefined {
    try {
      return new WebSocketFlow(this.#open(this.#url), destination, this.#listener);
    } catch {
      return undefined;
    }
  }
}

let flows = 0;

class WebSocketFlow implements Flow {
  readonly id: string = `ws-${++flows}`;
  readonly transport: Flow['transport'];
  readonly reliable = true;
  /** Unknown to a browser. */
  readonly local = { host: '0.0.0.0', port: 0 };
  readonly remote: Flow['remote'];
  state: Flow['state'] = 'connecting';
  readonly #socket: WebSocket;
  readonly #waiting: Uint8Array[] = [];

  constructor(socket: WebSocket, { transport, host, port }: Destination, listener: FlowListener) {
    this.transport = transport;
    this.remote = { host, port };
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      if (this.state !== 'connecting') return;
      this.state = 'open';
      for (const bytes of this.#waiting.splice(0)) this.#write(bytes);
      listener.opened(this);
    });
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (this.state !== 'open') return;
      listener.received(this, typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data));
    });
    // An `error` is always followed by `close`, which knows more.
    socket.addEventListener('close', ({ code, reason }) => {
      if (this.state === 'closed') return;
      this.state = 'closed';
      listener.closed(
        this,
        reason === '' ? `WebSocket closed with ${code}` : `WebSocket closed with ${code}: ${reason}`,
      );
    });
  }

  send(bytes: Uint8Array): void {
    if (this.state === 'connecting') this.#waiting.push(bytes);
    if (this.state === 'open') this.#write(bytes);
  }

  close(code?: number): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    // Browsers allow 1000 and the private range only.
    this.#socket.close(code !== undefined && code >= 3000 && code < 5000 ? code : 1000);
  }

  /** Text where it is text, for there are servers that read nothing else; octets that are no UTF-8 stay what they are. */
  #write(bytes: Uint8Array): void {
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      this.#socket.send(new Uint8Array(bytes));
      return;
    }
    this.#socket.send(text);
  }
}
