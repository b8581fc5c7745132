import type { Timer } from '../runtime/index.ts';
import { LazySet } from '../runtime/lazy.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import { respond } from './answers.ts';
import type { Core } from './core.ts';
import type { DialogUsage, LiveDialog } from './live-dialog.ts';
import { callMethods } from './methods.ts';

/** A BYE that must reach the far side although the session is over for us. */
export interface Goodbye {
  readonly dialog: LiveDialog;
  readonly reason?: string;
  readonly headers?: readonly (readonly [string, string])[];
}

/**
 * BYEs under way. For our user the session is over as soon as he hung up (§15.1.1); the far side must hear of it even when the connection is
 * just away, so a BYE waits for the next flow: not for ever, and not without number.
 */
export class Goodbyes {
  readonly #core: Core;
  readonly #farewells = new LazySet<Farewell>();

  readonly #changed: () => void;

  constructor(core: Core, changed: () => void) {
    this.#core = core;
    this.#changed = changed;
  }

  get size(): number {
    return this.#farewells.size;
  }

  say(goodbye: Goodbye): void {
    if (this.#farewells.size >= most) [...this.#farewells][0]?.end();
    const farewell: Farewell = new Farewell(this.#core, goodbye, () => {
      this.#farewells.delete(farewell);
      this.#changed();
    });
    this.#farewells.add(farewell);
    farewell.send();
  }

  close(): void {
    for (const farewell of [...this.#farewells]) farewell.end();
  }
}

/** Holds the dialog until its BYE is answered: requests that cross it still belong to it. */
class Farewell implements DialogUsage {
  readonly #core: Core;
  readonly #goodbye: Goodbye;
  readonly #ended: () => void;
  readonly #deadline: Timer;
  #sending = false;

  constructor(core: Core, goodbye: Goodbye, ended: () => void) {
    this.#core = core;
    this.#goodbye = goodbye;
    this.#ended = ended;
    this.#deadline = core.after(patience, () => this.end());
    goodbye.dialog.add(this);
  }

  send(): void {
    if (this.#sending || !this.#core.flows.target(0, this.#goodbye.dialog)) return;
    this.#sending = true;
    const { dialog, reason, headers = [] } = this.#goodbye;
    dialog.send(
      {
        method: 'BYE',
        headers: [...headers, ...(reason === undefined ? [] : [['Reason', reason] as const])],
      },
      {
        // Whatever the answer is, the call is over (§15.1.1).
        final: () => this.end(),
        failed: (cause) => {
          this.#sending = false;
          if (cause === 'timeout') this.end();
        },
      },
    );
  }

  recover(): void {
    this.send();
  }

  request(transaction: ServerTransaction): boolean {
    const { method } = transaction.request;
    // Another usage lives on in the dialog (RFC 5057 §4.1).
    const others = this.#goodbye.dialog.usages.length > 1;
    if (others && !callMethods.some((each) => each === method)) return false;
    // BYEs that cross are both right; anything else comes too late.
    respond(transaction, method === 'BYE' ? 200 : 481);
    return true;
  }

  end(): void {
    this.#deadline.cancel();
    this.#goodbye.dialog.remove(this);
    this.#ended();
  }
}

/** A BYE older than this finds nobody who still waits for it. */
const patience = 180_000;
const most = 32;
