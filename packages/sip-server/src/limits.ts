import type { FailedLoginLimits } from './digest-gate/index.ts';
import type { RegistrationLimits } from './registrar/contacts.ts';

/** Durations in milliseconds unless named otherwise. */
export interface SipServerLimits {
  /** Timer C (§16.6 step 11): more than three minutes. */
  readonly timerC: number;
  /** How long a request waits for a user agent whose flow has just closed. */
  readonly ghostWait: number;
  /** Seconds: below `min` a registration is refused with 423, above `max` it is cut. */
  readonly registration: RegistrationLimits;
  readonly contactsPerRegister: number;
  /** Seconds between keep-alives of an outbound user agent (RFC 5626 §4.4.1). */
  readonly flowTimer: number;
  /** RFC 5393 §5.3: branches a request may spread to in all. */
  readonly maxBreadth: number;
  /** Max-Forwards of a request that has none, and the most that is passed on. */
  readonly maxForwards: number;
  /** Age from which a nonce is stale. */
  readonly nonceLifetime: number;
  /** Nonces whose use is remembered against replay. */
  readonly noncesRemembered: number;
  /** Failed log-ins let through within `window`; each further one blocks twice as long as the last, from `first` to `longest`. */
  readonly failedLogins: FailedLoginLimits;
  /** Requests being worked on; beyond it new ones get 503. */
  readonly pending: number;
  /** `retryAfter` in seconds for those who come while the server drains; `wait` for those being served. */
  readonly drain: { readonly retryAfter: number; readonly wait: number };
}

export const defaultLimits: SipServerLimits = {
  timerC: 185_000,
  ghostWait: 5000,
  registration: { min: 60, default: 3600, max: 3600 },
  contactsPerRegister: 10,
  flowTimer: 120,
  maxBreadth: 60,
  maxForwards: 70,
  nonceLifetime: 300_000,
  noncesRemembered: 50_000,
  failedLogins: {
    perAccount: 10,
    perSource: 40,
    window: 300_000,
    first: 2000,
    longest: 900_000,
    remembered: 10_000,
  },
  pending: 10_000,
  drain: { retryAfter: 5, wait: 1500 },
};
