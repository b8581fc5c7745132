import { createAck } from '../dialog/index.ts';
import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Timer } from '../runtime/index.ts';
import type { Core } from './core.ts';
import type { InviteUsage } from './invite-usage.ts';
import { ownHeaders, product } from './own-headers.ts';
import { sessionBody } from './session-body.ts';
import { endsCall } from './session-end.ts';

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
  #backOff: Timer | undefined;

  constructor(core: Core, usage: InviteUsage) {
    this.#core = core;
    this.#usage = usage;
  }

  /** An offer of ours is out or being made. */
  get busy(): boolean {
    return this.#phase === 'offering' || this.#phase === 'sent';
  }

  refresh(iceRestart: boolean): void {
    this.#due = true;
    this.#iceRestart ||= iceRestart;
    this.reconcile();
  }

  reconcile(): void {
    const { session, incoming } = this.#usage;
    if (this.#phase !== 'idle' || this.#backOff || session.over) return;
    if (!this.#usage.established || incoming.busy || !this.#core.target()) return;
    const hold = session.held.wanted;
    if (hold === session.held.local && !this.#due) return;
    const iceRestart = this.#iceRestart;
    this.#due = false;
    this.#iceRestart = false;
    this.#phase = 'offering';
    session.media.offer(
      { hold, ...(iceRestart && { iceRestart }) },
      (sdp) => this.#send(sdp, hold),
      () => this.#abandon(),
    );
  }

  stop(): void {
    this.#phase = 'stopped';
    this.#backOff?.cancel();
  }

  #send(sdp: string, hold: boolean): void {
    if (this.#phase !== 'offering') return;
    this.#phase = 'sent';
    let acknowledged: (() => void) | undefined;
    this.#usage.dialog.send(
      {
        method: 'INVITE',
        headers: [...ownHeaders(this.#core), ...product(this.#core), ['Content-Type', 'application/sdp']],
        body: sdp,
      },
      {
        final: (response, request) => {
          if (acknowledged) acknowledged();
          else if (response.isSuccess) acknowledged = this.#accepted(response, request, sdp, hold);
          else this.#refused(response, hold);
        },
        failed: (cause) => {
          if (cause === 'transport') this.#retryOnNextFlow();
          else this.#usage.failed(cause);
        },
      },
    );
  }

  /** Acknowledged even when the call ended meanwhile: the far side sends its 2xx until then. */
  #accepted(response: SipResponse, request: SipRequest, offer: string, hold: boolean): () => void {
    this.#usage.dialog.refresh(response);
    const acknowledge = this.#core.sendAck(createAck(this.#usage.dialog.state, request));
    acknowledge();
    if (this.#phase !== 'sent') return acknowledge;
    this.#phase = 'idle';
    const { session } = this.#usage;
    const body = sessionBody(response);
    if (body.type !== 'sdp') {
      this.#core.log('warn', 'answer-missing', { callId: session.callId });
      session.media.rollback();
      this.#giveUpHold();
      return acknowledge;
    }
    this.#usage.acceptAnswer(body.sdp, offer, hold);
    this.reconcile();
    return acknowledge;
  }

  #refused(response: SipResponse, hold: boolean): void {
    if (this.#phase !== 'sent') return;
    this.#phase = 'idle';
    const { status, retryAfter } = response;
    if (endsCall(status)) {
      this.#usage.lost(status);
      return;
    }
    this.#usage.session.media.rollback();
    if (status === 491) this.#wait(this.#glareDelay(), hold);
    else if (retryAfter !== undefined && retryAfter <= patience) this.#wait(retryAfter * 1000, hold);
    else this.#giveUpHold();
  }

  /** 2.1–4 s for the owner of the Call-ID, 0–2 s for the other side, in steps of 10 ms, so that one comes first (§14.1). */
  #glareDelay(): number {
    const step = (steps: number) => Math.floor(this.#core.random.number() * (steps + 1)) * 10;
    return this.#usage.session.direction === 'outgoing' ? 2100 + step(190) : step(200);
  }

  /** Then looks again at what is wanted: the user may have changed his mind. */
  #wait(delay: number, hold: boolean): void {
    if (hold === this.#usage.session.held.local) this.#due = true;
    this.#backOff = this.#core.after(delay, () => {
      this.#backOff = undefined;
      this.reconcile();
    });
  }

  #retryOnNextFlow(): void {
    if (this.#phase !== 'sent') return;
    this.#phase = 'idle';
    this.#due = true;
    this.#usage.session.media.rollback();
  }

  #abandon(): void {
    if (this.#phase !== 'offering') return;
    this.#phase = 'idle';
    this.#usage.session.media.rollback();
    this.#giveUpHold();
  }

  #giveUpHold(): void {
    const { session } = this.#usage;
    if (session.over || session.held.wanted === session.held.local) return;
    session.change({ held: { ...session.held, wanted: session.held.local } });
  }
}

/** Longest Retry-After, in seconds, that a wish waits for. */
const patience = 32;
