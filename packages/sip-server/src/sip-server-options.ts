import type { Clock, Flow, Log, Random, SipRequest, TimerValues, TransportPort } from '@ringback/sip';
import type { CredentialStore, DigestHash, FailedLogin } from './digest-gate/index.ts';
import type { AccountDirectory, Domains, Listener, Resolver } from './domains.ts';
import type { SipServerLimits } from './limits.ts';
import type { LocationService } from './location-service/index.ts';
import type { TraceEvent } from './trace.ts';
import type { RegisteredBinding } from './upstream-edge.ts';

export type SipServerOptions = CommonOptions & (EmbeddedWiring | UpstreamWiring);

/** Wiring A: our own registrar and proxy. */
export interface EmbeddedWiring {
  readonly upstream?: undefined;
  /** Digest realm; a stored HA1 dies with it. */
  readonly realm: string;
  readonly credentials: CredentialStore;
  readonly directory: AccountDirectory;
  readonly location: LocationService;
  /** Which digest challenges a request gets, in this order; SHA-256 and MD5 by default (RFC 8760 §2.3). */
  readonly hashes?: (request: SipRequest) => readonly DigestHash[];
}

/** Wiring B: outbound edge proxy in front of another registrar and proxy (RFC 3327, RFC 5626 §5). */
export interface UpstreamWiring {
  readonly upstream: Upstream;
}

/** The SIP server behind the edge: `sip:host:port`, UDP unless `transport` says otherwise. */
export interface Upstream {
  readonly uri: string;
}

export interface CommonOptions {
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
