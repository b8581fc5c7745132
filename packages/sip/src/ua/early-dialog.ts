import { type DialogState, receiveCSeq } from '../dialog/index.ts';
import type { SipRequest } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import { refuseExtensions, refuseMethod, respond, respondToOptions } from './answers.ts';
import type { Core, DialogUser } from './core.ts';

/**
 * The caller's end of an early dialog: answers what the callee asks in it while it rings. Our offer, or the far side's still to come, is
 * open all the time, so nothing that would change media is taken.
 */
export class EarlyDialog implements DialogUser {
  readonly #core: Core;
  readonly #changed: (dialog: DialogState) => void;
  #dialog: DialogState;

  constructor(core: Core, dialog: DialogState, changed: (dialog: DialogState) => void) {
    this.#core = core;
    this.#dialog = dialog;
    this.#changed = changed;
    core.dialogs.set(dialog, this);
  }

  request(transaction: ServerTransaction): void {
    const next = receiveCSeq(this.#dialog, transaction.request);
    if (!next) {
      respond(this.#core, transaction, 500);
      return;
    }
    this.#dialog = next;
    this.#changed(next);
    if (refuseExtensions(this.#core, transaction)) return;
    switch (transaction.request.method) {
      case 'OPTIONS':
        respondToOptions(this.#core, transaction);
        return;
      case 'BYE':
      case 'INFO':
        // A callee must not send BYE here (§15); answered all the same, the INVITE's final response will tell.
        respond(this.#core, transaction, 200);
        return;
      case 'UPDATE':
        respond(this.#core, transaction, transaction.request.body.length > 0 ? 491 : 200, {
          headers: [['Contact', this.#core.contact()]],
        });
        return;
      case 'INVITE':
        respond(this.#core, transaction, 491);
        return;
      default:
        refuseMethod(this.#core, transaction);
    }
  }

  ack(_ack: SipRequest): void {}

  end(): void {
    this.#core.dialogs.delete(this.#dialog, this);
  }
}
