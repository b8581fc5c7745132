import type { Clock, Timer } from '@ringback/sip';

/** A clock that knows how many of its timers are still to run: what a test, or a metric, asks at the end. */
export class CountingClock implements Clock {
  readonly #clock: Clock;
  #pending = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get pending(): number {
    return this.#pending;
  }

  now(): number {
    return this.#clock.now();
  }

  at(deadline: number, run: () => void): Timer {
    let done = false;
    const finish = (): boolean => {
      if (done) return false;
      done = true;
      this.#pending--;
      return true;
    };
    this.#pending++;
    const timer = this.#clock.at(deadline, () => {
      if (finish()) run();
    });
    return {
      cancel: () => {
        if (finish()) timer.cancel();
      },
    };
  }
}
