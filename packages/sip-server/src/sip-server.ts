import type { Clock, Flow, Log, Random, TimerValues, TransportPort } from '@ringback/sip';
import type { CredentialStore } from './digest-gate/index.ts';
import type { AccountDirectory, Domains, Listener, Resolver } from './domains.ts';
import type { LocationService } from './location-service/index.ts';
import type { TraceEvent } from './trace.ts';

export type SipServerOptions = CommonOptions & (EmbeddedWiring | UpstreamWiring);

/** Wiring A: our own registrar and proxy. */
export interface EmbeddedWiring {
  readonly upstream?: undefined;
  /** Digest realm; a stored HA1 dies with it. */
  readonly realm: string;
  readonly credentials: CredentialStore;
  readonly directory: AccountDirectory;
  readonly location: LocationService;
}

/** Wiring B: outbound edge proxy in front of another registrar and proxy (RFC 3327, RFC 5626 §5). */
export interface UpstreamWiring {
  readonly upstream: Upstream;
}

/** The SIP server behind the edge: `sip:host:port`, UDP unless `transport` says otherwise. */
export interface Upstream {
  readonly uri: string;
}

interface CommonOptions {
  /** Counts epoch milliseconds: expiry of stored bindings and the Date header are read off it. */
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly transportPort: TransportPort;
  /** At least one per transport in use; the first of a transport speaks for flows that match none by port. */
  readonly listeners: readonly Listener[];
  readonly domains: Domains;
  /** At least 32 octets, the same after a restart: flow tokens of calls under way are made with it. */
  readonly secret: Uint8Array;
  readonly resolver: Resolver;
  /** Sources whose requests are not challenged (an address list; empty by default). */
  readonly trusted?: (flow: Flow) => boolean;
  readonly timers?: Partial<TimerValues>;
  readonly limits?: Partial<SipServerLimits>;
  readonly events?: Partial<SipServerEvents>;
  /** Every message in and out, for a ladder. */
  readonly trace?: (event: TraceEvent) => void;
}

/** Up-calls; each has one listener. What a listener throws is logged. */
export interface SipServerEvents {
  /**
   * A REGISTER succeeded, ours or the upstream's. `held`: this flow now holds a binding of the AOR; false after it
   * unregistered. `bindings`: embedded, all the AOR has; upstream, those of this flow.
   */
  registered(aor: string, bindings: readonly RegisteredBinding[], flow: Flow, held: boolean): void;
  failedLogin(event: FailedLogin): void;
}

export interface RegisteredBinding {
  readonly contact: string;
  readonly instance?: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export interface FailedLogin {
  readonly username: string;
  /** The host the attempt came from. */
  readonly source: string;
  /** Epoch milliseconds; absent while further attempts are still let through. */
  readonly blockedUntil?: number;
}

/** Durations in milliseconds unless named otherwise. */
export interface SipServerLimits {
  /** Timer C (§16.6 step 11): more than three minutes. */
  readonly timerC: number;
  /** How long an INVITE or in-dialog request waits for a user agent whose flow has just closed. */
  readonly ghostWait: number;
  /** Seconds a registration may ask for and gets if it names none. */
  readonly registration: { readonly min: number; readonly default: number; readonly max: number };
  /** Contacts in one REGISTER. */
  readonly contactsPerRegister: number;
  /** RFC 5393 §5: branches a request may spread to in all. */
  readonly maxBreadth: number;
  readonly maxForwards: number;
  /** Age from which a nonce is stale. */
  readonly nonceLifetime: number;
  /** Nonces whose use is remembered against replay. */
  readonly noncesRemembered: number;
  /** Failed log-ins within `window` that are let through before each further one blocks for longer, up to `longest`. */
  readonly failedLogins: {
    readonly perAccount: number;
    readonly perSource: number;
    readonly window: number;
    readonly first: number;
    readonly longest: number;
    readonly remembered: number;
  };
  /** Server transactions that wait for something; beyond it new requests get 503. */
  readonly pending: number;
  /** Seconds a refused client is told to stay away while draining, and how long `drain` waits for calls being set up. */
  readonly drain: { readonly retryAfter: number; readonly wait: number };
}
