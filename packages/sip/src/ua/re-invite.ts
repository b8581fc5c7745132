import { createAck } from '../dialog/index.ts';
import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Timer } from '../runtime/index.ts';
import type { FailureCause } from '../transaction/index.ts';
import type { Core } from './core.ts';
import type { Exchange } from './exchange.ts';
import type { InviteSession } from './invite-session.ts';
import type { LiveDialog } from './live-dialog.ts';
import { ReliableOrder } from './prack.ts';
import { heldByAnswer } from './remote-hold.ts';
import { sessionBody } from './session-body.ts';
import { endsCall } from './session-end.ts';
import type { SessionTimer } from './session-timer.ts';

/** What came of a refresh: its final response, or why there was none. */
export type Refreshed = (outcome: SipResponse | FailureCause) => void;

/** Where our offers go: a confirmed dialog, or an early one where the first offer was answered reliably (RFC 3311 §5.1). */
export interface OfferPlace {
  readonly dialog: LiveDialog;
  /** An offer may go now: none of theirs is under way. */
  readonly open: boolean;
  /** In a confirmed dialog only. What fails in an early one is no reason to end it: the final response to the INVITE will tell. */
  readonly timer?: SessionTimer;
  lost?(status: number): void;
  failed?(cause: FailureCause): void;
  /** Media takes no answer any more. */
  unmet(status: number): void;
}

/**
 * Our offers in a call (§14.1). What the user wants is a state, not a command: whenever nothing stands in the way and the agreed state
 * differs from the wanted one, a re-INVITE goes out, or an UPDATE while it rings. A refused one leaves the call as it was.
 */
export class ReInvite {
  readonly #core: Core;
  readonly #session: InviteSession;
  #place: OfferPlace | undefined;
  /** Being made, or sent and without its final response. */
  #out: Offer | undefined;
  #stopped = false;
  /** A new offer is due even if hold stands as wished. */
  #due = false;
  #iceRestart = false;
  /** By UPDATE where the far side takes it. */
  #byUpdate = false;
  /** Media refused an answer: the next offer is to agree on what was before. */
  #repairing = false;
  #backOff: Timer | undefined;
  /** Who waits for the fate of the offer that is due. */
  #waiting: Refreshed[] = [];

  constructor(core: Core, session: InviteSession) {
    this.#core = core;
    this.#session = session;
  }

  get place(): OfferPlace | undefined {
    return this.#place;
  }

  /** An offer of ours is out or being made. */
  get busy(): boolean {
    return this.#out !== undefined;
  }

  /** A new one is wished, whatever hold says. */
  get due(): boolean {
    return this.#due;
  }

