import type { Core } from './core.ts';

/** The end of a user agent: calls ended, binding removed, and when both are told, or after two seconds, everything closed. */
export class Departure {
  readonly done: Promise<void>;
  readonly #core: Core;
  #unregistered = false;
  #close: (() => void) | undefined;

  constructor(core: Core, close: () => void) {
    this.#core = core;
    this.done = new Promise((resolve) => {
      const deadline = core.after(2000, () => this.#close?.());
      this.#close = () => {
        this.#close = undefined;
        deadline.cancel();
        close();
        resolve();
      };
    });
    for (const session of [...core.sessions.values()]) session.hangUp();
    core.subscriptions.leave();
    core.flows.unregister(() => {
      this.#unregistered = true;
      this.look();
    });
  }

  /** Something ended: perhaps it was the last. */
  look(): void {
    const { goodbyes, sessions, subscriptions } = this.#core;
    if (!this.#close || !this.#unregistered || goodbyes.size + sessions.size + subscriptions.size > 0) return;
    // After this turn: whoever reports is still in the middle of its own step.
    this.#core.turns.next(() => this.#close?.());
  }
}
