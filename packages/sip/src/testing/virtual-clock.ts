import type { Clock, Timer } from '../runtime/clock.ts';
import { TimerQueue } from '../runtime/timer-queue.ts';

/** Time that passes only when a test says so. */
export class VirtualClock implements Clock {
  readonly #queue = new TimerQueue();
  #now: number;

  constructor(start = 0) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  at(deadline: number, run: () => void): Timer {
    return this.#queue.add(deadline, run);
  }

  get pendingTimers(): number {
    return this.#queue.size;
  }

  /** Lets so many milliseconds pass; each timer runs at its own time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    while (this.#runNextUntil(end));
    this.#now = end;
  }

  /** Jumps to the next timer and runs it; false when there is none. */
  runNext(): boolean {
    return this.#runNextUntil(Number.POSITIVE_INFINITY);
  }

  /** Lets time pass until `done`, at most so long; tells whether it was. */
  advanceUntil(done: () => boolean, atMost: number): boolean {
    const end = this.#now + atMost;
    while (!done()) {
      if (this.#runNextUntil(end)) continue;
      this.#now = end;
      return done();
    }
    return true;
  }

  /** The machine sleeps: time passes, and what fell due meanwhile runs afterwards, late, in order. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds;
    this.#queue.runDue(this.#now);
  }

  /** Like `advance`, and lets promises settle before, between and after the timers. */
  async advanceSettled(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    do await settle();
    while (this.#runNextUntil(end));
    this.#now = end;
    await settle();
  }

  #runNextUntil(end: number): boolean {
    const deadline = this.#queue.earliest;
    if (deadline === undefined || deadline > end) return false;
    this.#now = Math.max(this.#now, deadline);
    this.#queue.takeDue(this.#now)?.();
    return true;
  }
}

/** Lets every promise that waits for nothing but other promises settle: one turn of the host's event loop. */
export function settle(): Promise<void> {
  return new Promise((resolve) => turn(resolve));
}

const host = globalThis as unknown as {
  readonly setImmediate?: (run: () => void) => unknown;
  readonly setTimeout: (run: () => void, delay: number) => unknown;
};
const turn = (run: () => void): unknown => (host.setImmediate ? host.setImmediate(run) : host.setTimeout(run, 0));
