import type { Socket } from 'node:net';
import type { Address, Flow, TransportName } from '@ringback/sip';

/** One connection. */
export class StreamFlow implements Flow {
  readonly id: string;
  readonly transport: TransportName;
  readonly reliable = true;
  readonly remote: Address;
  readonly #socket: Socket;
  readonly #backlog: number;
  #local: Address;
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
    this.#local = local;
    this.remote = remote;
    this.#socket = socket;
    this.#state = state;
    this.#backlog = backlog;
  }

  get local(): Address {
    return this.#local;
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

  /** `local`: where it turned out to leave from, when no listener stands for it. */
  opened(local: Address = this.#local): void {
    if (this.#state !== 'connecting') return;
    this.#local = local;
    this.#state = 'open';
  }

  fail(cause: string): void {
    this.#cause ??= cause;
    this.#state = 'closed';
    this.#socket.destroy();
  }
}

const CLOSE_WAIT_MS = 1000;
