import { createAck } from '../dialog/index.ts';
import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Timer } from '../runtime/index.ts';
import type { FailureCause } from '../transaction/index.ts';
import type { Core } from './core.ts';
import type { Exchange } from './exchange.ts';
import type { InviteUsage } from './invite-usage.ts';
import { ownHeaders, product } from './own-headers.ts';
import { ReliableOrder } from './prack.ts';
import { sessionBody } from './session-body.ts';
import { endsCall } from './session-end.ts';

/** What came of a refresh: its final response, or why there was none. */
export type Refreshed = (outcome: SipResponse | FailureCause) => void;

/**
 * Our offers in a call (§14.1). What the user wants is a state, not a command: whenever nothing stands in the way and the agreed state
 * differs from the wanted one, a re-INVITE goes out. A refused one leaves the call as it was.
 */
export class ReInvite {
  readonly #core: Core;
  readonly #usage: InviteUsage;
  #phase: 'idle' | 'offering' | 'sent' | 'stopped' = 'idle';
  /** A new offer is due even if hold stands as wished. */
  #due = false;
  #iceRestart = false;
  /** By UPDATE where the far side takes it. */
  #byUpdate = false;
  #backOff: Timer | undefined;
  #exchange: Exchange | undefined;
  /** The hold that the offer on its way asks for. */
  #offered = false;
  /** A reliable 1xx answered it. */
  #answered = false;
  /** Who waits for the fate of the offer that is due. */
  #waiting: Refreshed[] = [];

  constructor(core: Core, usage: InviteUsage) {
    this.#core = core;
    this.#usage = usage;
  }

  /** An offer of ours is out or being made. */
  get busy(): boolean {
    return this.#phase === 'offering' || this.#phase === 'sent';
  }

  refresh(wish: { readonly iceRestart?: boolean; readonly byUpdate?: boolean }, done?: Refreshed): void {
    this.#due = true;
    this.#iceRestart ||= wish.iceRestart ?? false;
    this.#byUpdate ||= wish.byUpdate ?? false;
    if (done) this.#waiting.push(done);
    this.reconcile();
  }

