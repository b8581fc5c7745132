import type { ServerTransaction } from '../transaction/index.ts';
import { answerOffer, takeUpdate } from './answer-offer.ts';
import { respond, respondLater } from './answers.ts';
import type { Core } from './core.ts';
import { takeInfo } from './info.ts';
import type { InviteSession } from './invite-session.ts';
import type { DialogUsage, LiveDialog } from './live-dialog.ts';
import { ReliableOrder } from './prack.ts';
import type { OfferPlace } from './re-invite.ts';

/**
 * The caller's end of an early dialog: one branch of a fork, with its own descriptions (§12.1.2). What the callee asks in it while it rings
 * may change media only once an offer was answered reliably.
 */
export class EarlyDialog implements DialogUsage, OfferPlace {
  readonly dialog: LiveDialog;
  readonly order: ReliableOrder;
  /** Offer and answer were exchanged reliably (RFC 3262 §5). */
  complete = false;
  readonly #core: Core;
  readonly #session: InviteSession;
  readonly #owner: EarlyOwner;
  #pending: ServerTransaction | undefined;

  constructor(core: Core, session: InviteSession, dialog: LiveDialog, owner: EarlyOwner) {
    this.#core = core;
    this.#session = session;
    this.dialog = dialog;
    this.order = new ReliableOrder(dialog, () => session.stage?.reconcile?.());
    this.#owner = owner;
    dialog.add(this);
  }

  get open(): boolean {
    return this.complete && !this.#pending && this.order.idle && this.dialog.allows('UPDATE');
  }

  unmet(status: number): void {
    this.#owner.unmet(status);
  }

  request(transaction: ServerTransaction): boolean {
    switch (transaction.request.method) {
      case 'BYE':
        // A callee must not send BYE here (§15); answered all the same, the INVITE's final response will tell.
        respond(transaction, 200);
        return true;
      case 'INFO':
        takeInfo(this.#core, this.#session, transaction);
        return true;
      case 'UPDATE':
        this.#update(transaction);
        return true;
      case 'INVITE':
        respond(transaction, 491);
        return true;
      default:
        return false;
    }
  }

  end(): void {
    const { outgoing } = this.#session;
    this.dialog.remove(this);
    if (outgoing.place === this) outgoing.moveTo(undefined);
    if (!this.#pending) return;
    respondLater(this.#core, this.#pending);
    this.#pending = undefined;
    this.#session.media.rollback();
  }

  #update(transaction: ServerTransaction): void {
    const offer = takeUpdate(this.dialog, transaction);
    if (offer === undefined) return;
    if (!this.complete || this.#session.outgoing.busy) respond(transaction, 491);
    else if (this.#pending) respondLater(this.#core, transaction);
    else {
      this.#pending = transaction;
      const open = () => this.#pending === transaction;
      const done = () => {
        this.#pending = undefined;
        this.#session.stage?.reconcile?.();
      };
      this.#owner.commit(this.dialog.state.remoteTag, (ours) => {
        if (!open()) return;
        if (ours) answerOffer(this.#session, this.dialog, transaction, offer, open, done);
        else {
          respond(transaction, 488);
          done();
        }
      });
    }
  }
}

/** The call whose branches they are. */
export interface EarlyOwner {
  /**
   * Makes the answer of that branch the session's before there is a further offer in it. `false`: another branch has media, or media does not
   * take it, and nothing changed.
   */
  commit(tag: string, done: (ours: boolean) => void): void;
  unmet(status: number): void;
}
