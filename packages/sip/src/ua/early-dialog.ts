import type { ServerTransaction } from '../transaction/index.ts';
import { answerOffer } from './answer-offer.ts';
import { respond, respondLater } from './answers.ts';
import type { Core } from './core.ts';
import { takeInfo } from './info.ts';
import type { InviteSession } from './invite-session.ts';
import type { DialogUsage, LiveDialog } from './live-dialog.ts';
import { ownHeaders } from './own-headers.ts';
import { ReliableOrder } from './prack.ts';
import { sessionBody } from './session-body.ts';

/**
 * The caller's end of an early dialog: one branch of a fork, with its own descriptions (§12.1.2). What the callee asks in it while it rings
 * may change media only once an offer was answered reliably.
 */
export class EarlyDialog implements DialogUsage {
  readonly dialog: LiveDialog;
  readonly order: ReliableOrder;
  /** Offer and answer were exchanged reliably (RFC 3262 §5). */
  complete = false;
  readonly #core: Core;
  readonly #session: InviteSession;
  readonly #commit: () => boolean;
  #pending: ServerTransaction | undefined;

  /** `commit` makes this branch's answer the session's, before a new offer is answered; false: another branch has it. */
  constructor(core: Core, session: InviteSession, dialog: LiveDialog, commit: () => boolean) {
    this.#core = core;
    this.#session = session;
    this.dialog = dialog;
    this.order = new ReliableOrder(core, dialog);
    this.#commit = commit;
    dialog.add(this);
  }

  request(transaction: ServerTransaction): boolean {
    switch (transaction.request.method) {
      case 'BYE':
        // A callee must not send BYE here (§15); answered all the same, the INVITE's final response will tell.
        respond(this.#core, transaction, 200);
        return true;
      case 'INFO':
        takeInfo(this.#core, this.#session, transaction);
        return true;
      case 'UPDATE':
        this.#update(transaction);
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
    if (!this.#pending) return;
    respondLater(this.#core, this.#pending);
    this.#pending = undefined;
    this.#session.media.rollback();
  }

  #update(transaction: ServerTransaction): void {
    const body = sessionBody(transaction.request);
    if (body.type === 'unsupported') respond(this.#core, transaction, 415, { headers: body.headers });
    else if (body.type === 'none') {
      this.dialog.refresh(transaction.request, transaction.flow);
      respond(this.#core, transaction, 200, {
        headers: ownHeaders(this.#core, this.dialog.hidden, transaction.request),
      });
    } else if (!this.complete) respond(this.#core, transaction, 491);
    else if (this.#pending) respondLater(this.#core, transaction);
    else if (!this.#commit()) respond(this.#core, transaction, 488);
    else {
      this.#pending = transaction;
      answerOffer(
        this.#core,
        this.#session,
        this.dialog,
        transaction,
        body.sdp,
        () => this.#pending === transaction,
        () => {
          this.#pending = undefined;
        },
      );
    }
  }
}
