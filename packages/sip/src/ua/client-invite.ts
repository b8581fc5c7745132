import { createAck, dialogFromResponse } from '../dialog/index.ts';
import {
  type NewPart,
  printMultipart,
  type SipRequest,
  type SipResponse,
  treatAs,
  type UserToUser,
} from '../message/index.ts';
import { type Timer, token } from '../runtime/index.ts';
import type { Core } from './core.ts';
import { EarlyDialog, type EarlyOwner } from './early-dialog.ts';
import { Exchange } from './exchange.ts';
import { InviteSession, type Stage } from './invite-session.ts';
import { InviteUsage } from './invite-usage.ts';
import { LiveDialog } from './live-dialog.ts';
import type { SessionEnd } from './options.ts';
import { createOutsideRequest } from './outside-request.ts';
import { ownHeaders } from './own-headers.ts';
import { type Hiding, isAnonymous, privacyHeaders } from './privacy.ts';
import { isSecureEnough, Redirection } from './redirection.ts';
import { heldByAnswer, heldByOffer } from './remote-hold.ts';
import { identify } from './remote-party.ts';
import type { Session } from './session.ts';
import { sessionBody } from './session-body.ts';
import { endByFailure, endByResponse, failedHere, sipReason } from './session-end.ts';
import { askForTimer } from './session-timer.ts';
import type { Taking } from './transfer/replaces.ts';
import type { Waiting } from './waiting-room.ts';

/** How a call is made, where it is not made as usual. */
export interface CallOptions extends Taking, Hiding {
  /** Header fields to add to the INVITE. */
  readonly headers?: readonly (readonly [string, string])[];
  /** Leaves the offer to the far side: it comes in the 2xx, our answer goes in the ACK (§13.2.1). */
  readonly lateOffer?: boolean;
  /**
   * Who is called is known to trickle (RFC 8840 §5.1), so that the offer need not wait for candidates, and `Require: trickle-ice` says so. Where
   * that is refused the call is made again without. Only with `trickleIce` among `infoPackages`.
   */
  readonly trickle?: boolean;
  /** A call with the far side, which takes this one because we prove to know that (RFC 4538); where it would not understand, nothing is said. */
  readonly targetDialog?: Session;
  /** What our application gives that at the far side (RFC 7433 §4); a 3xx that the call follows may put something else in its place. */
  readonly userToUser?: readonly UserToUser[];
  /** What else the INVITE carries, in a multipart with the offer (RFC 5621 §5). */
  readonly parts?: readonly NewPart[];
}

/** The calling side of an INVITE (§13.2) until a 2xx makes it a dialog, and after that for the 2xx that still come. */
export class ClientInvite implements Stage, EarlyOwner {
  readonly session: InviteSession;
  readonly #core: Core;
  readonly #target: string;
  readonly #options: CallOptions;
  readonly #early = new Map<string, EarlyDialog>();
  /** Of each dialog that a 2xx confirmed: the ACK, sent again as it is for every retransmission of that 2xx; not there while its answer is made. */
  readonly #acks = new Map<string, (() => void) | undefined>();
  #exchange: Exchange | undefined;
  #redirection: Redirection | undefined;
  #waiting: Waiting | undefined;
  #noAnswer: Timer | undefined;
  readonly #fromTag: string;
  #cseq = 1;
  /** Full trickle without having seen that the far side knows it. */
  #assumed: boolean;
  readonly #nextCSeq = (): number => ++this.#cseq;
  #hold = false;
  /** How the session shall end, decided before the far side's last word. */
  #end: SessionEnd | undefined;
  #kept: string | undefined;
  /** The descriptions in 1xx, by branch. */
  readonly #previews = new Map<string, string>();
  #shown: string | undefined;
  /** The branch whose answer is the session's before any 2xx. */
  #committed: string | undefined;

  /** `like`: Call-ID of the call that this one comes from. */
  constructor(core: Core, target: string, options: CallOptions, like?: string) {
    this.#core = core;
    this.#target = target;
    this.#options = options;
    this.#fromTag = token(core.random);
    this.#assumed = options.trickle === true && options.lateOffer !== true && core.extensions.has('trickle-ice');
    this.session = new InviteSession(core, {
      callId: token(core.random, 16),
      direction: 'outgoing',
      state: 'calling',
      remote: { uri: target },
    });
    core.sessionIds.begin(this.session.callId, like);
    this.session.stage = this;
    this.#begin();
  }

  hangUp(reason?: string, end: SessionEnd = { by: 'local', kind: 'cancelled' }): void {
    this.#giveUp(end, reason);
  }

  get trickles(): boolean {
    return this.#assumed;
  }

