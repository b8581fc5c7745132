import type { SipMessage, SipRequest } from '../message/index.ts';
import type { Timer } from '../runtime/index.ts';
import type { FailureCause, ServerTransaction } from '../transaction/index.ts';
import type { Flow } from '../transport/index.ts';
import type { AcceptedInvite } from './accepted-invite.ts';
import { respond } from './answers.ts';
import type { Core } from './core.ts';
import { IncomingOffers } from './incoming-offers.ts';
import { infoHeaders, takeInfo } from './info.ts';
import type { InviteSession, Stage } from './invite-session.ts';
import type { DialogUsage, LiveDialog } from './live-dialog.ts';
import type { SessionEnd, SessionTimerSnapshot } from './options.ts';
import type { OfferPlace, Refreshed, ReInvite } from './re-invite.ts';
import { heldByAnswer, heldByOffer } from './remote-hold.ts';
import { identify } from './remote-party.ts';
import { endByFailure, endByRequest, endsCall, failedHere, failureStatus, sipReason } from './session-end.ts';
import { refuseBrief, SessionTimer } from './session-timer.ts';

/**
 * A confirmed dialog in the service of a call, what RFC 5057 names an invite usage: its requests both ways. Offers we make are in
 * `ReInvite`, those of the far side in `IncomingOffers`.
 */
export class InviteUsage implements Stage, DialogUsage, OfferPlace {
  readonly session: InviteSession;
  readonly dialog: LiveDialog;
  /** Runs once if the usage ends early: the caller may still owe an ACK, and has a dialog that it may end. */
  beforeBye: (() => void) | undefined;
  readonly #core: Core;
  readonly outgoing: ReInvite;
  readonly incoming: IncomingOffers;
  readonly timer: SessionTimer;
  /** The ACK of the first INVITE was sent or seen. Before that a callee may not send BYE (§15) and nobody a re-INVITE (§14.1). */
  #established = false;
  #byeDue: Timer | undefined;
  #farewell: { readonly end: SessionEnd; readonly reason: string | undefined } | undefined;

  constructor(core: Core, session: InviteSession, dialog: LiveDialog) {
    this.#core = core;
    this.session = session;
    this.dialog = dialog;
    this.incoming = new IncomingOffers(core, this);
    this.timer = new SessionTimer(core, this);
    this.outgoing = session.outgoing;
    this.outgoing.moveTo(this);
    session.stage = this;
    dialog.add(this);
  }

  get open(): boolean {
    return this.#established && !this.incoming.busy;
  }

  // From the session.

  hangUp(reason?: string, end: SessionEnd = { by: 'local', kind: 'hangup' }): void {
    this.bye(end, reason);
  }

  reconcile(): void {
    this.outgoing.reconcile();
  }

  restart(iceRestart: boolean): void {
    this.outgoing.refresh({ iceRestart });
  }

  /** Refreshes session and target: by UPDATE without description where the far side takes it, else by a re-INVITE (RFC 4028 §7.4). */
  refreshSession(done: Refreshed = () => {}): void {
    // Without a flow it waits for the next, among our offers.
    if (!this.dialog.allows('UPDATE') || !this.#core.flows.target(0, this.dialog)) {
      this.outgoing.refresh({}, done);
      return;
    }
    this.dialog.send(
      {
        method: 'UPDATE',
        headers: [...this.dialog.headers(), ...this.timer.ask()],
      },
      {
        final: (response, request) => {
          this.timer.settled(request, response);
          if (response.isSuccess) this.dialog.refresh(response);
          else if (endsCall(response.status)) this.lost(response.status);
          done(response);
        },
        failed: (cause) => {
          this.failed(cause);
          done(cause);
        },
      },
    );
  }

