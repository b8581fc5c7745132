import type { DigestSnapshot } from '../auth/index.ts';
import type { DialogState } from '../dialog/index.ts';
import type { SessionId, SipRequest, UserToUser } from '../message/index.ts';
import type { Clock, Log, Random } from '../runtime/index.ts';
import type { TimerValues } from '../transaction/index.ts';
import type { Destination, TransportPort, TransportTrace } from '../transport/index.ts';
import type { InfoPackage } from './info.ts';
import type { IncomingMessage } from './messages.ts';
import type { Held, Party, Session } from './session.ts';
import type { SessionDescriptionHandler } from './session-description-handler.ts';
import type { Referral } from './transfer/referral.ts';
import type { TransferProgress } from './transfer/transfer.ts';

/** Who the user agent speaks for. */
export interface Account {
  /** Address of record, `sip:alice@example.com`. */
  readonly aor: string;
  readonly displayName?: string;
  /** User name for digest; default: the user part of the AOR. */
  readonly username?: string;
  readonly password?: string;
  /** Instead of the password: H(username:realm:password) by algorithm. It dies with its realm. */
  readonly ha1?: { readonly md5?: string; readonly sha256?: string };
  /**
   * Realms that may see our credentials. Default: those by which the registrar challenged us; before it has, the first one met when something
   * is asked for in our own domain.
   */
  readonly realms?: readonly string[];
}

/** What a user agent stands on, and whom it speaks for. */
export interface UserAgentOptions {
  /** Time: `systemClock` of the host's, a virtual one in tests. */
  readonly clock: Clock;
  /** Dice: `cryptoRandom(crypto)`. */
  readonly random: Random;
  readonly log?: Log;
  readonly timers?: Partial<TimerValues>;
  /** Opens connections, whose events go to `opened`, `received` and `closed` of the user agent. */
  readonly transportPort: TransportPort;
  readonly account: Account;
  /**
   * Where everything is sent: the WebSocket server, or the outbound proxy. Of several there is a flow and a registration to each (RFC 5626
   * §4.2), always in the same order; requests take one of them, and the next when that is lost. A list in the list is one server at several
   * addresses, as `locate` finds them: the next one is tried when one does not answer, cannot be reached, or says 503 (RFC 3263 §4.3).
   */
  readonly server: Destination | readonly (Destination | readonly Destination[])[];
  /** Request-URI of REGISTER; default: the domain of the AOR. */
  readonly registrar?: string;
  /** `urn:uuid:…`, kept over restarts (RFC 5626 §4.1), never shared by two registrations. Default: a new one. */
  readonly instanceId?: string;
  /** Overrides what Contact and Via show; default: a random name under `.invalid` on WebSockets, else the flow's local address. */
  readonly contact?: { readonly host?: string; readonly port?: number };
  /** How we are woken by a push notification; read for each REGISTER (RFC 8599 §4.1). When one comes, call `register`. */
  readonly push?: PushOptions;
  /** Seconds asked for in REGISTER; default 600. */
  readonly expires?: number;
  /** Seconds after which an unanswered outgoing call is cancelled; default 180. */
  readonly ringSeconds?: number;
  /**
   * Reliable provisional responses (RFC 3262): not at all; where the far side knows them, ours being reliable when it insists or when they
   * hold a description; or asked of every far side. Default `supported`.
   */
  readonly reliableProvisional?: 'off' | 'supported' | 'required';
  /**
   * Session timers (RFC 4028): seconds between signs of life that end a call when they stay away; default 1800, at least 90, 0 for none.
   */
  readonly sessionExpires?: number;
  /** Sessions at a time; beyond, callers get 486. Default 32. */
  readonly maxSessions?: number;
  /**
   * May this INVITE take over that call (RFC 3891 §3)? Default: when its From or Referred-By is the party it replaces, or of our own domain.
   */
  readonly mayReplace?: (invite: SipRequest, session: Session) => boolean;
  /**
   * Further addresses that a call may be sent to by 300, 301 and 302 responses (§8.1.3.4), default 5; 0: none. They are tried by themselves,
   * one after the other, when they are SIP URIs, and SIPS URIs where SIPS was called; through our server like every call.
   */
  readonly maxRedirects?: number;
  /** A 3xx sends this call to `target` next; false: not there. */
  readonly redirected?: (session: Session, target: string) => boolean;
  /** P-Asserted-Identity of messages from our server is true (RFC 3325): it is what `session.remote` tells. Default: it is ignored. */
  readonly trustAsserted?: boolean;
  /**
   * What is kept from who calls us: the values of Privacy in our responses and requests in that call (RFC 3323 §4.2, RFC 3325 §9.3), whose Contact then
   * tells nothing of us. Default: nothing.
   */
  readonly privacy?: readonly string[];
  /** We can mix calls: INVITEs with Join (RFC 3911) are taken. */
  readonly join?: boolean;
  /** The INFO packages we take (RFC 6086); others get 469. */
  readonly infoPackages?: readonly InfoPackage[];
  /**
   * Descriptions for who is not known to trickle wait for all candidates (half trickle, RFC 8840 §5.3), which is told to the session description
   * handler by `candidates`. Default: it has its own rule.
   */
  readonly halfTrickle?: boolean;
  /** The media of a new session: called once for each. */
  readonly sessionDescription: (session: Session) => SessionDescriptionHandler;
  /** Who is told. What is left out is not wanted: see each. */
  readonly events: UserAgentEvents;
  /** Media types that `events.message` takes, in lower case and without parameters; others are answered 415. Default: `text/plain`. */
  readonly messageTypes?: readonly string[];
  /** `User-Agent` and `Server` header. */
  readonly userAgent?: string;
  readonly keepAlive?: Partial<KeepAliveOptions>;
  readonly reconnect?: Partial<ReconnectOptions>;
  /** Sees every message as sent and received. */
  readonly trace?: (trace: TransportTrace) => void;
}

