import type { Clock } from '../runtime/clock.ts';
import { LazyMap } from '../runtime/lazy.ts';
import type { Destination } from './flow.ts';

/**
 * UDP destinations that could not be had by TCP. For a while large requests go there by UDP at once: a firewall that
 * swallows SYNs would otherwise cost each of them the time-out of a connection.
 */
export class StreamRefusals {
  readonly #clock: Clock;
  readonly #duration: number;
  readonly #until = new LazyMap<string, number>();

  constructor(clock: Clock, duration: number) {
    this.#clock = clock;
    this.#duration = duration;
  }

  note({ host, port }: Destination): void {
    if (this.#until.size >= MOST) this.#until.clear();
    this.#until.set(`${host} ${port}`, this.#clock.now() + this.#duration);
  }

  has({ host, port }: Destination): boolean {
    const until = this.#until.get(`${host} ${port}`);
    return until !== undefined && this.#clock.now() < until;
  }
}

/** Forgetting only costs a time-out. */
const MOST = 1000;
