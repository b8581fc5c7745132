import type { Credentials } from '../message/credentials.ts';
import type { SipRequest } from '../message/message.ts';
import { quote } from '../message/text.ts';
import { type Algorithm, digestResponse, equalSecret, parseAlgorithm, printAlgorithm } from './digest.ts';

/** What a server says in a challenge. Texts are octets; quoting happens here. */
export interface ChallengeParts {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: Algorithm;
  /** RFC 8760 §2.4 wants one; an empty list leaves it out. */
  readonly qop?: readonly ('auth' | 'auth-int')[];
  readonly opaque?: string;
  readonly stale?: boolean;
  readonly userhash?: boolean;
}

/** The value of WWW-Authenticate or Proxy-Authenticate. `qop` is quoted, `algorithm` and `stale` are not (RFC 7616 §3.3). */
export function printChallenge(parts: ChallengeParts): string {
  const { realm, nonce, algorithm, qop = ['auth'], opaque, stale, userhash } = parts;
  const params = [`realm=${quote(realm)}`, `nonce=${quote(nonce)}`, `algorithm=${printAlgorithm(algorithm)}`];
  if (qop.length > 0) params.push(`qop="${qop.join(',')}"`);
  if (opaque !== undefined) params.push(`opaque=${quote(opaque)}`);
  if (stale === true) params.push('stale=true');
  if (userhash === true) params.push('userhash=true');
  return `Digest ${params.join(', ')}`;
}

/** Digest credentials of a request, complete and with known algorithm and qop. Texts are octets, unquoted. */
export interface DigestCredentials {
  readonly username: string;
  /** The username is a hash of the real one. */
  readonly userhash: boolean;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: Algorithm;
  readonly qop: 'auth' | 'auth-int' | undefined;
  readonly nc: string | undefined;
  /** The nonce count as a number; undefined without qop. */
  readonly count: number | undefined;
  readonly cnonce: string | undefined;
  readonly opaque: string | undefined;
}

/** Undefined for another scheme and for what no server could check. */
export function readDigestCredentials(credentials: Credentials): DigestCredentials | undefined {
  if (!credentials.isDigest) return undefined;
  const [username, realm, nonce, uri, response] = ['username', 'realm', 'nonce', 'uri', 'response'].map((name) =>
    credentials.get(name),
  );
  const algorithm = parseAlgorithm(credentials.get('algorithm'));
  if (username === undefined || realm === undefined || nonce === undefined || uri === undefined) return undefined;
  if (response === undefined || algorithm === undefined) return undefined;
  const qop = credentials.get('qop')?.toLowerCase();
  const nc = credentials.get('nc');
  const cnonce = credentials.get('cnonce');
  const count = nc !== undefined && /^[0-9a-f]{8,9}$/i.test(nc) ? Number.parseInt(nc, 16) : undefined;
  if (qop !== undefined && ((qop !== 'auth' && qop !== 'auth-int') || cnonce === undefined || count === undefined))
    return undefined;
  return {
    username,
    userhash: credentials.get('userhash')?.toLowerCase() === 'true',
    realm,
    nonce,
    uri,
    response: response.toLowerCase(),
    algorithm,
    qop: qop === 'auth' || qop === 'auth-int' ? qop : undefined,
    nc: qop === undefined ? undefined : nc,
    count: qop === undefined ? undefined : count,
    cnonce,
    opaque: credentials.get('opaque'),
  };
}

/**
 * Whether the response was made with the password behind `ha1`, for this method and body, in constant time (RFC 7616 §3.4).
 * That `uri` is the Request-URI, that the nonce is ours and its count new is for the caller to check: the policy is his.
 */
export function verifyDigest(
  credentials: DigestCredentials,
  request: Pick<SipRequest, 'method' | 'body'>,
  ha1: string,
): boolean {
  const { algorithm, nonce, uri, qop, nc, cnonce } = credentials;
  const { method, body } = request;
  return equalSecret(
    digestResponse({ algorithm, ha1, method, uri, nonce, qop, nc, cnonce, body }),
    credentials.response,
  );
}
