/**
 * What crosses the border between the engine (the SharedWorker that owns the SIP core) and a tab (UI and media).
 *
 * Three kinds of messages, all plain data:
 * - a **snapshot** goes to every tab whenever anything changed; the UI renders nothing else;
 * - a **command** goes from a tab to the engine; each is answered by one `result`;
 * - a **media request** goes from the engine to the one tab that owns a call's microphone and speaker.
 */
import type { TraceEntry } from '@ringback/sip/ladder';

export type { TraceEntry };

/** Raised whenever a message here changes its shape: an engine and a tab of different builds must not talk. */
export const PROTOCOL_VERSION = 1;

/** Stable identifier of an account on this device: its address of record, e.g. `sip:alice@ringback.local`. */
export type AccountId = string;
export type CallId = string;
export type TabId = string;

export type AccountStatus =
  /** No connection to the server yet, or it was lost and the next try is under way or waiting. */
  | 'connecting'
  | 'registering'
  | 'registered'
  /** The server refused: see `problem`; nothing is retried until the person acts (or `retryAt`). */
  | 'failed'
  | 'signed-out';

/** A failure told to a person: the words are the UI's, the facts are here. */
export interface Problem {
  readonly kind:
    | 'wrong-credentials'
    /** The login that a sign-in link gave this device is not known there any more. */
    | 'revoked'
    | 'refused'
    | 'no-such-account'
    | 'no-answer'
    | 'server-busy'
    | 'unreachable'
    | 'not-sip'
    | 'storage'
    | 'other';
  /** SIP status, when the server answered with one. */
  readonly status?: number;
  /** Reason phrase, `Warning` or `Reason` text as received. */
  readonly detail?: string;
  /** Epoch milliseconds of the next automatic try. */
  readonly retryAt?: number;
}

export interface AccountSnapshot {
  readonly id: AccountId;
  readonly displayName: string;
  /** WebSocket URL of the server. */
  readonly server: string;
  /** True when the server is a Ringback gateway: people, traces and sign-in links exist there. */
  readonly gateway: boolean;
  readonly status: AccountStatus;
  readonly problem?: Problem;
}

export type CallState =
  /** Outgoing: the microphone is being opened or the INVITE is on its way (no 180 yet). */
  | 'dialing'
  /** Outgoing: the far side rings. */
  | 'ringing'
  /** Incoming: waiting for a person. */
  | 'incoming'
  /** Answer was pressed, media is being set up. */
  | 'answering'
  | 'connected'
  /** Hang-up was pressed, the far side has not confirmed. */
  | 'ending'
  | 'ended';

export type CallOutcome =
  | 'completed'
  | 'cancelled'
  | 'declined'
  | 'busy'
  | 'missed'
  | 'answered-elsewhere'
  | 'not-found'
  | 'unavailable'
  | 'no-answer'
  | 'no-common-media'
  | 'forbidden'
  | 'microphone'
  | 'interrupted'
  | 'failed';

export interface CallEnd {
  readonly outcome: CallOutcome;
  /** Who ended it. */
  readonly by: 'here' | 'there' | 'network';
  readonly status?: number;
  /** Reason phrase, Warning or Reason header text: shown under Details. */
  readonly detail?: string;
  /** For outcome `microphone`: the DOMException name. */
  readonly mediaError?: string;
}

export interface CallSnapshot {
  readonly id: CallId;
  readonly account: AccountId;
  /** SIP Call-ID: the key of the ladder. */
  readonly sipCallId: string;
  readonly direction: 'outgoing' | 'incoming';
  readonly state: CallState;
  readonly remote: { readonly uri: string; readonly displayName?: string };
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly answeredAt?: number;
  readonly endedAt?: number;
  readonly hold: { readonly here: boolean; readonly there: boolean };
  readonly muted: boolean;
  /** The tab that holds microphone and speaker of this call; absent while nobody does. */
  readonly owner?: TabId;
  readonly media: {
    readonly state: 'none' | 'connecting' | 'connected' | 'interrupted';
    /** Epoch milliseconds of the first `connected`. */
    readonly since?: number;
  };
  /** True while signalling is cut but media goes on. */
  readonly reconnecting: boolean;
  readonly end?: CallEnd;
}

/** A finished call as kept in the history of this device. */
export interface RecentCall {
  readonly id: CallId;
  readonly account: AccountId;
  readonly sipCallId: string;
  readonly direction: 'outgoing' | 'incoming';
  readonly remote: { readonly uri: string; readonly displayName?: string };
  readonly startedAt: number;
  readonly answeredAt?: number;
  readonly endedAt: number;
  readonly end: CallEnd;
  readonly seen: boolean;
}

/** A contact kept on this device. */
export interface Contact {
  readonly id: string;
  readonly name: string;
  /** SIP address, extension or number, as the person typed it. */
  readonly address: string;
}

/** An account of the gateway's registrar. */
export interface Person {
  readonly aor: string;
  readonly name: string;
  readonly extension: string;
  readonly reachable: boolean;
}

export interface Snapshot {
  readonly accounts: readonly AccountSnapshot[];
  /** Live calls and those that ended in the last seconds, oldest first. */
  readonly calls: readonly CallSnapshot[];
  readonly recents: readonly RecentCall[];
  readonly contacts: readonly Contact[];
  /** Per account with a gateway. */
  readonly people: Readonly<Record<AccountId, readonly Person[]>>;
  /** A call that was up when the page that held it went away: offer to call back. */
  readonly dropped?: RecentCall;
  /** Set when this engine is older or newer than the tab and waits for its calls to end. */
  readonly updateAfterCall: boolean;
  /** True until the engine has said anything: whether somebody is signed in is not known yet. */
  readonly starting?: boolean;
}

