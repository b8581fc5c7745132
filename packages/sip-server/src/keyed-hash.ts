import { hmacSha256, utf8Encode } from '@ringback/sip';

/** A key of its own for one purpose out of the one secret: what signs flow tokens never signs nonces. */
export function deriveKey(secret: Uint8Array, purpose: string): Uint8Array {
  return hmacSha256(secret, utf8Encode(`ringback ${purpose}`));
}

/** The first 80 bits, as RFC 5626 §5.2 uses them. */
export function mac80(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmacSha256(key, message).subarray(0, MAC_LENGTH);
}

/** In a time that does not tell where they differ. */
export function equalOctets(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i++) difference |= (one[i] ?? 0) ^ (other[i] ?? 0);
  return difference === 0;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** base64url without padding (RFC 4648 §5): every character may stand in a user part and in a quoted string. */
export function base64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = Math.min(4, bytes.length - i + 1);
    for (let digit = 0; digit < digits; digit++) text += DIGITS[(group >> (18 - 6 * digit)) & 63];
  }
  return text;
}

/** `undefined` for anything `base64url` would not have written: one token, one spelling. */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const digit of text) {
    const six = DIGITS.indexOf(digit);
    if (six < 0) return undefined;
    value = ((value << 6) | six) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (value >> bits) & 0xff;
    }
  }
  return (value & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

export const MAC_LENGTH = 10;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
