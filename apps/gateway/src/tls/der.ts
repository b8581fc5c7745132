/**
 * The few pieces of DER (ITU-T X.690) a certificate is made of. Writing them takes a page; the libraries that do it bring
 * a dozen packages and a global polyfill. Node reads the result back, so the tests check it with OpenSSL's eyes.
 */

export function sequence(...items: readonly Uint8Array[]): Uint8Array {
  return tagged(0x30, ...items);
}

export function set(...items: readonly Uint8Array[]): Uint8Array {
  return tagged(0x31, ...items);
}

/** An INTEGER from its big-endian octets, taken as positive. */
export function integer(octets: Uint8Array): Uint8Array {
  const first = octets.findIndex((octet) => octet !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : octets.subarray(first);
  return (digits[0] ?? 0) >= 0x80 ? tagged(0x02, Uint8Array.of(0), digits) : tagged(0x02, digits);
}

export function boolean(value: boolean): Uint8Array {
  return tagged(0x01, Uint8Array.of(value ? 0xff : 0));
}

export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]));
}

export function utf8String(text: string): Uint8Array {
  return tagged(0x0c, Buffer.from(text, 'utf8'));
}

export function octetString(octets: Uint8Array): Uint8Array {
  return tagged(0x04, octets);
}

export function bitString(octets: Uint8Array, unusedBits = 0): Uint8Array {
  return tagged(0x03, Uint8Array.of(unusedBits), octets);
}

/** UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5). */
export function time(epochMs: number): Uint8Array {
  const digits = new Date(epochMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  const short = Number(digits.slice(0, 4)) < 2050;
  return tagged(short ? 0x17 : 0x18, Buffer.from(short ? digits.slice(2) : digits, 'latin1'));
}

/** A context-specific tag, constructed: `[n] EXPLICIT`. */
export function explicit(number: number, ...items: readonly Uint8Array[]): Uint8Array {
  return tagged(0xa0 + number, ...items);
}

/** A context-specific tag, primitive: `[n] IMPLICIT` on a string of octets. */
export function implicit(number: number, octets: Uint8Array): Uint8Array {
  return tagged(0x80 + number, octets);
}

function tagged(tag: number, ...items: readonly Uint8Array[]): Uint8Array {
  const length = items.reduce((sum, item) => sum + item.length, 0);
  return Buffer.concat([Uint8Array.from([tag, ...lengthOctets(length)]), ...items]);
}

/** X.690 §8.1.3: one octet below 128, else the number of octets that follow. */
function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 + octets.length, ...octets];
}

function base128(value: number): readonly number[] {
  const octets = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift(0x80 + (rest % 128));
  return octets;
}
