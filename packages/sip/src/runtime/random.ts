/** Dice as the core sees them. In production a CSPRNG: tags, branches and Call-IDs must not be guessable (§19.3). */
export interface Random {
  bytes(length: number): Uint8Array;
  /** In [0, 1). */
  number(): number;
}

/**
 * A token for tags, branches and Call-IDs: lower-case hex, so that it is the same under any comparison (§7.3.1).
 * 12 bytes are 96 bits; §19.3 asks for at least 32.
 */
export function token(random: Random, bytes = 12): string {
  let text = '';
  for (const byte of random.bytes(bytes)) text += HEX[byte];
  return text;
}

/** Randomness from Web Crypto, which browsers and Node share. */
export function cryptoRandom(crypto: { getRandomValues(array: Uint8Array<ArrayBuffer>): unknown }): Random {
  function bytes(length: number): Uint8Array {
    const array = new Uint8Array(length);
    crypto.getRandomValues(array);
    return array;
  }
  return {
    bytes,
    number() {
      let value = 0;
      for (const byte of bytes(4)) value = value * 256 + byte;
      return value / 0x1_0000_0000;
    },
  };
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
