import type { Random } from '../runtime/random.ts';

/** Dice that fall the same way for the same seed (mulberry32). For tests only: it can be guessed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  function word(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }
  return {
    bytes: (length) => Uint8Array.from({ length }, () => word() >>> 24),
    number: () => word() / 0x1_0000_0000,
  };
}
