import { latin1Encode } from '../runtime/bytes.ts';
import { pad } from './padding.ts';
import { firstPrimes } from './primes.ts';

/**
 * SHA-512/256 (FIPS 180-4, 5.3.6.2): SHA-512 from initial values of its own, cut to 256 bits. It is not the first half of
 * SHA-512. Rare in SIP (RFC 8760 names it), so written for the reader, in 64-bit integers, and not for speed.
 */
export function sha512256(message: Uint8Array): Uint8Array {
  // What SHA-512 makes of the name when it begins with other values (5.3.6).
  initial ??= sha512(
    BigUint64Array.from(firstPrimes(8), (prime) => rootFraction(prime, 2n) ^ 0xa5a5a5a5a5a5a5a5n),
    latin1Encode('SHA-512/256'),
  );
  const hash = sha512(initial, message);
  const digest = new DataView(new ArrayBuffer(32));
  for (let i = 0; i < 4; i++) digest.setBigUint64(8 * i, hash[i] ?? 0n);
  return new Uint8Array(digest.buffer);
}

let initial: BigUint64Array | undefined;
let round: BigUint64Array | undefined;

function sha512(initial: BigUint64Array, message: Uint8Array): BigUint64Array {
  const hash = initial.slice();
  const view = pad(message, 128);
  round ??= BigUint64Array.from(firstPrimes(80), (prime) => rootFraction(prime, 3n));
  for (let block = 0; block < view.byteLength; block += 128) compress(hash, view, block, round);
  return hash;
}

function compress(hash: BigUint64Array, view: DataView, block: number, constants: BigUint64Array): void {
  const w = new BigUint64Array(80);
  for (let t = 0; t < 16; t++) w[t] = view.getBigUint64(block + 8 * t);
  for (let t = 16; t < 80; t++) {
    const x = w[t - 15] ?? 0n;
    const y = w[t - 2] ?? 0n;
    const s0 = rotate(x, 1n) ^ rotate(x, 8n) ^ (x >> 7n);
    const s1 = rotate(y, 19n) ^ rotate(y, 61n) ^ (y >> 6n);
    w[t] = s1 + (w[t - 7] ?? 0n) + s0 + (w[t - 16] ?? 0n);
  }
  let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = hash;
  for (let t = 0; t < 80; t++) {
    const s1 = rotate(e, 14n) ^ rotate(e, 18n) ^ rotate(e, 41n);
    const t1 = h + s1 + ((e & f) ^ (~e & g)) + (constants[t] ?? 0n) + (w[t] ?? 0n);
    const s0 = rotate(a, 28n) ^ rotate(a, 34n) ^ rotate(a, 39n);
    const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = BigInt.asUintN(64, d + t1);
    d = c;
    c = b;
    b = a;
    a = BigInt.asUintN(64, t1 + t2);
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) hash[i] = (hash[i] ?? 0n) + word;
}

function rotate(x: bigint, n: bigint): bigint {
  return BigInt.asUintN(64, (x >> n) | (x << (64n - n)));
}

/** The first 64 bits of the fractional part of a root of that degree, by Newton's method (4.2.3, 5.3.5). */
function rootFraction(prime: number, degree: bigint): bigint {
  const target = BigInt(prime) << (64n * degree);
  let root = 1n << 69n;
  for (;;) {
    const next = ((degree - 1n) * root + target / root ** (degree - 1n)) / degree;
    if (next >= root) return BigInt.asUintN(64, root);
    root = next;
  }
}
