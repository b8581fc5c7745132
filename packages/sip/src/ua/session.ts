import type { SessionId, SipRequest, UserToUser } from '../message/index.ts';
import type { MessageOutcome, MessageParts } from './messages.ts';
import type { SessionEnd } from './options.ts';

/** Where a call stands. */
export type SessionState =
  /** Outgoing: no answer of the far side yet. */
  | 'calling'
  | 'ringing'
  /** Outgoing: the far side sends media before it answers (183 with a description). */
  | 'early'
  /** Incoming: ringing here. */
  | 'incoming'
  /** Incoming: accepted by our user, the answer is being made. */
  | 'answering'
  /** Incoming: our 2xx is out, the ACK not yet in. */
  | 'confirming'
  | 'connected'
  /** Hung up here, the far side's word still to come. */
  | 'ending'
  | 'ended';

/** The far side of a call. */
export interface Party {
  /** As in the far side's From or the To we called, or as our server asserts (see `trustAsserted`). It may change (RFC 4916, RFC 5876). */
  readonly uri: string;
  readonly displayName?: string;
}

/** What sends a caller elsewhere: choices, moved for good or for now, through that proxy, another service (§21.3). */
export type Redirect = 300 | 301 | 302 | 305 | 380;

/** Who holds whom (RFC 3264 §8.4). */
export interface Held {
  /** We hold the far side: agreed with it. */
  readonly local: boolean;
  /** The far side holds us. */
  readonly remote: boolean;
  /** What our user wants; differs from `local` until the far side agreed. */
  readonly wanted: boolean;
}

/**
 * A call as the application sees it (§13–15). Every method is legal in every state, and calling it again changes nothing; what it leads to is
 * told by `UserAgentEvents.session`.
 */
export interface Session {
  readonly id: string;
  readonly callId: string;
  readonly direction: 'outgoing' | 'incoming';
  readonly state: SessionState;
  readonly remote: Party;
  readonly held: Held;
  readonly startedAt: number;
  readonly answeredAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly end: SessionEnd | undefined;
  /** Incoming: the call it takes the place of once it is answered (RFC 3891), which it is by itself. */
  readonly replaces: Session | undefined;
  /** Incoming: the call it wants to be mixed with (RFC 3911), which is up to the application. */
  readonly joins: Session | undefined;
  /** URI of who had this call made: the transferor (RFC 3892). */
  readonly referredBy: string | undefined;
  /** Incoming: the INVITE as it came, for what else it says: Identity (RFC 8224), Resource-Priority (RFC 4412), further parts (RFC 5621). */
  readonly invite: SipRequest | undefined;
  /** What names the call end to end, through everything between (RFC 7989), for logs; forgotten some time after the call. */
  readonly sessionId: SessionId | undefined;
  /** The session descriptions sent and received last. */
  readonly localDescription: string | undefined;
  readonly remoteDescription: string | undefined;
  /** What the application at the far side gave with its INVITE, or its latest response (RFC 7433); that of a BYE is in `end`. */
  readonly userToUser: readonly UserToUser[];
  /** Incoming: accepts. `userToUser` goes in the response (RFC 7433). */
  answer(wish?: { readonly userToUser?: readonly UserToUser[] }): void;
  /**
   * Incoming: a provisional response, 101–198, by default 183 with our description, so that media flows before we answer (early media).
   * Reliable where the caller knows how (RFC 3262).
   */
  progress(wish?: {
    readonly status?: number;
    readonly media?: boolean;
    readonly userToUser?: readonly UserToUser[];
  }): void;
  /** Incoming: refuses with that status, 486 by default. */
  reject(status?: number, reason?: string): void;
  /**
   * Incoming: sends the caller elsewhere (§8.3, §21.3), where it tries the contacts best `q` first: URIs, or whole values as
   * `<sip:bob@example.com>;q=0.7`. Throws a `TypeError` for one that is none or the one that was called, and when
   * there are none.
   *
   * @example call.reject(302, { contacts: ['sip:bob@home.example.com'] });
   */
  reject(status: Redirect, elsewhere: { readonly contacts: readonly string[]; readonly reason?: string }): void;
  /** Ends it by what is due: nothing, CANCEL, a refusal, or BYE. `reason` is a `Reason` value (RFC 3326), `userToUser` goes in a BYE (RFC 7433). */
  hangUp(reason?: string, wish?: { readonly userToUser?: readonly UserToUser[] }): void;
  /**
   * Wishes, tried until they hold or the far side refuses; the call goes on either way. While it rings an UPDATE tells of them, where an offer
   * was answered reliably before (RFC 3311 §5.1), else they wait until the call is up.
   */
  hold(): void;
  resume(): void;
  /** A new offer, when `hold` could be told: of candidates found late, or after the path changed. `iceRestart` starts media connectivity anew. */
  restartMedia(wish?: { readonly iceRestart?: boolean }): void;
  /**
   * Media stopped, says whoever sees it: it begins anew by an ICE restart, at once where the signalling works, else as soon as it does again.
   */
  mediaStalled(): void;
  /**
   * Tells the far side of our target anew, by UPDATE (RFC 3311), or by a re-INVITE where it does not take that; with `media`, in a new
   * offer. Before the call is up only media is told of, as `restartMedia` does.
   */
  update(wish?: { readonly media?: boolean }): void;
  /**
   * We are another one from now on, as after a transfer: the far side is told by an UPDATE, or a re-INVITE, whose From names it (RFC 4916 §4.3).
   * Nothing happens before the call is up, or where the far side does not know `from-change`. Throws when `uri` is none.
   *
   * @example call.changeIdentity({ uri: 'sip:carol@example.com', displayName: 'Carol' });
   */
  changeIdentity(to: Party): void;
  /**
   * Blind transfer (RFC 5589 §6): the far side is put on hold and asked to call `target`. How it goes is told by `UserAgentEvents.transfer`;
   * the call ends when it succeeded, and goes on as before when it failed. Throws when `target` is no address.
   */
  transfer(target: string): void;
  /** Attended transfer (RFC 5589 §7): the far side takes our place in the call `other`. */
  transferTo(other: Session): void;
  /**
   * INFO in the dialog; gives the final status, 408 or 503 when no answer came. With `infoPackage` it is of that package (RFC 6086): 469
   * when the far side does not take it, and then nothing is sent.
   */
  sendInfo(contentType: string, body: string, infoPackage?: string): Promise<number>;
  /** MESSAGE in the dialog (RFC 3428 §6); 481 when there is none. */
  sendMessage(parts: MessageParts): Promise<MessageOutcome>;
  /** The far side is known to take candidates one by one (RFC 8840): a description may go out before gathering ended. */
  readonly trickles: boolean;
  /**
   * Tells a far side that trickles of candidates found since: `sdp` is our whole description, with all candidates so far, `complete` says
   * that no more will come. It goes as soon as it may; nothing happens where the far side does not trickle, for which there is
   * `restartMedia`. Throws when `sdp` has no ICE.
   */
  trickle(sdp: string, complete?: boolean): void;
  /** One DTMF digit by INFO, `application/dtmf-relay`: for peers without RFC 4733. `duration` in milliseconds, 160 by default. */
  sendDtmfInfo(digit: string, duration?: number): Promise<number>;
}
