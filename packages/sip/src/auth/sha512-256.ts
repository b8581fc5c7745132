import { firstPrimes } from './primes.ts';

/**
 * SHA-512/256 (FIPS 180-4, 5.3.6.2): SHA-512 from initial values of its own, cut to 256 bits. It is not the first half of
 * SHA-512. Rare in SIP (RFC 8760 names it), so written for the reader, in 64-bit integers, and not for speed.
 */
export function sha512256(message: Uint8Array): Uint8Array {
  const length = ((message.length + 144) >> 7) << 7;
  const padded = new Uint8Array(length);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(length - 8, BigInt(message.length) * 8n);

  const hash = BigUint64Array.from(INITIAL);
  round ??= BigUint64Array.from(firstPrimes(80), cubeRootFraction);
  for (let block = 0; block < length; block += 128) compress(hash, view, block, round);

  const digest = new DataView(new ArrayBuffer(32));
  for (let i = 0; i < 4; i++) digest.setBigUint64(8 * i, hash[i] ?? 0n);
  return new Uint8Array(digest.buffer);
}

const INITIAL: readonly bigint[] = [
  0x22312194fc2bf72cn,
  0x9f555fa3c84c64c2n,
  0x2393b86b6f53b151n,
  0x963877195940eabdn,
  0x96283ee2a88effe3n,
  0xbe5e1e2553863992n,
  0x2b0199fc2c85b8aan,
  0x0eb72ddc81c52ca2n,
];
let round: BigUint64Array | undefined;

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

/** The first 64 bits of the fractional part of the cube root (4.2.3). */
function cubeRootFraction(prime: number): bigint {
  const target = BigInt(prime) << 192n;
  let root = 1n << 68n;
  for (;;) {
    const next = (2n * root + target / (root * root)) / 3n;
    if (next >= root) return BigInt.asUintN(64, root);
    root = next;
  }
}
