import { latin1Encode, utf8Encode } from '../runtime/bytes.ts';
import { md5 } from './md5.ts';
import { sha256 } from './sha256.ts';
import { sha512256 } from './sha512-256.ts';

/** The hashes of RFC 7616 and RFC 8760, weakest first. */
export const hashNames = ['MD5', 'SHA-256', 'SHA-512-256'] as const;

/** The hash under a digest algorithm. */
export type HashName = (typeof hashNames)[number];

/** A digest algorithm (RFC 7616 §3.3, RFC 8760 §2). */
export interface Algorithm {
  readonly hash: HashName;
  /** `-sess`: A1 is bound to nonce and cnonce (RFC 7616 §3.4.2). */
  readonly session: boolean;
}

/** Compares without regard to case; none given means MD5 (RFC 7616 §3.3). Undefined for one that is not known. */
export function parseAlgorithm(text: string | undefined): Algorithm | undefined {
  const name = (text ?? 'MD5').toUpperCase();
  const session = name.endsWith('-SESS');
  const hash = hashNames.find((each) => each === (session ? name.slice(0, -5) : name));
  return hash === undefined ? undefined : { hash, session };
}

/** An algorithm as challenges write it: `SHA-256-sess`. */
export function printAlgorithm({ hash, session }: Algorithm): string {
  return session ? `${hash}-sess` : hash;
}

/** Hex of H(username:realm:password), what a server keeps instead of the password. Text is normalised to NFC and hashed as UTF-8. */
export function ha1(hash: HashName, username: string, realm: string, password: string): string {
  return hexHash(hash, utf8Encode(`${username.normalize('NFC')}:${realm}:${password.normalize('NFC')}`));
}

/** Hex of H(username:realm), what goes over the wire when the server offers `userhash=true` (RFC 7616 §3.4.4). */
export function userhash(hash: HashName, username: string, realm: string): string {
  return hexHash(hash, utf8Encode(`${username.normalize('NFC')}:${realm}`));
}

/** The ingredients of a response. Texts are octets, as they stand on the wire with quotes taken off. */
export interface DigestInput {
  readonly algorithm: Algorithm;
  /** Hex of H(username:realm:password), also for `-sess`. */
  readonly ha1: string;
  /** '' for the rspauth of Authentication-Info (RFC 7616 §3.5). */
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  /** Absent: the older form without nonce count (RFC 2617 §3.2.2.1). */
  readonly qop?: 'auth' | 'auth-int' | undefined;
  readonly nc?: string | undefined;
  readonly cnonce?: string | undefined;
  /** Counts with auth-int only. */
  readonly body?: Uint8Array | undefined;
}

/** `response = KD( H(A1), nonce:nc:cnonce:qop:H(A2) )` (RFC 7616 §3.4.1), in lower-case hex. */
export function digestResponse(input: DigestInput): string {
  const { algorithm, nonce, qop, nc = '', cnonce = '' } = input;
  const h = (text: string) => hexHash(algorithm.hash, latin1Encode(text));
  const a1 = algorithm.session ? h(`${input.ha1}:${nonce}:${cnonce}`) : input.ha1;
  const a2 = `${input.method}:${input.uri}`;
  const body = qop === 'auth-int' ? `:${hexHash(algorithm.hash, input.body ?? new Uint8Array(0))}` : '';
  if (qop === undefined) return h(`${a1}:${nonce}:${h(a2)}`);
  return h(`${a1}:${nonce}:${nc}:${cnonce}:${qop}:${h(a2 + body)}`);
}

/** The hash of octets, in lower-case hex. */
export function hexHash(hash: HashName, octets: Uint8Array): string {
  const digest = hash === 'MD5' ? md5(octets) : hash === 'SHA-256' ? sha256(octets) : sha512256(octets);
  // Joined, not added up: what is added up is kept as its pieces for as long as nobody reads it, ten times as large.
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Equal texts of equal length, in a time that does not tell where they differ. */
export function equalSecret(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % Math.max(1, b.length));
  return difference === 0;
}
