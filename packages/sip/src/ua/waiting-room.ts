import { LazySet } from '../runtime/lazy.ts';
import type { Core } from './core.ts';

export interface Waiting {
  cancel(): void;
}

/** What waits for the connection, each with its own patience. */
export class WaitingRoom {
  readonly #core: Core;
  readonly #waiting = new LazySet<() => void>();

  constructor(core: Core) {
    this.#core = core;
  }

  enter(patience: number, ready: () => void, late: () => void): Waiting {
    const leave = (step?: () => void) => {
      this.#waiting.delete(called);
      alarm.cancel();
      step?.();
    };
    const called = () => leave(ready);
    const alarm = this.#core.after(patience, () => leave(late));
    this.#waiting.add(called);
    return { cancel: () => leave() };
  }

  callAll(): void {
    for (const called of [...this.#waiting]) called();
  }
}