  reconcile(): void {
    const { session, incoming } = this.#usage;
    // Wished otherwise meanwhile: a re-INVITE that rings can be cancelled (RFC 6141 §3.4).
    if (this.#phase === 'sent' && session.held.wanted !== this.#offered && !this.#due) this.#cancel();
    if (this.#phase !== 'idle' || this.#backOff || session.over) return;
    if (!this.#usage.established || incoming.busy || !this.#core.target(0, this.#usage.dialog)) return;
    const hold = session.held.wanted;
    if (hold === session.held.local && !this.#due) {
      session.trickler.go();
      return;
    }
    const iceRestart = this.#iceRestart;
    const update = this.#byUpdate && this.#usage.dialog.allows('UPDATE');
    this.#due = false;
    this.#iceRestart = false;
    this.#byUpdate = false;
    this.#offered = hold;
    this.#phase = 'offering';
    session.media.offer(
      { hold, ...(iceRestart && { iceRestart }) },
      (sdp) => this.#send(update ? 'UPDATE' : 'INVITE', sdp, { hold, iceRestart, byUpdate: update }),
      () => this.#abandon(),
    );
  }

  stop(): void {
    // One that only rings would never end by itself (§9.1).
    if (this.#phase === 'sent') this.#cancel();
    this.#phase = 'stopped';
    this.#backOff?.cancel();
  }

  #send(method: 'INVITE' | 'UPDATE', sdp: string, wish: Wish): void {
    if (this.#phase !== 'offering') return;
    this.#phase = 'sent';
    const { dialog } = this.#usage;
    const order = new ReliableOrder(this.#core, dialog);
    let acknowledged: (() => void) | undefined;
    this.#answered = false;
    this.#exchange = dialog.send(
      {
        method,
        headers: [
          ...ownHeaders(this.#core, dialog.hidden),
          ...this.#usage.timer.ask(),
          ...product(this.#core),
          ['Content-Type', 'application/sdp'],
        ],
        body: sdp,
      },
      {
        provisional: (response, request) => {
          if (order.judge(response) !== 'reliable') return;
          order.acknowledge(request, response);
          const body = sessionBody(response);
          if (body.type !== 'sdp' || this.#answered || this.#phase !== 'sent') return;
          // Agreed here and now, whatever becomes of the re-INVITE (RFC 6141 §3.1).
          this.#answered = true;
          this.#usage.acceptAnswer(body.sdp, sdp, wish.hold);
        },
        final: (response, request) => {
          if (acknowledged) {
            acknowledged();
            return;
          }
          this.#usage.timer.settled(request, response);
          if (response.isSuccess) acknowledged = this.#accepted(response, request, sdp, wish);
          else this.#refused(response, wish);
        },
        failed: (cause) => {
          if (cause === 'transport') this.#retryOnNextFlow(wish);
          else this.#usage.failed(cause);
          if (cause !== 'transport') this.#tell(cause);
        },
      },
    );
  }

  /** Acknowledged even when the call ended meanwhile: the far side sends its 2xx until then. */
  #accepted(response: SipResponse, request: SipRequest, offer: string, { hold }: Wish): () => void {
    const { dialog } = this.#usage;
    dialog.refresh(response);
    const acknowledge =
      request.method === 'INVITE'
        ? this.#core.sendAck(createAck(dialog.state, request), this.#exchange?.choice, dialog)
        : () => {};
    acknowledge();
    if (this.#phase !== 'sent') return acknowledge;
    this.#phase = 'idle';
    const { session } = this.#usage;
    const body = sessionBody(response);
    if (body.type === 'sdp' && !this.#answered) this.#usage.acceptAnswer(body.sdp, offer, hold);
    else if (!this.#answered) {
      this.#core.log('warn', 'answer-missing', { callId: session.callId });
      session.media.rollback();
      this.#giveUpHold();
    }
    this.#tell(response);
    this.reconcile();
    return acknowledge;
  }

  #refused(response: SipResponse, wish: Wish): void {
    if (this.#phase !== 'sent') return;
    this.#phase = 'idle';
    const { status, retryAfter } = response;
    if (endsCall(status)) {
      this.#usage.lost(status);
      this.#tell(response);
      return;
    }
    // What a reliable 1xx agreed stays (RFC 6141 §3.4).
    if (!this.#answered) this.#usage.session.media.rollback();
    if (status === 487 && this.#exchange?.cancelled) {
      this.#again(wish, this.#waiting.length > 0);
      this.reconcile();
    } else if (status === 491) this.#wait(this.glareDelay(), wish);
    else if (retryAfter !== undefined && retryAfter <= patience) this.#wait(retryAfter * 1000, wish);
    else {
      this.#giveUpHold();
      this.#tell(response);
      this.#usage.session.trickler.go();
    }
  }

  #cancel(): void {
    // Only an INVITE can be (§9.1).
    if (this.#exchange?.request.method === 'INVITE') this.#exchange.cancel();
  }

  #tell(outcome: SipResponse | FailureCause): void {
    for (const done of this.#waiting.splice(0)) done(outcome);
  }

  /** 2.1–4 s for the owner of the Call-ID, 0–2 s for the other side, in steps of 10 ms, so that one comes first (§14.1). */
  glareDelay(): number {
    const step = (steps: number) => Math.floor(this.#core.random.number() * (steps + 1)) * 10;
    return this.#usage.session.direction === 'outgoing' ? 2100 + step(190) : step(200);
  }

  /** Then looks again at what is wanted: the user may have changed his mind. */
  #wait(delay: number, wish: Wish): void {
    this.#again(wish, wish.hold === this.#usage.session.held.local);
    this.#backOff = this.#core.after(delay, () => {
      this.#backOff = undefined;
      this.reconcile();
    });
  }

  #again({ iceRestart, byUpdate }: Wish, due: boolean): void {
    this.#due ||= due || iceRestart;
    this.#iceRestart ||= iceRestart;
    this.#byUpdate ||= byUpdate;
  }

  #retryOnNextFlow(wish: Wish): void {
    if (this.#phase !== 'sent') return;
    this.#phase = 'idle';
    this.#again(wish, true);
    if (this.#answered) return;
    this.#usage.session.media.rollback();
  }

  #abandon(): void {
    if (this.#phase !== 'offering') return;
    this.#phase = 'idle';
    this.#usage.session.media.rollback();
    this.#giveUpHold();
    this.#tell('transport');
  }

  #giveUpHold(): void {
    const { session } = this.#usage;
    if (session.over || session.held.wanted === session.held.local) return;
    session.change({ held: { ...session.held, wanted: session.held.local } });
  }
}

interface Wish {
  readonly hold: boolean;
  readonly iceRestart: boolean;
  readonly byUpdate: boolean;
}

/** Longest Retry-After, in seconds, that a wish waits for. */
const patience = 32;
