import type { IceFragment } from '../sdp/index.ts';

/**
 * Where the media lives: offers and answers of one session (RFC 3264) come from outside the core, in the browser from a peer connection in
 * another thread. This is the only port of the user agent with promises. Calls never overlap: the session waits for one before the next.
 */
export interface SessionDescriptionHandler {
  /** A whole offer (SDP). `hold`: the direction of each stream becomes `sendonly`, or `inactive` when the far side holds too. */
  createOffer(wish: OfferWish): Promise<string>;
  /** The answer to `offer`. Rejecting with `{ status: 488 }` refuses the offer and leaves the session as it was. */
  createAnswer(offer: string, wish: AnswerWish): Promise<string>;
  /** The answer to our latest offer; one at most, whatever branches a call has. */
  acceptAnswer(answer: string): Promise<void>;
  /**
   * An answer that may still be replaced by the one in the 2xx: early media of a call that rings. `fork` names the branch of a forked call
   * that it came from; the latest is the one to play, until `acceptAnswer` says which one answered. Without this method early media is
   * left alone.
   */
  acceptEarlyAnswer?(answer: string, fork: string): Promise<void>;
  /**
   * More candidates of the far side (RFC 8840), each handed over once, after the description they belong to. Needed for `trickleIce`.
   */
  addCandidates?(fragment: IceFragment): Promise<void>;
  /** Our latest offer, or the far side's with our answer, came to nothing: back to what was agreed before. */
  rollback(): void;
  /** The session is over: free everything. Called once. */
  close(): void;
}

/** What an answer is made for. */
export interface AnswerWish {
  readonly hold: boolean;
  /**
   * How many candidates the description waits for: `none` where the far side is known to take them later (full trickle, RFC 8838), `all` for
   * half trickle (RFC 8840 §5.3); then `a=end-of-candidates` belongs in it. Default: until one will do, which is up to the handler.
   */
  readonly candidates?: 'none' | 'all';
}

/** What an offer is made for. */
export interface OfferWish extends AnswerWish {
  readonly iceRestart?: boolean;
}

/** What a handler's promise may reject with, so that the far side learns why. Anything else counts as 488. */
export interface MediaRefusal {
  /** 488: this offer cannot be met. 480: no media at this time, for example no microphone. */
  readonly status: number;
  /** A whole `Warning` value: `305 example.com "Incompatible media format"` (§20.43). */
  readonly warning?: string;
}
