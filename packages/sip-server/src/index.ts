export type {
  CredentialStore,
  DigestHash,
  FailedLogin,
  FailedLoginLimits,
  StoredCredential,
} from './digest-gate/index.ts';
export type { AccountDirectory, Domains, Listener, Resolver } from './domains.ts';
export { defaultLimits, type SipServerLimits } from './limits.ts';
export * from './location-service/index.ts';
export { SipServer, type SipServerCounts } from './sip-server.ts';
export type {
  CommonOptions,
  EmbeddedWiring,
  SipServerEvents,
  SipServerOptions,
  Upstream,
  UpstreamWiring,
} from './sip-server-options.ts';
export type { TraceEvent } from './trace.ts';
export type { RegisteredBinding } from './upstream-edge.ts';
