export type { CredentialStore, StoredCredential } from './credential-store.ts';
export {
  type Asking,
  DigestGate,
  type DigestGateLimits,
  type DigestGateOptions,
  type DigestHash,
  type FailedLogin,
  type GateVerdict,
} from './digest-gate.ts';
export type { FailedLoginLimits } from './failed-logins.ts';
