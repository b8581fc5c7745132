import { createDialogRequest, receiveCSeq } from '../dialog/index.ts';
import type { SipRequest } from '../message/index.ts';
import type { Timer } from '../runtime/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import { respond } from './answers.ts';
import type { Core, DialogUser, Goodbye } from './core.ts';
import { Exchange } from './exchange.ts';
import { product } from './own-headers.ts';

/**
 * BYEs under way. For our user the session is over as soon as he hung up (§15.1.1); the far side must hear of it even when the connection is
 * just away, so a BYE waits for the next flow: not for ever, and not without number.
 */
export class Goodbyes {
  readonly #core: Core;
  readonly #farewells = new Set<Farewell>();

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

  /** A new flow is ready. */
  resume(): void {
    for (const farewell of [...this.#farewells]) farewell.send();
  }

  close(): void {
    for (const farewell of [...this.#farewells]) farewell.end();
  }
}

/** Holds the dialog until its BYE is answered: requests that cross it still belong to it. */
class Farewell implements DialogUser {
  readonly #core: Core;
  readonly #goodbye: Goodbye;
  readonly #ended: () => void;
  readonly #deadline: Timer;
  #dialog: Goodbye['dialog'];
  #sending = false;

  constructor(core: Core, goodbye: Goodbye, ended: () => void) {
    this.#core = core;
    this.#goodbye = goodbye;
    this.#ended = ended;
    this.#dialog = goodbye.dialog;
    this.#deadline = core.after(patience, () => this.end());
    core.dialogs.set(this.#dialog, this);
  }

  send(): void {
    if (this.#sending || !this.#core.target()) return;
    this.#sending = true;
    const { reason } = this.#goodbye;
    const { request, dialog } = createDialogRequest(this.#dialog, {
      method: 'BYE',
      headers: [...product(this.#core), ...(reason === undefined ? [] : [['Reason', reason] as const])],
    });
    this.#dialog = dialog;
    new Exchange(this.#core, request, () => this.#nextCSeq(), {
      // Whatever the answer is, the dialog is over (§15.1.1).
      final: () => this.end(),
      failed: (cause) => {
        this.#sending = false;
        if (cause === 'timeout') this.end();
      },
    });
  }

  request(transaction: ServerTransaction): void {
    const next = receiveCSeq(this.#dialog, transaction.request);
    if (next) this.#dialog = next;
    // BYEs that cross are both right; anything else comes too late.
    respond(this.#core, transaction, transaction.request.method === 'BYE' ? 200 : 481);
  }

  ack(_ack: SipRequest): void {}

  end(): void {
    this.#deadline.cancel();
    this.#core.dialogs.delete(this.#dialog, this);
    this.#ended();
  }

  #nextCSeq(): number {
    const localCSeq = this.#dialog.localCSeq + 1;
    this.#dialog = { ...this.#dialog, localCSeq };
    return localCSeq;
  }
}

/** A BYE older than this finds nobody who still waits for it. */
const patience = 180_000;
const most = 32;
