import { type Flow, isStream, isWebSocket, type Log } from '@ringback/sip';
import type { FlowUser } from '@ringback/sip-node';
import { type Rate, RateLimit } from '../rate-limit.ts';

export interface FloodLimits {
  /** Messages on a WebSocket nobody has registered over: one phone that is starting, or somebody who never will. */
  readonly webSocket: Rate;
  /** Messages from an address over UDP, TCP and TLS, less those of registered phones: many may stand behind one address. */
  readonly address: Rate;
  /** Messages of one registered phone, whatever it is connected by. */
  readonly registered: Rate;
}

export const defaultFloodLimits: FloodLimits = {
  webSocket: { burst: 500, interval: 20 },
  address: { burst: 5000, interval: 1 },
  registered: { burst: 2000, interval: 5 },
};

export interface FloodLimitOptions {
  readonly user: FlowUser;
  readonly now: () => number;
  readonly log: Log;
  /** Flows that are not measured: of trusted addresses, and of the upstream server. */
  readonly exempt: (flow: Flow) => boolean;
  readonly limits?: Partial<FloodLimits>;
}

/**
 * Stands between the adapters and the SIP server, so that one sender cannot take the time of all others (SEC-WS-07).
 * What comes too fast costs next to nothing: a connection is closed (1008, "policy violation"), a datagram is lost, as
 * its sender must expect of any.
 */
export class FloodLimit implements FlowUser {
  readonly #options: FloodLimitOptions;
  readonly #user: FlowUser;
  readonly #webSocket: RateLimit;
  readonly #address: RateLimit;
  readonly #registered: RateLimit;
  readonly #proven = new WeakSet<Flow>();
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: FloodLimitOptions) {
    const limits = { ...defaultFloodLimits, ...options.limits };
    this.#options = options;
    this.#user = options.user;
    this.#webSocket = new RateLimit(limits.webSocket);
    this.#address = new RateLimit(limits.address);
    this.#registered = new RateLimit(limits.registered);
  }

  /** Somebody has registered over this flow. */
  registered(flow: Flow): void {
    this.#proven.add(flow);
  }

  opened(flow: Flow): void {
    this.#user.opened(flow);
  }

  received(flow: Flow, bytes: Uint8Array): void {
    if (this.#options.exempt(flow) || this.#fits(flow, bytes)) {
      this.#user.received(flow, bytes);
      return;
    }
    this.#tell(flow);
    if (!flow.reliable) return;
    flow.close(POLICY_VIOLATION);
    // An adapter tells nothing of what was closed from above; to those above us it is news.
    this.#user.closed(flow, 'too many messages');
  }

  closed(flow: Flow, cause: string): void {
    this.#user.closed(flow, cause);
  }

  #fits(flow: Flow, bytes: Uint8Array): boolean {
    const now = this.#options.now();
    const weight = isStream(flow.transport) ? Math.max(1, bytes.length / OCTETS_OF_A_MESSAGE) : 1;
    if (this.#proven.has(flow)) return this.#registered.take(flow.id, now, weight) === 0;
    if (isWebSocket(flow.transport)) return this.#webSocket.take(flow.id, now, weight) === 0;
    return this.#address.take(flow.remote.host, now, weight) === 0;
  }

  /** A flood shall not fill the log either. */
  #tell(flow: Flow): void {
    const now = this.#options.now();
    if (now - this.#toldAt < TELL_INTERVAL_MS) return;
    this.#toldAt = now;
    this.#options.log('warn', 'too-many-messages', { flow: flow.id });
  }
}

const POLICY_VIOLATION = 1008;
/** A stream shows octets, not messages: so many count for one. */
const OCTETS_OF_A_MESSAGE = 500;
const TELL_INTERVAL_MS = 1000;