  /** Offers go there from now on. One that is out in another dialog comes to nothing; what it was for is wished anew. */
  moveTo(place: OfferPlace | undefined): void {
    const out = this.#out;
    if (out && this.#place?.dialog !== place?.dialog) this.#withdraw(out);
    this.#place = place;
  }

  refresh(wish: { readonly iceRestart?: boolean; readonly byUpdate?: boolean }, done?: Refreshed): void {
    this.#due = true;
    this.#iceRestart ||= wish.iceRestart ?? false;
    this.#byUpdate ||= wish.byUpdate ?? false;
    if (done) this.#waiting.push(done);
    this.reconcile();
  }

  reconcile(): void {
    const session = this.#session;
    const place = this.#place;
    const hold = session.held.wanted;
    // Wished otherwise meanwhile: a re-INVITE that rings can be cancelled (RFC 6141 §3.4).
    if (hold !== this.#out?.hold && !this.#due) this.#cancel();
    if (this.#out || this.#stopped || this.#backOff || session.over) return;
    if (!place?.open || !this.#core.flows.target(0, place.dialog)) return;
    if (hold === session.held.local && !this.#due) {
      session.trickler.go();
      return;
    }
    const iceRestart = this.#iceRestart;
    const byUpdate = this.#byUpdate && place.dialog.allows('UPDATE');
    this.#due = false;
    this.#iceRestart = false;
    this.#byUpdate = false;
    const out: Offer = { hold, iceRestart, byUpdate, answered: false };
    this.#out = out;
    session.media.offer(
      { hold, ...(iceRestart && { iceRestart }) },
      (sdp) => this.#send(out, sdp),
      () => this.#abandon(out),
    );
  }

  stop(): void {
    // One that only rings would never end by itself (§9.1).
    this.#cancel();
    this.#out = undefined;
    this.#stopped = true;
    this.#backOff?.cancel();
  }

  #send(out: Offer, sdp: string): void {
    const place = this.#place;
    if (this.#out !== out || !place) return;
    const { dialog, timer } = place;
    const order = new ReliableOrder(dialog);
    let acknowledged: (() => void) | undefined;
    out.exchange = dialog.send(
      {
        method: out.byUpdate || !timer ? 'UPDATE' : 'INVITE',
        headers: [...dialog.headers(), ...(timer?.ask() ?? [])],
        body: sdp,
        contentType: 'application/sdp',
      },
      {
        provisional: (response, request) => {
          if (order.judge(response) !== 'reliable') return;
          order.acknowledge(request, response);
          const body = sessionBody(response);
          if (body.type !== 'sdp' || out.answered || this.#out !== out) return;
          // Agreed here and now, whatever becomes of the re-INVITE (RFC 6141 §3.1).
          out.answered = true;
          this.#agree(body.sdp, sdp, out);
        },
        final: (response, request) => {
          if (acknowledged) {
            acknowledged();
            return;
          }
          timer?.settled(request, response);
          if (response.isSuccess) acknowledged = this.#accepted(out, response, request, sdp, dialog);
          else this.#refused(out, response);
        },
        failed: (cause) => {
          if (cause === 'transport') {
            if (this.#out === out) this.#withdraw(out);
            return;
          }
          if (this.#place?.failed) this.#place.failed(cause);
          else this.#abandon(out);
          this.#tell(cause);
        },
      },
    );
  }

  /** Acknowledged even when the call ended meanwhile: the far side sends its 2xx until then. */
  #accepted(out: Offer, response: SipResponse, request: SipRequest, offer: string, dialog: LiveDialog): () => void {
    dialog.refresh(response);
    const acknowledge =
      request.method === 'INVITE'
        ? this.#core.sendAck(createAck(dialog.state, request), out.exchange?.choice, dialog)
        : () => {};
    acknowledge();
    if (this.#out !== out) return acknowledge;
    this.#out = undefined;
    const session = this.#session;
    const body = sessionBody(response);
    if (body.type === 'sdp' && !out.answered) this.#agree(body.sdp, offer, out);
    else if (!out.answered) {
      this.#core.log('warn', 'answer-missing', { callId: session.callId });
      session.media.rollback();
      this.#giveUpHold();
    }
    this.#tell(response);
    this.reconcile();
    return acknowledge;
  }

  /**
   * The answer holds for the far side, whatever media says of it. When that refuses it we go back to what was before and offer that, once
   * (RFC 6337 §2.3: without going round for ever).
   */
  #agree(answer: string, offer: string, { hold }: Offer): void {
    const session = this.#session;
    const { local, remote } = session.held;
    const { remote: before } = session.media;
    session.agreed(hold, heldByAnswer(offer, answer, remote));
    session.media.accept(
      answer,
      () => {
        this.#repairing = false;
      },
      ({ status }) => {
        if (this.#repairing) {
          this.#place?.unmet(status);
          return;
        }
        this.#repairing = true;
        session.media.rollback();
        session.media.remote = before;
        session.agreed(local, remote);
        this.#giveUpHold();
        this.refresh({});
      },
    );
  }

  #refused(out: Offer, response: SipResponse): void {
    if (this.#out !== out) return;
    this.#out = undefined;
    const { status, retryAfter } = response;
    if (endsCall(status) && this.#place?.lost) {
      this.#place.lost(status);
      this.#tell(response);
      return;
    }
    // What a reliable 1xx agreed stays (RFC 6141 §3.4).
    if (!out.answered) this.#session.media.rollback();
    if (status === 487 && out.exchange?.cancelled) {
      this.#again(out, this.#waiting.length > 0);
      this.reconcile();
    } else if (status === 491) this.#wait(this.glareDelay(), out);
    else if (retryAfter !== undefined && retryAfter <= patience) this.#wait(retryAfter * 1000, out);
    else {
      this.#giveUpHold();
      this.#tell(response);
      this.#session.trickler.go();
    }
  }

  #cancel(): void {
    const { exchange } = this.#out ?? {};
    // Only an INVITE can be (§9.1).
    if (exchange?.request.method === 'INVITE') exchange.cancel();
  }

  #tell(outcome: SipResponse | FailureCause): void {
    for (const done of this.#waiting.splice(0)) done(outcome);
  }

  /** 2.1–4 s for the owner of the Call-ID, 0–2 s for the other side, in steps of 10 ms, so that one comes first (§14.1). */
  glareDelay(): number {
    const step = (steps: number) => Math.floor(this.#core.random.number() * (steps + 1)) * 10;
    return this.#session.direction === 'outgoing' ? 2100 + step(190) : step(200);
  }

  /** Then looks again at what is wanted: the user may have changed his mind. */
  #wait(delay: number, out: Offer): void {
    this.#again(out, out.hold === this.#session.held.local);
    this.#backOff = this.#core.after(delay, () => {
      this.#backOff = undefined;
      this.reconcile();
    });
  }

  #again({ iceRestart, byUpdate }: Offer, due: boolean): void {
    this.#due ||= due || iceRestart;
    this.#iceRestart ||= iceRestart;
    this.#byUpdate ||= byUpdate;
  }

  /** Its flow broke, or its dialog is no more: it is due on the next. */
  #withdraw(out: Offer): void {
    this.#out = undefined;
    this.#again(out, true);
    if (!out.answered) this.#session.media.rollback();
  }

  #abandon(out: Offer): void {
    if (this.#out !== out) return;
    this.#out = undefined;
    this.#session.media.rollback();
    this.#giveUpHold();
    this.#tell('transport');
  }

  #giveUpHold(): void {
    const session = this.#session;
    if (session.over || session.held.wanted === session.held.local) return;
    session.change({ held: { ...session.held, wanted: session.held.local } });
  }
}

interface Offer {
  readonly hold: boolean;
  readonly iceRestart: boolean;
  readonly byUpdate: boolean;
  exchange?: Exchange;
  /** By a reliable 1xx. */
  answered: boolean;
}

/** Longest Retry-After, in seconds, that a wish waits for. */
const patience = 32;
