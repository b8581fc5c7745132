import { guarded } from '../runtime/guarded.ts';
import { declineOffer } from '../sdp/index.ts';
import type { Core } from './core.ts';
import { IceInbox } from './ice-inbox.ts';
import type { InviteSession } from './invite-session.ts';
import { continueOrigin } from './origin-continuity.ts';
import type { MediaRefusal, OfferWish, SessionDescriptionHandler } from './session-description-handler.ts';

/**
 * A session's door to its description handler. One call at a time, in order; after `close` nothing comes back, so that a session that ended
 * while the microphone was being opened hears no more of it.
 */
export class Media {
  readonly #core: Core;
  readonly #handler: SessionDescriptionHandler;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;
  #local: string | undefined;
  remote: string | undefined;
  readonly #inbox = new IceInbox();
  /** Our offer has no answer for good. */
  #offering = false;
  readonly #session: InviteSession;

  constructor(
    core: Core,
    handler: SessionDescriptionHandler,
    before: { readonly localDescription?: string | undefined; readonly remoteDescription?: string | undefined },
    session: InviteSession,
  ) {
    this.#core = core;
    this.#handler = handler;
    this.#local = before.localDescription;
    this.remote = before.remoteDescription;
    this.#session = session;
  }

  /** The description we sent last. */
  get local(): string | undefined {
    return this.#local;
  }

  get takesEarlyAnswer(): boolean {
    return this.#handler.acceptEarlyAnswer !== undefined;
  }

  offer(wish: OfferWish, done: (sdp: string) => void, refused: (refusal: MediaRefusal) => void): void {
    this.#call(
      () => this.#handler.createOffer({ ...wish, ...this.#candidates }),
      (sdp) => {
        this.#offering = true;
        done(this.#describe(sdp));
      },
      refused,
    );
  }

  answer(offer: string, hold: boolean, done: (sdp: string) => void, refused: (refusal: MediaRefusal) => void): void {
    this.#call(
      () => this.#handler.createAnswer(offer, { hold, ...this.#candidates }),
      (sdp) => {
        this.remote = offer;
        this.#set(offer);
        done(this.#describe(sdp));
      },
      refused,
    );
  }

  accept(answer: string, done: () => void, refused: (refusal: MediaRefusal) => void): void {
    this.remote = answer;
    this.#call(
      () => this.#handler.acceptAnswer(answer),
      () => {
        this.#set(answer);
        done();
      },
      refused,
    );
  }

  acceptEarly(answer: string, fork: string): void {
    this.#call(
      async () => this.#handler.acceptEarlyAnswer?.(answer, fork),
      () => this.#set(answer, true),
      (refusal) => this.#core.log('warn', 'early-answer-refused', { ...refusal }),
    );
  }

  /** An answer that takes nothing, for an offer that must have one. */
  decline(offer: string): string | undefined {
    return declineOffer(offer, this.#local);
  }

  /** Candidates that came in an INFO. */
  trickled(fragment: string): void {
    this.#inbox.put(fragment);
    this.#handOn();
  }

  /** Back to what was agreed before. */
  rollback(): void {
    this.#offering = false;
    this.#call(
      async () => this.#handler.rollback(),
      () => {},
      (refusal) => this.#core.log('warn', 'rollback-failed', { ...refusal }),
    );
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    guarded(this.#core.log, threw, () => this.#handler.close());
  }

  get #candidates(): Pick<OfferWish, 'candidates'> {
    if (this.#session.trickles) return { candidates: 'none' };
    return this.#core.options.halfTrickle ? { candidates: 'all' } : {};
  }

  #set(sdp: string, early = false): void {
    this.#offering = early;
    this.#inbox.described(sdp);
    this.#handOn();
  }

  #handOn(): void {
    if (!this.#handler.addCandidates) return;
    this.#call(
      async () => {
        for (const each of this.#inbox.take(this.#offering)) await this.#handler.addCandidates?.(each);
      },
      () => {},
      (refusal) => this.#core.log('warn', 'candidates-refused', { ...refusal }),
    );
  }

  /** The same session in its `o=` line as before, its version one higher if and only if something changed (RFC 3264 §8). */
  #describe(sdp: string): string {
    this.#local = this.#local === undefined ? sdp : continueOrigin(this.#local, sdp);
    this.#session.trickleLater();
    return this.#local;
  }

  #call<T>(work: () => Promise<T>, done: (value: T) => void, refused: (refusal: MediaRefusal) => void): void {
    const { turns } = this.#core;
    this.#last = this.#last.then(async () => {
      if (this.#closed) return;
      let step: () => void;
      try {
        const value = await work();
        step = () => done(value);
      } catch (error) {
        const refusal = asRefusal(error);
        step = () => refused(refusal);
      }
      if (this.#closed) return;
      guarded(this.#core.log, threw, () => turns.run(step));
    });
  }
}

function asRefusal(error: unknown): MediaRefusal {
  if (typeof error !== 'object' || error === null) return { status: 488 };
  const { status, warning } = error as { readonly status?: unknown; readonly warning?: unknown };
  return {
    status: typeof status === 'number' && status >= 400 && status < 700 ? status : 488,
    ...(typeof warning === 'string' && { warning }),
  };
}

const threw = 'media-step-threw';
