import { createHash, randomBytes } from 'node:crypto';

/** HA1 = H(username:realm:password), RFC 7616 §3.4.2, for the two algorithms phones speak (RFC 8760). */
export function ha1Of(
  username: string,
  realm: string,
  password: string,
): { readonly md5: string; readonly sha256: string } {
  const text = `${username}:${realm}:${password}`;
  return {
    md5: createHash('md5').update(text).digest('hex'),
    sha256: createHash('sha256').update(text).digest('hex'),
  };
}

/** 24 characters, 120 bits, without those that are mistaken for another when typed into a desk phone. */
export function randomPassword(): string {
  return Array.from(randomBytes(24), (byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** 32 of them, so that the modulus above prefers none. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';
