import { dialogFromRequest } from '../dialog/index.ts';
import type { SipMessage, SipRequest } from '../message/index.ts';
import { type Timer, token } from '../runtime/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import type { Flow } from '../transport/index.ts';
import { AcceptedInvite } from './accepted-invite.ts';
import { answerOffer, takeUpdate } from './answer-offer.ts';
import { respond, respondLater, warningHeader } from './answers.ts';
import type { Core } from './core.ts';
import { takeInfo } from './info.ts';
import { InviteSession, type Stage } from './invite-session.ts';
import { InviteUsage } from './invite-usage.ts';
import { type DialogUsage, LiveDialog } from './live-dialog.ts';
import type { SessionEnd } from './options.ts';
import { recvInfo } from './own-headers.ts';
import type { OfferPlace } from './re-invite.ts';
import { ReliableProvisionals } from './reliable-provisionals.ts';
import { heldByAnswer, heldByOffer } from './remote-hold.ts';
import { callerOf, identify } from './remote-party.ts';
import { repeat } from './repeat.ts';
import { sessionBody } from './session-body.ts';
import type { MediaRefusal } from './session-description-handler.ts';
import { endByFailure, endByRequest, failedHere } from './session-end.ts';

interface Description {
  readonly sdp: string;
  readonly hold: boolean;
}

/** The called side of an INVITE (§13.3) until it is answered. */
export class ServerInvite implements Stage, DialogUsage, OfferPlace {
  readonly session: InviteSession;
  readonly dialog: LiveDialog;
  readonly #core: Core;
  readonly #transaction: ServerTransaction;
  readonly #offer: string | undefined;
  /** The tag of all our responses. */
  readonly toTag: string;
  readonly #ended: () => void;
  #reminder: Timer | undefined;
  #expiry: Timer | undefined;
  #over = false;
  #description: Description | undefined;
  /** Who waits for our description. */
  readonly #awaiting: ((description: Description) => void)[] = [];
  #reliable: ReliableProvisionals | undefined;
  /** Our description went out in a reliable 1xx. */
  #described = false;
  /** The caller sent a request in the dialog, if only a PRACK, so our 1xx is there (RFC 8840 §4.3). */
  #known = false;
  /** Stops to repeat what nothing shows yet to be there. */
  #unheard: (() => void) | undefined;
  /** Offer and answer were exchanged reliably. */
  #complete = false;
  #accepting = false;
  /** An offer in the early dialog that is being answered. */
  #pending: ServerTransaction | undefined;

