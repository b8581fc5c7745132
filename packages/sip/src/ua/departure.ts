import type { Core } from './core.ts';
import type { Flows } from './flows.ts';
import type { Goodbyes } from './goodbyes.ts';

/** The end of a user agent: calls ended, binding removed, and when both are told, or after two seconds, everything closed. */
export class Departure {
  readonly done: Promise<void>;
  readonly #core: Core;
  readonly #goodbyes: Goodbyes;
  #unregistered = false;
  #close: (() => void) | undefined;

  constructor(core: Core, flows: Flows, goodbyes: Goodbyes, close: () => void) {
    this.#core = core;
    this.#goodbyes = goodbyes;
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
    flows.unregister(() => {
      this.#unregistered = true;
      this.look();
    });
  }

  /** Something ended: perhaps it was the last. */
  look(): void {
    const { sessions, subscriptions } = this.#core;
    if (!this.#close || !this.#unregistered || this.#goodbyes.size + sessions.size + subscriptions.size > 0) return;
    // After this turn: whoever reports is still in the middle of its own step.
    this.#core.turns.after(() => this.#core.turns.run(() => this.#close?.()));
  }
}
