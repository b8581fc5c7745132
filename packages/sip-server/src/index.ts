export type { CredentialStore, FailedLogin, FailedLoginLimits, StoredCredential } from './digest-gate/index.ts';
export type { AccountDirectory, Domains, Listener, Resolver } from './domains.ts';
export { defaultLimits, type SipServerLimits } from './limits.ts';
export * from './location-service/index.ts';
export {
  type EmbeddedWiring,
  SipServer,
  type SipServerCounts,
  type SipServerEvents,
  type SipServerOptions,
  type Upstream,
  type UpstreamWiring,
} from './sip-server.ts';
export type { TraceEvent, TraceRole } from './trace.ts';
export type { RegisteredBinding } from './upstream-edge.ts';
