import { expect, test } from 'vitest';
import { NonceCounts } from './nonce-counts.ts';

function counts(limit = 100) {
  const table = new NonceCounts({ limit, lifetime: 1000 });
  return (nonce: string, count: number, madeAt = 0, now = 0) => table.use(nonce, madeAt, count, now);
}

test('each count of a nonce is good once, in any order within a window (RFC 7616 §3.4, REG-038)', () => {
  const use = counts();
  expect([1, 3, 2, 5, 4, 36].map((n) => use('a', n))).toEqual([true, true, true, true, true, true]);
  expect([1, 2, 3, 4, 5, 36].map((n) => use('a', n))).toEqual([false, false, false, false, false, false]);
  expect([use('a', 35), use('a', 6), use('a', 3)]).toEqual([true, true, false]);
});

test('a jump over the whole window forgets nothing it must remember', () => {
  const use = counts();
  for (let n = 1; n < 200; n += 7) expect(use('a', n)).toBe(true);
  for (let n = 1; n < 200; n += 7) expect(use('a', n)).toBe(false);
});

test('agrees with a list of all counts ever used, for counts in the window', () => {
  const use = counts();
  const used = new Set<number>();
  let highest = 0;
  let state = 7;
  for (let i = 0; i < 5000; i++) {
    state = (state * 48271) % 2147483647;
    const count = Math.max(1, highest - 20 + (state % 25));
    const expected = !used.has(count);
    expect(use('a', count)).toBe(expected);
    used.add(count);
    highest = Math.max(highest, count);
  }
});

test('a full table lets the oldest go, and with it every nonce as old: replay never works again', () => {
  const use = counts(2);
  expect([use('a', 1, 1), use('b', 1, 2), use('c', 1, 3)]).toEqual([true, true, true]);
  expect([use('a', 1, 1), use('a', 2, 1), use('d', 1, 1)]).toEqual([false, false, false]);
});