  /** An offer goes where media is, in the branch that has it or the one heard last; else it waits for the 2xx (RFC 3311 §5.1). */
  reconcile(): void {
    const { outgoing, held } = this.session;
    const tag = this.#committed ?? this.#shown ?? '';
    const early = this.#early.get(tag);
    if (
      !early?.open ||
      outgoing.busy ||
      (held.wanted === (this.#committed === undefined ? this.#hold : held.local) && !outgoing.due)
    )
      return;
    this.commit(tag, (ours) => {
      if (!ours || this.#early.get(tag) !== early) return;
      outgoing.moveTo(early);
      outgoing.reconcile();
    });
  }

  restart(iceRestart: boolean): void {
    this.session.outgoing.refresh({ iceRestart });
    this.reconcile();
  }

  update(media: boolean): void {
    if (media) this.restart(false);
  }

  /** Whoever answered knows the dialog, and so do we (RFC 8840 §4.3). */
  knownDialogs(): readonly LiveDialog[] {
    return [...this.#early.values()].map(({ dialog }) => dialog);
  }

  #begin(): void {
    const { session } = this;
    if (this.#options.lateOffer) {
      this.#whenOpen(undefined);
      return;
    }
    this.#hold = session.held.wanted;
    session.media.offer(
      { hold: this.#hold },
      (sdp) => this.#whenOpen(sdp),
      ({ status }) => session.finish(failedHere(status)),
    );
  }

  /** A call made while the connection is just coming back waits for it. */
  #whenOpen(sdp: string | undefined): void {
    this.#waiting = this.#core.flows.whenOpen(
      patience,
      () => this.#send(sdp),
      () => this.session.finish(endByFailure('transport')),
    );
  }

  #send(sdp: string | undefined): void {
    if (this.session.over) return;
    const invite = this.#invite(sdp);
    if (!isSecureEnough(this.#core, invite.uri.scheme)) {
      this.session.finish(failedHere(416));
      return;
    }
    this.#redirection = new Redirection(this.#core, this.session, invite);
    this.#call(invite);
    // What our application says in Expires holds for us too (§13.2.1).
    const ring = Math.min(invite.expires || Number.POSITIVE_INFINITY, this.#core.options.ringSeconds ?? 180) * 1000;
    this.#noAnswer = this.#core.after(ring, () => this.#giveUp({ by: 'local', kind: 'timeout', status: 408 }));
  }

  #call(invite: SipRequest): void {
    let failed = false;
    const fail = (end: SessionEnd, response?: SipResponse) => {
      failed = true;
      this.#failed(end, response);
    };
    this.#exchange = new Exchange(
      this.#core,
      invite,
      {
        provisional: (response, request) => this.#progress(response, request),
        final: (response, request) => {
          if (response.isSuccess) this.#final(response, request);
          else fail(endByResponse(response), response);
        },
        failed: (cause) => fail(endByFailure(cause)),
        again: () => this.#endEarlyDialogs(),
        over: () => failed || this.#over(),
      },
      this.#nextCSeq,
    );
  }

  /** Tries where else the call was sent, or ends it by the best of all answers (§8.1.3.4). */
  #failed(end: SessionEnd, response?: SipResponse): void {
    this.#endEarlyDialogs();
    if (!this.#end && this.#assumed && response?.unsupported.includes('trickle-ice')) {
      this.#again();
      return;
    }
    const next = this.#end ? undefined : this.#redirection?.next(end, this.#nextCSeq, response);
    // The application may have hung up when it was told.
    if (next && !this.#end) {
      this.#call(next);
      return;
    }
    this.#stopWaiting();
    this.session.finish(this.#end ?? this.#redirection?.best(end) ?? end);
  }

  /** All over, from the offer on: this time it waits for candidates. */
  #again(): void {
    this.#stopWaiting();
    this.#assumed = false;
    this.#exchange = undefined;
    this.#nextCSeq();
    this.session.media.rollback();
    this.#begin();
  }

