import { LazySet } from '../runtime/lazy.ts';
import type { Alarms } from './alarms.ts';
import type { Waiting } from './core.ts';

/** What waits for the connection, each with its own patience. */
export class WaitingRoom {
  readonly #alarms: Alarms;
  readonly #waiting = new LazySet<() => void>();

  constructor(alarms: Alarms) {
    this.#alarms = alarms;
  }

  enter(patience: number, ready: () => void, late: () => void): Waiting {
    const leave = (step?: () => void) => {
      this.#waiting.delete(called);
      alarm.cancel();
      step?.();
    };
    const called = () => leave(ready);
    const alarm = this.#alarms.after(patience, () => leave(late));
    this.#waiting.add(called);
    return { cancel: () => leave() };
  }

  callAll(): void {
    for (const called of [...this.#waiting]) called();
  }
}
