import { guarded } from '../runtime/guarded.ts';
import type { Log } from '../runtime/index.ts';

/**
 * One input, one turn: listeners hear of a change only when the outermost step that made it is complete, so they see consistent state and
 * maps, and may call back in. What a listener throws is logged and goes no further.
 */
export class Turns {
  readonly #log: Log;
  readonly #events: (() => void)[] = [];
  #depth = 0;
  #delivering = false;

  constructor(log: Log) {
    this.#log = log;
  }

  run<T>(step: () => T): T {
    this.#depth += 1;
    try {
      return step();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) this.#deliver();
    }
  }

  /** Has `event` run at the end of this turn. */
  after(event: () => void): void {
    this.#events.push(event);
    if (this.#depth === 0) this.#deliver();
  }

  /** Has `step` be a turn of its own after this one. */
  next(step: () => void): void {
    this.after(() => this.run(step));
  }

  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    for (let event = this.#events.shift(); event; event = this.#events.shift()) {
      guarded(this.#log, 'listener-threw', event);
    }
    this.#delivering = false;
  }
}
