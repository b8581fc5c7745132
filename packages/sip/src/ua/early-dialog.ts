import type { ServerTransaction } from '../transaction/index.ts';
import { respond } from './answers.ts';
import type { Core } from './core.ts';
import type { DialogUsage, LiveDialog } from './live-dialog.ts';

/**
 * The caller's end of an early dialog: answers what the callee asks in it while it rings. Our offer, or the far side's still to come, is
 * open all the time, so nothing that would change media is taken.
 */
export class EarlyDialog implements DialogUsage {
  readonly dialog: LiveDialog;
  readonly #core: Core;

  constructor(core: Core, dialog: LiveDialog) {
    this.#core = core;
    this.dialog = dialog;
    dialog.add(this);
  }

  request(transaction: ServerTransaction): boolean {
    switch (transaction.request.method) {
      case 'BYE':
      case 'INFO':
        // A callee must not send BYE here (§15); answered all the same, the INVITE's final response will tell.
        respond(this.#core, transaction, 200);
        return true;
      case 'UPDATE':
        respond(this.#core, transaction, transaction.request.body.length > 0 ? 491 : 200, {
          headers: [['Contact', this.#core.contact()]],
        });
        return true;
      case 'INVITE':
        respond(this.#core, transaction, 491);
        return true;
      default:
        return false;
    }
  }

  end(): void {
    this.dialog.remove(this);
  }
}
