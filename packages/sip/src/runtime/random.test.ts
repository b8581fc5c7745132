import { expect, test } from 'vitest';
import { cryptoRandom, token } from './random.ts';

const random = cryptoRandom(globalThis.crypto);

test('tokens are lower-case hex with 96 bits by default, at least the 32 of §19.3, and differ (trap 4.3 #56)', () => {
  const tokens = Array.from({ length: 1000 }, () => token(random));
  expect(new Set(tokens).size).toBe(1000);
  for (const each of tokens) expect(each).toMatch(/^[0-9a-f]{24}$/);
  expect(token(random, 4)).toMatch(/^[0-9a-f]{8}$/);
});

test('numbers are in [0, 1)', () => {
  for (let i = 0; i < 1000; i++) {
    const number = random.number();
    expect(number).toBeGreaterThanOrEqual(0);
    expect(number).toBeLessThan(1);
  }
  const highest = cryptoRandom({ getRandomValues: (array) => array.fill(255) });
  expect(highest.number()).toBeLessThan(1);
});
