import {
  type Clock,
  type Credentials,
  type DigestCredentials,
  decodeText,
  encodeText,
  equalUri,
  type Flow,
  hmacSha256,
  type Log,
  parseUri,
  printChallenge,
  type Random,
  readDigestCredentials,
  type SipRequest,
  utf8Encode,
  verifyDigest,
} from '@ringback/sip';
import { base64url, deriveKey, mac80 } from '../keyed-hash.ts';
import type { CredentialStore, StoredCredential } from './credential-store.ts';
import { type FailedLoginLimits, FailedLogins } from './failed-logins.ts';
import { NonceCounts } from './nonce-counts.ts';
import { Nonces } from './nonces.ts';

export interface DigestGateOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly realm: string;
  readonly secret: Uint8Array;
  readonly credentials: CredentialStore;
  readonly limits: DigestGateLimits;
  /** Which challenges a request gets, in this order; all by default. */
  readonly hashes?: (request: SipRequest) => readonly DigestHash[];
  readonly failed?: (event: FailedLogin) => void;
}

/** Durations in milliseconds. */
export interface DigestGateLimits {
  readonly nonceLifetime: number;
  readonly noncesRemembered: number;
  readonly failedLogins: FailedLoginLimits;
}

export interface FailedLogin {
  readonly username: string;
  /** The host the attempt came from. */
  readonly source: string;
  /** Epoch milliseconds; absent while further attempts are still let through. */
  readonly blockedUntil?: number;
}

export type DigestHash = 'SHA-256' | 'MD5';

/** Which pair of headers: a registrar asks with 401, a proxy with 407 (§22.2, §22.3). */
export type Asking = 'registrar' | 'proxy';

export type GateVerdict =
  | { readonly ok: true; readonly credential: StoredCredential }
  | { readonly ok: false; readonly status: number; readonly headers: readonly (readonly [string, string])[] };

/**
 * Digest authentication (RFC 7616, RFC 8760) without state for those who have not yet proved anything: SHA-256 asked for
 * first, MD5 for the phones that know no better, always with `qop=auth`. An unknown user costs the same work and gets
 * the same answer as a wrong password.
 */
export class DigestGate {
  readonly #options: DigestGateOptions;
  readonly #nonces: Nonces;
  readonly #counts: NonceCounts;
  readonly #failed: FailedLogins;
  readonly #opaque: string;
  readonly #dummyKey: Uint8Array;

  constructor(options: DigestGateOptions) {
    const { nonceLifetime, noncesRemembered, failedLogins } = options.limits;
    this.#options = options;
    this.#nonces = new Nonces(options);
    this.#counts = new NonceCounts({ limit: noncesRemembered, lifetime: nonceLifetime });
    this.#failed = new FailedLogins(failedLogins, options.clock);
    this.#dummyKey = deriveKey(options.secret, 'unknown user');
    this.#opaque = base64url(mac80(this.#dummyKey, utf8Encode('opaque')).subarray(0, 6));
  }

  challenge(request: SipRequest, flow: Flow, asking: Asking, stale = false): GateVerdict & { ok: false } {
    return this.#challenge(request, asking, this.#nonces.make(flow), stale);
  }

  async check(request: SipRequest, flow: Flow, asking: Asking): Promise<GateVerdict> {
    const answer = this.#answer(asking === 'registrar' ? request.authorization : request.proxyAuthorization);
    const facts = answer === undefined ? undefined : this.#nonces.read(answer.nonce, flow);
    if (answer === undefined || facts === undefined) return this.challenge(request, flow, asking);
    // RFC 7616 §3.4.6: what the digest covers must be what is asked for.
    if (!sameUri(answer.uri, request)) return { ok: false, status: 400, headers: [] };

    const { clock, limits, log } = this.#options;
    const source = flow.remote.host;
    const username = decodeText(answer.username);
    const blocked = this.#failed.blockedUntil(username, source);
    if (blocked !== undefined) {
      const seconds = String(Math.ceil((blocked - clock.now()) / 1000));
      return { ok: false, status: 503, headers: [['Retry-After', seconds]] };
    }
    const credential = await this.#options.credentials.find(username, this.#options.realm);
    const kind = answer.algorithm.hash === 'MD5' ? 'md5' : 'sha256';
    const ha1 = credential?.ha1[kind] ?? this.#dummy(username, kind);
    const fresh = facts.ownSource && clock.now() - facts.madeAt <= limits.nonceLifetime;
    if (!verifyDigest(answer, request, ha1) || credential === undefined) {
      // A forged source address cannot bring back a nonce we sent there: nobody is blamed for what others write.
      if (flow.reliable || facts.ownSource) this.#blame(username, source);
      // The nonce was good: a new one would read as "try again", and one mistake would be made, and counted, twice (§22.3).
      return fresh ? this.#challenge(request, asking, answer.nonce) : this.challenge(request, flow, asking);
    }
    if (!fresh) return this.challenge(request, flow, asking, true);
    if (!this.#counts.use(answer.nonce, facts.madeAt, answer.count, clock.now())) {
      log('info', 'digest-replayed', { username, source });
      return this.challenge(request, flow, asking, true);
    }
    this.#failed.succeeded(username, source);
    return { ok: true, credential };
  }

  #challenge(request: SipRequest, asking: Asking, nonce: string, stale = false): GateVerdict & { ok: false } {
    const name = asking === 'registrar' ? 'WWW-Authenticate' : 'Proxy-Authenticate';
    const parts = {
      realm: encodeText(this.#options.realm),
      nonce,
      opaque: this.#opaque,
      stale,
    };
    const hashes = this.#options.hashes?.(request) ?? HASHES;
    const headers = hashes.map((hash): readonly [string, string] => [
      name,
      printChallenge({ ...parts, algorithm: { hash, session: false } }),
    ]);
    return { ok: false, status: asking === 'registrar' ? 401 : 407, headers };
  }

  /**
   * The whole answer to a challenge of ours; `undefined` when there is none: another realm, an algorithm or `opaque` that
   * was not offered, no `qop`.
   */
  #answer(all: readonly Credentials[]): Answer | undefined {
    const realm = encodeText(this.#options.realm);
    for (const credentials of all) {
      const answer = readDigestCredentials(credentials);
      if (answer?.realm !== realm || answer.opaque !== this.#opaque || answer.qop !== 'auth') continue;
      const { algorithm, count } = answer;
      if (!algorithm.session && HASHES.some((hash) => hash === algorithm.hash) && count !== undefined) {
        return { ...answer, count };
      }
    }
    return undefined;
  }

  #blame(username: string, source: string): void {
    const blockedUntil = this.#failed.failed(username, source);
    this.#options.log('warn', 'login-failed', { username, source, blockedUntil });
    this.#options.failed?.({ username, source, ...(blockedUntil === undefined ? undefined : { blockedUntil }) });
  }

  #dummy(username: string, hash: 'md5' | 'sha256'): string {
    const bytes = hmacSha256(this.#dummyKey, utf8Encode(username)).subarray(0, hash === 'md5' ? 16 : 32);
    return Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('');
  }
}

/** In order of preference (RFC 8760 §2.3). */
const HASHES: readonly DigestHash[] = ['SHA-256', 'MD5'];

interface Answer extends DigestCredentials {
  readonly count: number;
}

/** As written, or equal by §19.1.4: some clients normalise what they hash. */
function sameUri(text: string, request: SipRequest): boolean {
  if (text === request.uriText) return true;
  const uri = parseUri(text);
  return uri.ok && equalUri(uri.value, request.uri);
}
