/** Authenticated identity (RFC 8224, RFC 8225, RFC 8588): who a request is from, verified. */

export type { Identities } from './canonical.ts';
export {
  type IdentityPort,
  type IdentityValue,
  type IdentityVerdict,
  type Passport,
  readIdentity,
  verifyIdentity,
} from './identity.ts';
