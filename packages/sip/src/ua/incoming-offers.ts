import type { SipRequest } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import type { Flow } from '../transport/index.ts';
import { AcceptedInvite } from './accepted-invite.ts';
import { answerOffer, takeUpdate } from './answer-offer.ts';
import { respond, respondLater, warningHeader } from './answers.ts';
import type { Core } from './core.ts';
import type { InviteUsage } from './invite-usage.ts';
import { sessionBody } from './session-body.ts';

/** The far side's offers in a call: re-INVITE (§14.2) and UPDATE (RFC 3311). Refused ones leave the call as it was. */
export class IncomingOffers {
  readonly #core: Core;
  readonly #usage: InviteUsage;
  /** Being worked on: its final response is not out. */
  #pending: ServerTransaction | undefined;
  /** Our 2xx waits for its ACK; with `late` that brings the answer to our offer. */
  #accepted: { readonly invite: AcceptedInvite; readonly late: boolean } | undefined;
  #lateHold = false;

  constructor(core: Core, usage: InviteUsage) {
    this.#core = core;
    this.#usage = usage;
  }

  /** An INVITE of the far side is under way; we must not send one of ours (§14.1). */
  get busy(): boolean {
    return this.#pending !== undefined || this.#accepted !== undefined;
  }

  /** Our 2xx to the first INVITE is out; with `late` it holds our offer. */
  accepted(invite: AcceptedInvite, late: boolean, hold: boolean): void {
    this.#accepted = { invite, late };
    this.#lateHold = hold;
  }

  invite(transaction: ServerTransaction): void {
    if (this.#usage.outgoing.busy) {
      respond(transaction, 491);
      return;
    }
    if (this.busy) {
      respondLater(this.#core, transaction);
      return;
    }
    const body = sessionBody(transaction.request);
    if (body.type === 'unsupported') {
      respond(transaction, 415, body);
      return;
    }
    const { session } = this.#usage;
    const hold = session.held.wanted;
    this.#pending = transaction;
    const done = (sdp: string) => {
      if (!this.#isPending(transaction)) return;
      this.#pending = undefined;
      const { dialog, timer } = this.#usage;
      const response = dialog.accept(transaction, timer.grant(transaction.request), sdp);
      const invite = new AcceptedInvite(this.#core, transaction, response, () => this.#unacknowledged());
      this.#accepted = { invite, late: body.type === 'none' };
      if (body.type === 'sdp') this.#usage.noteOffer(body.sdp, hold);
      else this.#lateHold = hold;
    };
    const refused = ({ status, warning }: { readonly status: number; readonly warning?: string }) => {
      if (!this.#isPending(transaction)) return;
      this.#pending = undefined;
      respond(transaction, status, { headers: warningHeader(warning) });
      session.media.rollback();
      this.#usage.outgoing.reconcile();
    };
    if (body.type === 'sdp') session.media.answer(body.sdp, hold, done, refused);
    else session.media.offer({ hold }, done, refused);
  }

  update(transaction: ServerTransaction): void {
    const { session, dialog, timer } = this.#usage;
    const grant = () => timer.grant(transaction.request);
    const offer = takeUpdate(dialog, transaction, grant);
    if (offer === undefined) return;
    if (this.#usage.outgoing.busy || this.#accepted?.late) respond(transaction, 491);
    else if (this.#pending) respondLater(this.#core, transaction);
    else {
      this.#pending = transaction;
      answerOffer(
        session,
        dialog,
        transaction,
        offer,
        () => this.#isPending(transaction),
        () => {
          this.#pending = undefined;
          this.#usage.outgoing.reconcile();
        },
        grant,
      );
    }
  }

  /** A re-INVITE can be cancelled until it is answered; the session stays as it was (RFC 6141 §3.4). */
  cancel(invite: ServerTransaction): void {
    if (this.#pending !== invite) return;
    this.#pending = undefined;
    respond(invite, 487);
    this.#usage.session.media.rollback();
    this.#usage.outgoing.reconcile();
  }

  ack(ack: SipRequest): void {
    const accepted = this.#accepted;
    if (!accepted?.invite.isAckedBy(ack)) return;
    accepted.invite.stop();
    this.#accepted = undefined;
    if (accepted.late) this.#lateAnswer(ack);
    this.#usage.establish();
    this.#usage.outgoing.reconcile();
  }

  /**
   * The connection of the INVITE is gone and our 2xx can no longer go its way (RFC 7118 §5.3). Whether the far side has it, the re-INVITE on the
   * next flow will show.
   */
  flowLost(flow: Flow): void {
    if (this.#pending?.flow === flow) {
      this.#pending = undefined;
      this.#usage.session.media.rollback();
    }
    if (this.#accepted?.invite.transaction.flow !== flow) return;
    this.#accepted.invite.stop();
    this.#accepted = undefined;
    this.#usage.establish();
  }

  stop(): void {
    this.#accepted?.invite.stop();
    this.#accepted = undefined;
    // BYE overtook an INVITE: that one gets its final response (§15.1.2).
    if (this.#pending) respond(this.#pending, 487);
    this.#pending = undefined;
  }

  #lateAnswer(ack: SipRequest): void {
    const body = sessionBody(ack);
    if (body.type === 'sdp') {
      this.#usage.acceptAnswer(body.sdp, this.#usage.session.media.local ?? '', this.#lateHold);
      return;
    }
    // The offer in our 2xx has no answer and cannot get one any more (§13.3.1.4).
    this.#usage.establish();
    this.#usage.unmet(488, 'No answer in the ACK');
  }

  #unacknowledged(): void {
    this.#accepted = undefined;
    this.#usage.unacknowledged();
  }

  #isPending(transaction: ServerTransaction): boolean {
    return this.#pending === transaction && !this.#usage.session.over;
  }
}