/** What RFC 8599 calls pn-provider, pn-param and pn-prid, not escaped. */
export interface PushOptions {
  readonly provider: string;
  readonly param?: string;
  readonly prid: string;
}

/** A contact of our AOR at the registrar. */
export interface Binding {
  readonly uri: string;
  /** Seconds left. */
  readonly expires: number;
  /** It is this user agent. */
  readonly own: boolean;
}

/** The answer to a question for bindings: status 408 or 503 and none when no answer came. */
export interface Bindings {
  readonly status: number;
  readonly bindings: readonly Binding[];
}

/** Milliseconds. */
export interface KeepAliveOptions {
  /** Between two probes of an idle flow (25 s); with the deadline a dead one is found within 35 s. */
  readonly idle: number;
  /** Between two probes while a call is up (5 s). */
  readonly inCall: number;
  /** How long an idle flow may owe its answer (RFC 5626 §4.4.1: 10 s). */
  readonly deadline: number;
  /** The same while a call is up, or after wake-up (5 s). */
  readonly urgentDeadline: number;
}

/** Milliseconds. */
export interface ReconnectOptions {
  /** The first try after a loss comes within this time (300). */
  readonly first: number;
  /** The next ones come at random between `low` and `high` (500, 2000) … */
  readonly low: number;
  readonly high: number;
  /** … until the outage is this old (60 s); then RFC 5626 §4.5 takes over: */
  readonly eager: number;
  /** base · 2ⁿ, at most `max`, of which 50–100 % (30 s, 120 s). */
  readonly base: number;
  readonly max: number;
  /** The same while another flow is up, from the second try on (90 s, 1800 s). */
  readonly spareBase: number;
  readonly spareMax: number;
  /** A flow that lived this long ends the outage before it (10 s). */
  readonly stable: number;
  /** A connection attempt may take this long (10 s). */
  readonly connect: number;
}