  #invite(sdp: string | undefined): SipRequest {
    const anonymous = isAnonymous(this.#options);
    return createOutsideRequest(this.#core, {
      method: 'INVITE',
      target: this.#target,
      callId: this.session.callId,
      fromTag: this.#fromTag,
      cseq: this.#cseq,
      anonymous,
      headers: [
        ...ownHeaders(this.#core, anonymous),
        ...privacyHeaders(this.#core, this.#options),
        ...askForTimer(this.#core),
        ...(this.#core.options.reliableProvisional === 'required' ? [['Require', '100rel'] as const] : []),
        ...(this.#assumed ? [['Require', 'trickle-ice'] as const] : []),
        ...(this.#options.headers ?? []),
      ],
      ...this.#body(sdp),
    });
  }

  #body(sdp: string | undefined): { readonly body?: Uint8Array | string | undefined; readonly contentType?: string } {
    const { parts = [] } = this.#options;
    if (parts.length === 0) return { body: sdp };
    const boundary = token(this.#core.random);
    const offer = sdp === undefined ? [] : [{ contentType: 'application/sdp', body: sdp }];
    return {
      body: printMultipart([...offer, ...parts], boundary),
      contentType: `multipart/mixed;boundary=${boundary}`,
    };
  }

  #progress(response: SipResponse, invite: SipRequest): void {
    const { status, toTag = '' } = response;
    this.session.given(response);
    if (this.#kept !== undefined || status === 100) return;
    if (status === 199) {
      this.#drop(toTag);
      return;
    }
    const early = this.#fork(toTag, response, invite);
    this.session.trickleLater();
    const kind = early?.order.judge(response);
    if (kind === 'dropped') return;
    const reliable = kind === 'reliable' ? early : undefined;
    const body = sessionBody(response);
    const sdp = body.type === 'sdp' && !this.session.over && !early?.complete ? body.sdp : undefined;
    if (reliable && this.#options.lateOffer && sdp !== undefined) {
      this.#answerEarly(reliable, sdp, (answer) => reliable.order.acknowledge(invite, response, answer));
    } else reliable?.order.acknowledge(invite, response);
    if (this.session.over) return;
    if (sdp !== undefined && !this.#options.lateOffer) {
      if (reliable) reliable.complete = true;
      // Repeated until we are heard (RFC 8840 §4.3.2).
      else if (early && !this.#previews.has(toTag)) this.session.trickler.confirm(early.dialog);
      this.#preview(toTag, sdp);
    }
    if (this.session.state === 'calling' && treatAs(status) !== 183) this.session.change({ state: 'ringing' });
  }

  /** Each To tag is a dialog of its own (§12.1, §13.2.2.4). */
  #fork(tag: string, response: SipResponse, invite: SipRequest): EarlyDialog | undefined {
    const known = this.#early.get(tag);
    known?.dialog.learn(response);
    const state = known || this.#acks.has(tag) ? undefined : dialogFromResponse(invite, response);
    if (!state) return known;
    const dialog = new LiveDialog(this.#core, state);
    dialog.learn(response);
    const early = new EarlyDialog(this.#core, this.session, dialog, this);
    this.#early.set(tag, early);
    return early;
  }

  /** The answer of a branch is shown to media as an early one: another branch may still take the call (RFC 3264, RFC 6337 §3.1.1). */
  #preview(tag: string, sdp: string): void {
    const { media } = this.session;
    const shown = this.#shown === tag && this.#previews.get(tag) === sdp;
    this.#previews.set(tag, sdp);
    if (media.takesEarlyAnswer && !shown && this.#committed === undefined) media.acceptEarly(sdp, tag);
    this.#shown = tag;
    if (this.session.state !== 'early') this.session.change({ state: 'early' });
  }

  commit(tag: string, done: (ours: boolean) => void): void {
    const { session } = this;
    const { media } = session;
    const answer = this.#previews.get(tag);
    const holder = this.#kept ?? this.#committed;
    if (holder !== undefined || answer === undefined) {
      done(holder === tag);
      return;
    }
    this.#committed = tag;
    media.accept(
      answer,
      () => {
        session.agreed(this.#hold, heldByAnswer(media.local ?? '', answer, false));
        done(true);
      },
      ({ status }) => {
        // Another may still be taken, as long as nobody answered.
        if (this.#kept === tag) session.stage?.hangUp(sipReason(488, 'Not Acceptable Here'), failedHere(status));
        this.#committed = undefined;
        media.remote = undefined;
        done(false);
      },
    );
  }

  unmet(status: number): void {
    this.#giveUp(failedHere(status));
  }

  /** The offer came in a reliable 1xx: our answer goes in its PRACK (RFC 3262 §5). */
  #answerEarly(early: EarlyDialog, offer: string, acknowledge: (answer?: string) => void): void {
    const { session } = this;
    const hold = session.held.wanted;
    session.media.answer(
      offer,
      hold,
      (answer) => {
        early.complete = true;
        this.#committed = early.dialog.state.remoteTag;
        session.agreed(hold, heldByOffer(offer));
        if (!session.over) session.change({ state: 'early' });
        acknowledge(answer);
      },
      ({ status }) => {
        early.complete = true;
        session.media.rollback();
        acknowledge(session.media.decline(offer));
        // Media stays with the branch that has it; if this one takes the call it gets an offer of ours.
        if (this.#committed === undefined) this.#giveUp(failedHere(status));
      },
    );
  }

  #final(response: SipResponse, invite: SipRequest): void {
    this.#stopWaiting();
    const tag = response.toTag ?? '';
    const early = this.#early.get(tag);
    early?.dialog.confirm(response);
    const state = early?.dialog.state ?? dialogFromResponse(invite, response);
    if (this.#acks.has(tag)) this.#acks.get(tag)?.();
    else if (state) {
      this.#acks.set(tag, undefined);
      const dialog = early?.dialog ?? new LiveDialog(this.#core, state);
      dialog.learn(response);
      this.#confirmed(dialog, response, invite, early?.complete);
      this.#drop(tag);
    }
  }

  #confirmed(dialog: LiveDialog, response: SipResponse, invite: SipRequest, complete?: boolean): void {
    const { remoteTag } = dialog.state;
    if (this.#kept !== undefined || this.session.over) {
      // A second fork answered too, or our CANCEL crossed this 2xx: it is acknowledged, then ended (§13.2.2.4, §9.1).
      this.#acknowledge(dialog, invite, complete ? undefined : this.#declined(response));
      this.#core.goodbyes.say({ dialog, ...(this.#kept !== undefined && { reason: elsewhere }) });
      if (this.#kept === undefined) this.session.finish(this.#end ?? { by: 'local', kind: 'cancelled' });
      return;
    }
    this.#kept = remoteTag;
    this.session.supported = response.supported;
    this.session.given(response);
    identify(this.#core, this.session, response);
    const body = sessionBody(response);
    const usage = new InviteUsage(this.#core, this.session, dialog);
    usage.timer.settled(invite, response);
    const early = this.#previews.get(remoteTag);
    // Once it was answered reliably, what else comes is no answer (§13.2.1).
    const sdp = body.type === 'sdp' && !complete ? body.sdp : early;
    if (this.#options.lateOffer ? complete : this.#committed !== undefined) {
      this.#acknowledge(dialog, invite);
      usage.establish();
      // Media was set up with another branch: an offer has one answer, so this one gets an offer of its own.
      if (this.#committed !== remoteTag) usage.restart(true);
    } else if (this.#options.lateOffer) this.#answerLate(usage, sdp, invite);
    else this.#answered(usage, sdp, invite);
  }

  #answered(usage: InviteUsage, sdp: string | undefined, invite: SipRequest): void {
    this.#acknowledge(usage.dialog, invite);
    // Its answer first, what hold has become since then.
    if (sdp !== undefined) usage.acceptAnswer(sdp, this.session.media.local ?? '', this.#hold);
    usage.establish();
    if (sdp === undefined) usage.unmet(488, noDescription);
  }

  /** The 2xx held the offer: the ACK waits for our answer (§13.2.2.4). */
  #answerLate(usage: InviteUsage, offer: string | undefined, invite: SipRequest): void {
    const { session } = this;
    const wanted = session.held.wanted;
    let owed = true;
    const settle = (answer: string | undefined) => {
      if (!owed) return;
      owed = false;
      this.#acknowledge(usage.dialog, invite, answer);
    };
    // Hung up meanwhile: the far side still gets its ACK, or it would send its 2xx for 32 s.
    usage.beforeBye = () => settle(offer && session.media.decline(offer));
    if (offer === undefined) {
      usage.unmet(488, noDescription);
      return;
    }
    session.media.answer(
      offer,
      wanted,
      (answer) => {
        usage.beforeBye = undefined;
        settle(answer);
        usage.noteOffer(offer, wanted);
        usage.establish();
      },
      ({ status }) => usage.unmet(status),
    );
  }

  /** Its offer must have an answer, whatever comes next (§13.2.2.4). */
  #declined(response: SipResponse): string | undefined {
    const body = sessionBody(response);
    return this.#options.lateOffer && body.type === 'sdp' ? this.session.media.decline(body.sdp) : undefined;
  }

  #acknowledge({ state }: LiveDialog, invite: SipRequest, body?: string): void {
    const send = this.#core.sendAck(createAck(state, invite, body), this.#exchange?.choice);
    this.#acks.set(state.remoteTag, send);
    send();
  }

  #giveUp(end: SessionEnd, reason?: string): void {
    if (this.session.over) return;
    this.#end = end;
    this.#stopWaiting();
    if (!this.#exchange) {
      this.session.finish(end);
      return;
    }
    this.session.media.close();
    this.session.change({ state: 'ending' });
    this.#exchange.cancel(reason === undefined ? [] : [['Reason', reason]]);
  }

  #drop(tag: string): void {
    this.#early.get(tag)?.end();
    this.#early.delete(tag);
  }

  #endEarlyDialogs(): void {
    for (const tag of [...this.#early.keys()]) this.#drop(tag);
  }

  #stopWaiting(): void {
    this.#waiting?.cancel();
    this.#noAnswer?.cancel();
  }

  #over(): void {
    // 64·T1 after the first 2xx: the branches that did not answer never will (§13.2.2.4).
    this.#endEarlyDialogs();
    this.#acks.clear();
  }
}

const patience = 10_000;
const elsewhere = sipReason(200, 'Call completed elsewhere');
const noDescription = 'No session description';
