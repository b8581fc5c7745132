import type { Clock, Timer } from '../runtime/index.ts';
import type { Turns } from './turn.ts';

/** The timers of one user agent: each runs as a turn of its own, and none is forgotten. */
export class Alarms {
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #pending = new Set<Timer>();

  constructor(clock: Clock, turns: Turns) {
    this.#clock = clock;
    this.#turns = turns;
  }

  get size(): number {
    return this.#pending.size;
  }

  after(delay: number, run: () => void): Timer {
    const timer = this.#clock.at(this.#clock.now() + delay, () => {
      this.#pending.delete(alarm);
      this.#turns.run(run);
    });
    const alarm: Timer = {
      cancel: () => {
        this.#pending.delete(alarm);
        timer.cancel();
      },
    };
    this.#pending.add(alarm);
    return alarm;
  }

  cancelAll(): void {
    for (const alarm of [...this.#pending]) alarm.cancel();
  }
}