  rename(from: string): void {
    const { dialog } = this;
    if (!this.#established || !dialog.supports('from-change') || dialog.state.local === from) return;
    dialog.rename(from);
    this.refreshSession();
  }

  update(media: boolean): void {
    if (media) this.outgoing.refresh({ byUpdate: true });
    else this.refreshSession();
  }

  /** A new flow: the far side must hear from us on it, or its BYE would go where nobody listens. */
  recover(stalled: readonly string[]): void {
    this.outgoing.refresh({ iceRestart: stalled.includes(this.session.id) });
  }

  flowLost(flow: Flow): void {
    this.incoming.flowLost(flow);
  }

  sendInfo(contentType: string, body: string, infoPackage: string | undefined, done: (status: number) => void): void {
    const { dialog } = this;
    // A MUST NOT of RFC 6086 §5.2.2.
    if (infoPackage !== undefined && !dialog.takes(infoPackage)) {
      done(469);
      return;
    }
    dialog.send(
      { method: 'INFO', headers: infoHeaders(infoPackage), body, contentType },
      {
        final: (response) => {
          const { status } = response;
          if (status === 469) dialog.learn(response);
          done(status);
          if (endsCall(status)) this.lost(status);
        },
        failed: (cause) => {
          done(failureStatus(cause));
          this.failed(cause);
        },
      },
    );
  }

  /** Not while descriptions are on their way, since candidates belong to one. */
  knownDialogs(): readonly LiveDialog[] {
    return this.#established && !this.outgoing.busy && !this.incoming.busy ? [this.dialog] : [];
  }

  // From the dialog.

  request(transaction: ServerTransaction): boolean {
    const { request } = transaction;
    switch (request.method) {
      case 'BYE':
        respond(transaction, 200);
        this.#release();
        this.session.finish(endByRequest(request, 'hangup'));
        return true;
      case 'INVITE':
        if (!refuseBrief(this.#core, transaction)) this.incoming.invite(transaction);
        return true;
      case 'UPDATE':
        if (!refuseBrief(this.#core, transaction)) this.incoming.update(transaction);
        return true;
      case 'INFO':
        takeInfo(this.#core, this.session, transaction);
        return true;
      default:
        return false;
    }
  }

  refreshed(message: SipMessage, remote: string, flow?: Flow): void {
    identify(this.#core, this.session, message, flow, remote);
  }

  ack(ack: SipRequest): void {
    this.incoming.ack(ack);
  }

  cancel(invite: ServerTransaction): void {
    this.incoming.cancel(invite);
  }

  // From the parts of the usage.

  /** Both sides know of the dialog now. */
  establish(): void {
    if (this.#established) return;
    this.#established = true;
    if (this.#farewell) {
      this.#leave(this.#farewell.end, this.#farewell.reason);
      return;
    }
    if (this.session.over) return;
    this.session.change({ state: 'connected', answeredAt: this.session.answeredAt ?? this.#core.clock.now() });
    this.outgoing.reconcile();
  }

  /** Goes on with a dialog of an earlier life; the far side hears of it by a re-INVITE as soon as there is a flow. */
  resume(timer: SessionTimerSnapshot | undefined): void {
    this.#established = true;
    this.timer.start(timer);
    this.outgoing.refresh({ iceRestart: true });
  }

  /** Our 2xx to the first INVITE is out. */
  accepted(accepted: AcceptedInvite, lateOffer: boolean, hold: boolean): void {
    this.incoming.accepted(accepted, lateOffer, hold);
  }

  /** Ends the call from our side. The callee's BYE waits for the ACK, or for the time it could still come (§15). */
  bye(end: SessionEnd, reason?: string): void {
    if (this.session.over) return;
    if (this.#established || this.beforeBye) {
      this.#leave(end, reason);
      return;
    }
    this.#farewell = { end, reason };
    this.session.media.close();
    this.session.change({ state: 'ending' });
  }

  /** Our 2xx got no ACK in 64·T1: the dialog is confirmed but the call is not, so it is ended (§13.3.1.4). */
  unacknowledged(): void {
    const { end, reason } = this.#farewell ?? { end: endByFailure('timeout'), reason: undefined };
    this.#leave(end, reason);
  }

  /** The far side's answer to our offer. */
  acceptAnswer(answer: string, offer: string, hold: boolean): void {
    const { session } = this;
    const remote = heldByAnswer(offer, answer, session.held.remote);
    session.agreed(hold, remote);
    session.media.accept(
      answer,
      () => {},
      ({ status }) => this.unmet(status),
    );
  }

  unmet(status: number, why = 'Not Acceptable Here'): void {
    this.bye(failedHere(status), sipReason(488, why));
  }

  /** The far side's offer, answered. */
  noteOffer(offer: string, hold: boolean): void {
    this.session.agreed(hold, heldByOffer(offer));
  }

  /** The far side is gone, and with it the usage. It gets a BYE all the same, unless it says that it knows of no call. */
  lost(status: number): void {
    if (this.session.over) return;
    const end: SessionEnd = status === 408 ? endByFailure('timeout') : { by: 'remote', kind: 'failed', status };
    if (status === 481) this.#awaitBye(end);
    else this.#leave(end);
  }

  /** A request got no answer. When the flow broke the dialog lives on: it is tried again on the next. */
  failed(cause: FailureCause): void {
    if (cause === 'timeout') this.lost(408);
  }

  /** Who knows of no call has most often just ended it: then our request crossed a BYE, which says how it ended. */
  #awaitBye(end: SessionEnd): void {
    this.outgoing.stop();
    this.session.change({ state: 'ending' });
    this.#byeDue = this.#core.after(2 * this.#core.timers.t1, () => {
      this.#release();
      this.session.finish(end);
    });
  }

  #leave(end: SessionEnd, reason?: string): void {
    this.#release();
    this.#core.goodbyes.say({
      dialog: this.dialog,
      headers: this.session.handing,
      ...(reason !== undefined && { reason }),
    });
    this.session.finish(end);
  }

  #release(): void {
    this.#byeDue?.cancel();
    this.beforeBye?.();
    this.beforeBye = undefined;
    this.dialog.remove(this);
    this.timer.stop();
    this.outgoing.stop();
    this.incoming.stop();
  }
}