  /** `offer` is undefined when the INVITE leaves the offer to us. `ended` runs once it has its final response. */
  constructor(core: Core, transaction: ServerTransaction, offer: string | undefined, ended: () => void) {
    const { request } = transaction;
    const toTag = token(core.random);
    const dialog = dialogFromRequest(request, toTag, 'early');
    if (!dialog) throw new TypeError('an INVITE without Contact forms no dialog');
    this.#core = core;
    this.#transaction = transaction;
    this.#offer = offer;
    this.#ended = ended;
    this.toTag = toTag;
    const { privacy } = core.options;
    this.dialog = new LiveDialog(core, privacy ? { ...dialog, privacy: privacy.join(';') } : dialog, transaction.flow);
    this.dialog.learn(request);
    this.dialog.add(this);
    this.session = new InviteSession(core, {
      callId: request.callId,
      direction: 'incoming',
      state: 'incoming',
      remote: callerOf(core, transaction),
      remoteDescription: offer,
    });
    this.session.stage = this;
    this.session.outgoing.moveTo(this);
    this.session.supported = request.supported;
    this.session.given(request);
    this.session.invite = request;
    this.session.referredBy = request.referredBy?.uriText;
    transaction.onTerminated = () => this.#core.turns.run(() => this.#lost());
    if (request.expires !== undefined && request.expires > 0) {
      // §13.3.1.
      this.#expiry = core.after(request.expires * 1000, () =>
        this.#refuse({ by: 'remote', kind: 'timeout' }, { status: 487 }),
      );
    }
  }

  get transaction(): ServerTransaction {
    return this.#transaction;
  }

  /** Says that it rings, and again each minute, since proxies on the way lose patience (§13.3.1.1). */
  ring(): void {
    if (this.#over || this.session.state !== 'incoming') return;
    this.#provisional(180);
    this.#reminder = this.#core.after(60_000, () => this.ring());
  }

  answer(): void {
    const { session } = this;
    if (this.#over || session.state !== 'incoming') return;
    session.change({ state: 'answering' });
    this.#describe((description) => this.#accept(description));
  }

  progress(status: number, media: boolean): void {
    if (this.#over || this.session.state !== 'incoming') return;
    // Our offer must not go where its answer cannot come back (RFC 3262 §5).
    if (!media || (this.#offer === undefined && !this.#isReliable(true))) this.#provisional(status);
    else
      this.#describe((description) => {
        if (!this.#over && this.session.state === 'incoming') this.#provisional(status, description);
      });
  }

  reject(status: number, reason?: string, headers: readonly (readonly [string, string])[] = []): void {
    this.#refuse({ by: 'local', kind: 'rejected', status }, { status, reason, headers });
  }

  hangUp(): void {
    this.reject(486);
  }

  get open(): boolean {
    return this.#complete && !this.#over && !this.#pending && this.dialog.allows('UPDATE');
  }

  reconcile(): void {
    this.session.outgoing.reconcile();
  }

  restart(iceRestart: boolean): void {
    this.session.outgoing.refresh({ iceRestart });
  }

  update(media: boolean): void {
    if (media) this.restart(false);
  }

  unmet(status: number): void {
    this.#refuseMedia({ status });
  }

  /** The caller's CANCEL, which was answered on its own (§9.2). */
  cancel(_invite: ServerTransaction, cancel: SipRequest): void {
    this.#refuse(endByRequest(cancel, 'cancelled'), { status: 487 });
  }

  /** Without its connection the caller cannot be answered any more. */
  flowLost(flow: Flow): void {
    if (this.#transaction.flow === flow) this.#lost();
  }

  knownDialogs(): readonly LiveDialog[] {
    return this.#known ? [this.dialog] : [];
  }

  // Of the early dialog.

  refreshed(message: SipMessage, remote: string, flow?: Flow): void {
    identify(this.#core, this.session, message, flow, remote);
  }

  request(transaction: ServerTransaction): boolean {
    const { request } = transaction;
    this.#known = true;
    this.#unheard?.();
    this.session.trickleLater();
    switch (request.method) {
      case 'BYE':
        respond(transaction, 200);
        this.#refuse(endByRequest(request, 'cancelled'), { status: 487 });
        return true;
      case 'INFO':
        takeInfo(this.#core, this.session, transaction);
        return true;
      case 'INVITE':
        // A second one before the first has its final response (§14.2).
        respondLater(this.#core, transaction);
        return true;
      case 'UPDATE':
        this.#update(transaction);
        return true;
      default:
        return false;
    }
  }

  // Our description: one for the 1xx and the 2xx together.

  #describe(done: (description: Description) => void): void {
    if (this.#description) {
      done(this.#description);
      return;
    }
    this.#awaiting.push(done);
    if (this.#awaiting.length > 1) return;
    const { session } = this;
    const hold = session.held.wanted;
    const made = (sdp: string) => {
      this.#description = { sdp, hold };
      for (const each of this.#awaiting.splice(0)) each(this.#description);
    };
    const refused = (refusal: MediaRefusal) => this.#refuseMedia(refusal);
    if (this.#offer === undefined) session.media.offer({ hold }, made, refused);
    else session.media.answer(this.#offer, hold, made, refused);
  }

  #refuseMedia({ status, warning }: MediaRefusal): void {
    this.#refuse(
      { ...failedHere(status), ...(warning !== undefined && { warning }) },
      { status, headers: warningHeader(warning) },
    );
  }

  #isReliable(described: boolean): boolean {
    const { require, supported } = this.#transaction.request;
    const { extensions, options } = this.#core;
    if (!extensions.has('100rel')) return false;
    const wished = described || options.reliableProvisional === 'required';
    return require.includes('100rel') || (wished && supported.includes('100rel'));
  }

  #provisional(status: number, description?: Description): void {
    const reliable = this.#isReliable(description !== undefined);
    // What went out reliably is not said again (RFC 3264 §4).
    const body = this.#described ? undefined : description?.sdp;
    const response = this.dialog.response(this.#transaction.request, status, this.session.handing, body);
    if (!reliable) {
      // Who trickles waits for a sign that the answer is there, and asks for it so (RFC 8840 §4.3.2).
      const repeated = body !== undefined && this.session.trickles;
      if (repeated) this.#unheard?.();
      if (repeated) this.#unheard = repeat(this.#core, () => this.#transaction.respond(response));
      else this.#transaction.respond(response);
      return;
    }
    if (body !== undefined) this.#described = true;
    this.#reliable ??= new ReliableProvisionals(this.#core, this.dialog, this.#transaction, () =>
      this.#refuse({ by: 'network', kind: 'timeout', status: 504 }, { status: 504 }),
    );
    this.#reliable.send(response, (prack) => this.#acknowledged(prack, body !== undefined && description));
  }

  /** `description`: of the 1xx that the PRACK acknowledges. */
  #acknowledged(prack: ServerTransaction, description: Description | false | undefined): void {
    const { session } = this;
    const body = sessionBody(prack.request);
    if (description && this.#offer !== undefined) {
      this.#complete = true;
      session.agreed(description.hold, heldByOffer(this.#offer));
    }
    if (body.type === 'sdp' && !this.#over && !(description && this.#offer === undefined)) {
      this.#offered(prack, body.sdp);
      return;
    }
    respond(prack, 200, { headers: recvInfo(this.#core, prack.request) });
    if (description && this.#offer === undefined && !this.#over) {
      if (body.type !== 'sdp') {
        this.#refuseMedia({ status: 488 });
        return;
      }
      this.#complete = true;
      session.agreed(description.hold, heldByAnswer(description.sdp, body.sdp, false));
      session.media.accept(
        body.sdp,
        () => {},
        (refusal) => this.#refuseMedia(refusal),
      );
    }
    this.#settled();
  }

  #update(transaction: ServerTransaction): void {
    const offer = takeUpdate(this.dialog, transaction);
    if (offer !== undefined) this.#offered(transaction, offer);
  }

  /** A further offer, by UPDATE or PRACK: taken when the first one was answered reliably (RFC 3311 §5.2). */
  #offered(transaction: ServerTransaction, offer: string): void {
    const { outgoing } = this.session;
    if (outgoing.busy || (!this.#complete && this.#offer === undefined && this.#described)) respond(transaction, 491);
    else if (!this.#complete || this.#pending) respondLater(this.#core, transaction);
    else {
      this.#pending = transaction;
      answerOffer(
        this.session,
        this.dialog,
        transaction,
        offer,
        () => this.#pending === transaction,
        () => {
          this.#pending = undefined;
          this.#settled();
        },
      );
    }
  }

  /** What the 2xx waited for is done. */
  #settled(): void {
    if (this.#accepting && this.#description) this.#accept(this.#description);
    else this.reconcile();
  }

  #accept(description: Description): void {
    if (this.#over) return;
    // A description in a reliable 1xx is acknowledged before the 2xx goes out (RFC 3262 §3).
    this.#accepting = true;
    if (this.#reliable?.holdsDescription || this.#pending) return;
    const { session } = this;
    const { sdp, hold } = description;
    this.dialog.confirm();
    const usage = new InviteUsage(this.#core, session, this.dialog);
    this.#reliable?.finish();
    this.#finish();
    const { request } = this.#transaction;
    const headers = [...usage.timer.grant(request), ...session.handing];
    const response = this.dialog.response(request, 200, headers, this.#complete ? undefined : sdp);
    session.handing = [];
    usage.accepted(
      new AcceptedInvite(this.#core, this.#transaction, response, () => usage.unacknowledged()),
      this.#offer === undefined && !this.#complete,
      hold,
    );
    session.change({ state: 'confirming', answeredAt: this.#core.clock.now() });
    if (this.#offer !== undefined && !this.#complete) usage.noteOffer(this.#offer, hold);
  }

  #refuse(
    end: SessionEnd,
    response: {
      readonly status: number;
      readonly reason?: string | undefined;
      readonly headers?: readonly (readonly [string, string])[];
    },
  ): void {
    if (this.#over) return;
    this.#reliable?.close();
    if (this.#pending) respond(this.#pending, 487);
    this.#finish();
    respond(this.#transaction, response.status, {
      ...response,
      toTag: this.toTag,
      headers: [...this.dialog.hiding, ...(response.headers ?? [])],
    });
    this.session.finish(end);
  }

  #lost(): void {
    if (this.#over) return;
    this.#reliable?.close();
    this.#finish();
    this.session.finish(endByFailure('transport'));
  }

  #finish(): void {
    this.#over = true;
    this.#unheard?.();
    this.#reminder?.cancel();
    this.#expiry?.cancel();
    this.dialog.remove(this);
    this.#ended();
  }
}
