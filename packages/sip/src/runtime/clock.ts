import { TimerQueue } from './timer-queue.ts';

/**
 * Time as the core sees it: milliseconds, and alarms at absolute deadlines. An absolute deadline survives sleep and
 * throttling: what was missed is due at once, in order, instead of being late by the length of the sleep.
 */
export interface Clock {
  /** Milliseconds on a scale that does not stop while the machine sleeps (in practice `Date.now`). */
  now(): number;
  /** Runs `run` once, at or as soon as possible after `deadline`; never inside this call. */
  at(deadline: number, run: () => void): Timer;
}

/** Something that is to run later. */
export interface Timer {
  /** Idempotent; does nothing once the timer has run. */
  cancel(): void;
}

/** What `systemClock` needs of its host; `setTimeout` may return whatever `clearTimeout` takes. */
export interface ClockHost<Handle> {
  now(): number;
  setTimeout(run: () => void, delay: number): Handle;
  clearTimeout(handle: Handle): void;
}

/** A clock that knows the host may sleep. */
export interface SystemClock extends Clock {
  /** Runs everything that is due now; call it when the host learns that it was asleep. */
  wake(): void;
}

/**
 * A clock over the host's timers: one queue, one host timer for the earliest deadline. The host is asked again at least
 * once per `longestWait` (default 1 s) while something is pending, because its own timers may stand still in sleep.
 *
 * @example systemClock({ now: Date.now, setTimeout, clearTimeout })
 */
export function systemClock<Handle>(host: ClockHost<Handle>, longestWait = 1000): SystemClock {
  const queue = new TimerQueue();
  let armed: { readonly handle: Handle; readonly at: number } | undefined;

  function arm(): void {
    const next = queue.earliest;
    if (armed !== undefined) {
      if (next !== undefined && armed.at <= next) return;
      host.clearTimeout(armed.handle);
      armed = undefined;
    }
    if (next === undefined) return;
    const now = host.now();
    const wait = Math.min(Math.max(0, next - now), longestWait);
    armed = { handle: host.setTimeout(wake, wait), at: now + wait };
  }

  function wake(): void {
    if (armed !== undefined) host.clearTimeout(armed.handle);
    armed = undefined;
    try {
      queue.runDue(host.now());
    } finally {
      arm();
    }
  }

  return {
    now: () => host.now(),
    at(deadline, run) {
      const timer = queue.add(deadline, run);
      arm();
      return timer;
    },
    wake,
  };
}
