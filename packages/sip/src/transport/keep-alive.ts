import type { Clock, Timer } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';

/** How a connection is kept alive by CRLF pings (RFC 5626 §3.5.1). */
export interface KeepAliveOptions {
  /** Milliseconds from one ping to the next; each time shortened at random by up to a fifth (RFC 5626 §4.4.1). */
  readonly interval: number;
  /** How long a pong may take before the flow counts as failed. Default 10 s, the RFC's value. */
  readonly pongTimeout?: number;
  /**
   * `always` (default, the RFC): a ping without a pong fails the flow. `once seen`: only after the peer has sent a first
   * pong; for servers that do not say whether they know this keep-alive (RFC 6223).
   */
  readonly expectPong?: 'always' | 'once seen';
  readonly random?: Random;
}

/** What a keep-alive needs of the connection it watches. */
interface Host {
  readonly clock: Clock;
  readonly ping: () => void;
  readonly failed: () => void;
}

/** The client's side of the CRLF keep-alive on one flow (RFC 5626 §4.4.1): a ping now and then, a pong within 10 s. */
export class KeepAlive {
  readonly #host: Host;
  #options: KeepAliveOptions;
  #nextPing: Timer | undefined;
  #deadline: Timer | undefined;
  #pongSeen = false;

  constructor(options: KeepAliveOptions, host: Host) {
    this.#options = options;
    this.#host = host;
    this.#schedule();
  }

  /** Another rhythm from now on, for example a faster one during a call. */
  change(options: KeepAliveOptions): void {
    this.#options = options;
    this.#schedule();
  }

  /** Asks now, for example after sleep. A ping that is still unanswered keeps its deadline. */
  ping(): void {
    const { clock, ping, failed } = this.#host;
    const { pongTimeout = 10_000, expectPong = 'always' } = this.#options;
    this.#schedule();
    ping();
    if (this.#deadline !== undefined || (expectPong === 'once seen' && !this.#pongSeen)) return;
    this.#deadline = clock.at(clock.now() + pongTimeout, failed);
  }

  pong(): void {
    this.#pongSeen = true;
    this.#deadline?.cancel();
    this.#deadline = undefined;
  }

  stop(): void {
    this.#nextPing?.cancel();
    this.#deadline?.cancel();
  }

  #schedule(): void {
    const { clock } = this.#host;
    const { interval, random } = this.#options;
    this.#nextPing?.cancel();
    this.#nextPing = clock.at(clock.now() + interval * (1 - 0.2 * (random?.number() ?? 0)), () => this.ping());
  }
}

/** Two CRLF from the side that opened the connection, one CRLF back. */
export const PING: Uint8Array = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a);
export const PONG: Uint8Array = Uint8Array.of(0x0d, 0x0a);