export interface SignInByHand {
  readonly address: string;
  readonly password: string;
  /** `ws://` or `wss://` URL; guessed from the domain when empty. */
  readonly server: string;
  readonly displayName?: string;
  readonly remember: boolean;
}

export type Command =
  /** The tab redeemed a sign-in link at the gateway and hands the login over. */
  | {
      readonly type: 'sign-in';
      readonly login: SignInByHand & { readonly username?: string; readonly realm?: string; readonly gateway: boolean };
    }
  | { readonly type: 'sign-out'; readonly account: AccountId }
  | { readonly type: 'retry'; readonly account: AccountId }
  /** Starts a call; the tab that sends it becomes its owner. `target`: SIP address, extension or number. */
  | { readonly type: 'call'; readonly account: AccountId; readonly target: string; readonly displayName?: string }
  /** Answers; the tab that sends it becomes the owner. `holdOthers` puts every other connected call on hold first. */
  | { readonly type: 'answer'; readonly call: CallId; readonly holdOthers: boolean }
  | { readonly type: 'decline'; readonly call: CallId }
  | { readonly type: 'hang-up'; readonly call: CallId }
  | { readonly type: 'hold'; readonly call: CallId; readonly on: boolean }
  | { readonly type: 'mute'; readonly call: CallId; readonly on: boolean }
  /** One DTMF digit `0–9 * # A–D`. */
  | { readonly type: 'dtmf'; readonly call: CallId; readonly digit: string }
  | { readonly type: 'save-contact'; readonly contact: Omit<Contact, 'id'> & { readonly id?: string } }
  | { readonly type: 'delete-contact'; readonly id: string }
  | { readonly type: 'recents-seen' }
  | { readonly type: 'delete-recent'; readonly id: CallId | 'all' }
  | { readonly type: 'dismiss-ended'; readonly call: CallId }
  | { readonly type: 'dismiss-dropped' }
  /** Opens or closes the flow of ladder entries of one SIP Call-ID (or of an account's registration) to this tab. */
  | { readonly type: 'watch-trace'; readonly account: AccountId; readonly sipCallId: string | 'registration' }
  | { readonly type: 'unwatch-trace'; readonly sipCallId: string | 'registration' };

/** The answer to a command. `message` is for a person, set when the command was refused. */
export type CommandResult =
  | { readonly ok: true; readonly call?: CallId; readonly account?: AccountId }
  | { readonly ok: false; readonly problem: Problem; readonly message: string };

/** What the engine asks of the tab that owns a call. Each request is answered by a `media-result`. */
export type MediaRequest =
  | { readonly op: 'offer'; readonly hold: boolean; readonly iceRestart: boolean }
  | { readonly op: 'answer'; readonly offer: string; readonly hold: boolean }
  /** `early`: media before the far side has answered; another answer may take its place. */
  | { readonly op: 'accept-answer'; readonly answer: string; readonly early: boolean }
  /** `hold`: what is wanted still, an offer that is to be repeated included. */
  | { readonly op: 'rollback'; readonly hold: boolean }
  | { readonly op: 'mute'; readonly on: boolean }
  | { readonly op: 'dtmf'; readonly digit: string }
  | { readonly op: 'close' };

export type MediaResult =
  | {
      readonly ok: true;
      readonly sdp?: string;
      /** For `dtmf`: false when RFC 4733 was not negotiated. */
      readonly sent?: boolean;
    }
  | { readonly ok: false; readonly status: number; readonly error: string; readonly detail: string };

export type MediaEvent =
  | { readonly type: 'state'; readonly state: 'connecting' | 'connected' | 'interrupted' }
  /** Candidates were found after the offer or answer had left: one re-INVITE may be due (decision: ICE sending rule). */
  | { readonly type: 'late-candidates' }
  /** ICE gave up: only a restart brings the media back. */
  | { readonly type: 'failed' };

export type ToEngine =
  | { readonly type: 'hello'; readonly tab: TabId; readonly version: number; readonly lock: string }
  | { readonly type: 'command'; readonly id: number; readonly command: Command }
  | { readonly type: 'media-result'; readonly id: number; readonly result: MediaResult }
  | { readonly type: 'media-event'; readonly call: CallId; readonly event: MediaEvent }
  /** The network came back, the machine woke, or the tab became visible: retry at once. */
  | { readonly type: 'wake'; readonly cause: 'online' | 'visible' | 'resume' }
  | { readonly type: 'bye' };

export type ToTab =
  /** `engine` differs after a restart: whatever the tab held for the one before is void. */
  | { readonly type: 'welcome'; readonly version: number; readonly engine: string }
  /** This engine ends itself to make room for one of version `version`: connect again, or reload when older than that. */
  | { readonly type: 'retire'; readonly version: number }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'result'; readonly id: number; readonly result: CommandResult }
  | { readonly type: 'media'; readonly id: number; readonly call: CallId; readonly request: MediaRequest }
  /** `key`: what is watched, a SIP Call-ID or `registration`. */
  | { readonly type: 'trace'; readonly key: string; readonly entries: readonly TraceEntry[] };

/** What the UI sees of the engine: the only door between React and everything behind it. */
export interface PhoneBridge {
  readonly tab: TabId;
  getSnapshot(): Snapshot;
  subscribe(listener: () => void): () => void;
  send(command: Command): Promise<CommandResult>;
  /** Ladder entries received so far for a SIP Call-ID (or an account's registration), kept while watched. */
  getTrace(sipCallId: string): readonly TraceEntry[];
  subscribeTrace(listener: () => void): () => void;
  /** Remote audio of calls this tab owns plays by itself; the level (0–1) of both directions for meters. */
  levels(call: CallId): { readonly here: number; readonly there: number };
}