/** Delivered after the state they tell of is complete everywhere; what a listener throws is logged and breaks nothing. */
export interface UserAgentEvents {
  registration?(state: RegistrationState): void;
  flow?(state: FlowState): void;
  /** A new incoming session, state `incoming`. Reject it here and no 180 is sent. */
  incoming?(session: Session): void;
  /** Something about the session changed: its state, who holds whom, who it is. It may be told more than once in one state. */
  session?(session: Session): void;
  /** The session's last event. */
  ended?(session: Session): void;
  /**
   * A NOTIFY outside of any dialog, as some servers send for waiting messages without being asked. With this function it is answered 200,
   * without it 481.
   */
  unsolicited?(notify: SipRequest): void;
  /** Somebody wants us to call a third party. Without this function he gets 603. */
  referred?(referral: Referral): void;
  /** A message (RFC 3428), accepted unless it is rejected here. Without this function MESSAGE is answered 405. */
  message?(message: IncomingMessage): void;
  /** How the transfer of that call goes on. */
  transfer?(session: Session, progress: TransferProgress): void;
  /** A DTMF digit by INFO. `duration` in milliseconds. */
  dtmf?(session: Session, digit: string, duration: number): void;
}

/** How the registration stands (§10). */
export interface RegistrationState {
  readonly state: 'unregistered' | 'registering' | 'registered' | 'failed';
  /** Final status of the REGISTER that failed; absent when no answer came. */
  readonly status?: number;
  readonly reason?: string;
  /** Next automatic try, in the clock's milliseconds; absent when only `register()` tries again. */
  readonly retryAt?: number;
  readonly expiresAt?: number;
}

/** How the connection to the server stands. */
export interface FlowState {
  readonly state: 'connecting' | 'open' | 'waiting' | 'closed';
  /** With `waiting`: when the next try begins. */
  readonly retryAt?: number;
  readonly cause?: string;
}

/** Who ended a session, and how. */
export interface SessionEnd {
  readonly by: 'local' | 'remote' | 'network';
  readonly kind: 'hangup' | 'cancelled' | 'rejected' | 'failed' | 'answered-elsewhere' | 'timeout' | 'replaced';
  readonly status?: number;
  readonly reason?: string;
  readonly reasonHeader?: readonly EndReason[];
  /** What the application at the far side gave with its BYE or refusal (RFC 7433). */
  readonly userToUser?: readonly UserToUser[];
  readonly warning?: string;
}

/** A `Reason` value of the message that ended it (RFC 3326). */
export interface EndReason {
  readonly protocol: string;
  readonly cause?: number;
  readonly text?: string;
}

/** Plain data from which another user agent goes on where this one stopped. */
export interface UserAgentSnapshot {
  readonly version: 1;
  readonly contactUser: string;
  readonly contactHost: string;
  readonly instanceId: string;
  readonly registration: RegistrationSnapshot;
  readonly sessions: readonly SessionSnapshot[];
}

/** What a registration needs to go on elsewhere. */
export interface RegistrationSnapshot {
  readonly callId: string;
  readonly fromTag: string;
  readonly cseq: number;
  readonly wanted: boolean;
  readonly serviceRoutes: readonly string[];
  /** The same of the flows to further servers. */
  readonly others?: readonly Pick<RegistrationSnapshot, 'callId' | 'fromTag' | 'cseq'>[];
  readonly publicGruu?: string;
  /** Newest first. */
  readonly tempGruus?: readonly string[];
  readonly realms: readonly string[];
  /** Nonces, their counts and the strongest algorithms: no secret, but it goes stale with the nonces. */
  readonly digest?: DigestSnapshot;
}

/** What a call needs to go on elsewhere. */
export interface SessionSnapshot {
  readonly id: string;
  readonly direction: 'outgoing' | 'incoming';
  readonly remote: Party;
  readonly dialog: DialogState;
  readonly held: Held;
  readonly startedAt: number;
  readonly answeredAt?: number | undefined;
  /** Our last session description and theirs: the next offer goes on with the version of its `o=` line. */
  readonly localDescription?: string | undefined;
  readonly remoteDescription?: string | undefined;
  readonly timer?: SessionTimerSnapshot | undefined;
  readonly sessionId?: SessionId | undefined;
}

/** A session timer (RFC 4028) that runs. */
export interface SessionTimerSnapshot {
  /** Seconds. */
  readonly interval: number;
  /** The refreshes are ours. */
  readonly refreshing: boolean;
  /** Agreed, not of our own accord with a far side that does not know timers. */
  readonly mutual: boolean;
}
