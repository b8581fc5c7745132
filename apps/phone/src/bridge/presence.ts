import { type Locks, once } from './locks.ts';

/**
 * A lock this tab holds while it is there. The engine waits for it: when the tab is gone, however it went, the lock is
 * granted and the tab's calls get their BYE.
 */
export class Presence {
  readonly lock: string;
  readonly #locks: Locks | undefined;
  #release: (() => void) | undefined;

  constructor(tab: string, locks: Locks | undefined) {
    this.lock = `ringback-tab-${tab}`;
    this.#locks = locks;
  }

  /** Resolves when the lock is held: only then may the tab say hello. */
  async take(): Promise<void> {
    const locks = this.#locks;
    if (!locks || this.#release) return;
    await new Promise<void>((held, failed) => {
      const gone = new Promise<void>((release) => {
        this.#release = release;
      });
      locks
        .request(this.lock, () => {
          held();
          return gone;
        })
        .catch(failed);
    });
  }

  leave(): void {
    this.#release?.();
    this.#release = undefined;
  }
}

/** Resolves when the engine that holds its lock now is gone; the signal ends the waiting. */
export function engineGone(locks: Locks | undefined, name: string, signal: AbortSignal, run: () => void): void {
  if (!locks) return;
  // Shared: all tabs are told at the same moment, and none stands in the way of the next engine.
  once(locks.request(name, { mode: 'shared', signal }, run));
}
