import type { ParseLimits } from '../message/limits.ts';
import type { SipRequest } from '../message/message.ts';
import { SipStreamFramer } from '../message/stream-framer.ts';
import type { Timer } from '../runtime/clock.ts';
import { type Destination, type Flow, isStream } from './flow.ts';
import type { KeepAlive } from './keep-alive.ts';
import type { Sending } from './sending.ts';

/** What the layer knows about a connection. UDP flows are not kept: there is nothing to know. */
export interface Connection {
  readonly flow: Flow;
  /** Where we connected to; absent when the peer did. */
  readonly destination: Destination | undefined;
  readonly framer: SipStreamFramer | undefined;
  /** Too large for UDP; what becomes of them when this connection never opens (§18.1.1). */
  readonly oversized: Oversized[];
  keepAlive: KeepAlive | undefined;
  connecting: Timer | undefined;
}

export interface Oversized {
  readonly request: SipRequest;
  readonly destination: Destination;
  readonly branch: string;
  readonly moved: ((sending: Sending) => void) | undefined;
}

/** The live connections, by id and, if we made them, by where they lead. A flow that is not here is dead to the layer. */
export class Connections {
  readonly #byId = new Map<string, Connection>();
  readonly #byDestination = new Map<string, Connection>();
  readonly #limits: Partial<ParseLimits> | undefined;

  constructor(limits: Partial<ParseLimits> | undefined) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byId.size;
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#byId.values();
  }

  get(flow: Flow): Connection | undefined {
    return this.#byId.get(flow.id);
  }

  find(destination: Destination): Connection | undefined {
    const connection = this.#byDestination.get(keyOf(destination));
    return connection?.flow.state === 'closed' ? undefined : connection;
  }

  add(flow: Flow, destination: Destination | undefined): Connection {
    const connection: Connection = {
      flow,
      destination,
      framer: isStream(flow.transport) ? this.#framer(destination) : undefined,
      oversized: [],
      keepAlive: undefined,
      connecting: undefined,
    };
    this.#byId.set(flow.id, connection);
    if (destination !== undefined) this.#byDestination.set(keyOf(destination), connection);
    return connection;
  }

  remove(connection: Connection): void {
    const { flow, destination } = connection;
    this.#byId.delete(flow.id);
    if (destination !== undefined && this.#byDestination.get(keyOf(destination)) === connection) {
      this.#byDestination.delete(keyOf(destination));
    }
    connection.connecting?.cancel();
    connection.keepAlive?.stop();
  }

  /** Who opened the connection sends the pings (RFC 5626 §3.5.1): empty lines mean the one or the other. */
  #framer(destination: Destination | undefined): SipStreamFramer {
    const limits = this.#limits;
    return new SipStreamFramer({
      crlf: destination === undefined ? 'ping' : 'pong',
      ...(limits === undefined ? undefined : { limits }),
    });
  }
}

function keyOf({ transport, host, port }: Destination): string {
  return `${transport} ${host.toLowerCase()} ${port}`;
}
