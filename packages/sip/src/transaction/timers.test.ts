import { expect, test } from 'vitest';
import { defaultTimers, delayOf, nextInterval, type TimerName } from './timers.ts';

/** Table 4 (§A) for T1 500 ms, T2 4 s, T4 5 s, and RFC 6026. `-`: does not run. */
test.each<[TimerName, unreliable: number | '-', reliable: number | '-']>([
  ['A', 500, '-'],
  ['B', 32_000, 32_000],
  ['D', 32_000, 0],
  ['E', 500, '-'],
  ['F', 32_000, 32_000],
  ['G', 500, '-'],
  ['H', 32_000, 32_000],
  ['I', 5000, 0],
  ['J', 32_000, 0],
  ['K', 5000, 0],
  ['L', 32_000, 32_000],
  ['M', 32_000, 32_000],
  ['trying', 200, 200],
  ['late', 3500, 3500],
  ['cancelled', 32_000, 32_000],
])(
  'timer %s runs %s ms over UDP and %s ms over a connection (trap 4.3 #37, TXN-018)',
  (timer, unreliable, reliable) => {
    expect(delayOf(timer, defaultTimers, false) ?? '-').toBe(unreliable);
    expect(delayOf(timer, defaultTimers, true) ?? '-').toBe(reliable);
  },
);

test('timer D is at least 32 s even when T1 is small, because the far T1 is not known (RFC 6026 §8.4)', () => {
  expect(delayOf('D', { t1: 100, t2: 4000, t4: 5000 }, false)).toBe(32_000);
});

test('A doubles without bound, E and G only up to T2 (§17.1.1.2, §17.1.2.2, §17.2.1, trap 4.3 #38)', () => {
  const intervals = (timer: 'A' | 'E' | 'G') => {
    const found: number[] = [];
    for (let i = 0, at = 500; i < 6; i++, at = nextInterval(timer, at, defaultTimers)) found.push(at);
    return found;
  };
  expect(intervals('A')).toEqual([500, 1000, 2000, 4000, 8000, 16_000]);
  expect(intervals('E')).toEqual([500, 1000, 2000, 4000, 4000, 4000]);
  expect(intervals('G')).toEqual([500, 1000, 2000, 4000, 4000, 4000]);
});
