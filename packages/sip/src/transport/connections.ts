import type { ParseLimits } from '../message/limits.ts';
import type { SipRequest } from '../message/message.ts';
import { SipStreamFramer } from '../message/stream-framer.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { type Destination, type Flow, isStream, type TransportPort } from './flow.ts';
import { KeepAlive, type KeepAliveOptions, PING } from './keep-alive.ts';
import type { Sending } from './sending.ts';

/** What the layer knows about a connection. UDP flows are not kept: there is nothing to know. */
export interface Connection {
  readonly flow: Flow;
  /** Where we connected to; absent when the peer did. */
  readonly destination: Destination | undefined;
  readonly framer: SipStreamFramer | undefined;
  /** Requests too large for UDP; they go back there when this connection never opens (§18.1.1). */
  readonly oversized: Oversized[];
  keepAlive: KeepAlive | undefined;
  connecting: Timer | undefined;
}

export interface Oversized {
  readonly request: SipRequest;
  /** Over UDP. */
  readonly destination: Destination;
  readonly branch: string;
  readonly moved: ((sending: Sending) => void) | undefined;
}

export interface ConnectionsOptions {
  readonly port: TransportPort;
  readonly clock: Clock;
  readonly connectTimeout: number;
  readonly keepAlive: KeepAliveOptions | undefined;
  readonly parse: Partial<ParseLimits> | undefined;
  /** A connection is gone; it is no longer kept. */
  readonly lost: (connection: Connection, cause: string) => void;
}

/**
 * The connections that live, by id and, if we made them, by where they lead: how they open, are kept alive, and end. A
 * flow that is not here is dead to the layer, whatever the adapter still reports about it.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #byId = new Map<string, Connection>();
  readonly #byDestination = new Map<string, Connection>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(flow: Flow): Connection | undefined {
    return this.#byId.get(flow.id);
  }

  /** The connection to a destination, opened if there is none. */
  connect(destination: Destination): Connection | undefined {
    const known = this.#byDestination.get(keyOf(destination));
    if (known !== undefined && known.flow.state !== 'closed') return known;
    const { port, clock, connectTimeout } = this.#options;
    const flow = port.connect(destination);
    if (flow === undefined) return undefined;
    const connection = this.#add(flow, destination);
    this.#byDestination.set(keyOf(destination), connection);
    if (flow.state === 'connecting') {
      connection.connecting = clock.at(clock.now() + connectTimeout, () => this.fail(connection, 'connect timeout'));
    }
    return connection;
  }

  opened(flow: Flow): void {
    const connection = this.get(flow) ?? this.#add(flow, undefined);
    connection.connecting?.cancel();
    connection.connecting = undefined;
    connection.oversized.length = 0;
    const { keepAlive } = this.#options;
    if (keepAlive !== undefined && connection.destination !== undefined) this.keepAlive(connection, keepAlive);
  }

  closed(flow: Flow, cause: string): void {
    const connection = this.get(flow);
    if (connection === undefined) return;
    this.#remove(connection);
    this.#options.lost(connection, cause);
  }

  /** We give the connection up ourselves. */
  fail({ flow }: Connection, cause: string): void {
    flow.close();
    this.closed(flow, cause);
  }

  /** Gives the connection up without a word. */
  drop(flow: Flow, code: number | undefined): void {
    const connection = this.get(flow);
    if (connection !== undefined) this.#remove(connection);
    if (flow.state !== 'closed') flow.close(code);
  }

  dropAll(): void {
    for (const { flow } of [...this.#byId.values()]) this.drop(flow, undefined);
  }

  keepAlive(connection: Connection, options: KeepAliveOptions): void {
    if (connection.keepAlive !== undefined) {
      connection.keepAlive.change(options);
      return;
    }
    connection.keepAlive = new KeepAlive(options, {
      clock: this.#options.clock,
      ping: () => signal(connection, PING),
      failed: () => this.fail(connection, 'no pong'),
    });
  }

  #add(flow: Flow, destination: Destination | undefined): Connection {
    const { parse } = this.#options;
    // Who opened the connection sends the pings (RFC 5626 §3.5.1): empty lines mean the one or the other.
    const crlf = destination === undefined ? 'ping' : 'pong';
    const framer = isStream(flow.transport)
      ? new SipStreamFramer({ crlf, ...(parse && { limits: parse }) })
      : undefined;
    const connection: Connection = {
      flow,
      destination,
      framer,
      oversized: [],
      keepAlive: undefined,
      connecting: undefined,
    };
    this.#byId.set(flow.id, connection);
    return connection;
  }

  #remove(connection: Connection): void {
    const { flow, destination } = connection;
    this.#byId.delete(flow.id);
    if (destination !== undefined && this.#byDestination.get(keyOf(destination)) === connection) {
      this.#byDestination.delete(keyOf(destination));
    }
    connection.connecting?.cancel();
    connection.keepAlive?.stop();
  }
}

/** Keep-alives are not messages: they go past the trace. */
export function signal({ flow }: Connection, bytes: Uint8Array): void {
  if (flow.state === 'open') flow.send(bytes);
}

function keyOf({ transport, host, port }: Destination): string {
  return `${transport} ${host.toLowerCase()} ${port}`;
}
