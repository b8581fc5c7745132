import { expect, test } from 'vitest';
import { seededRandom } from '../testing/seeded-random.ts';
import { TimerQueue } from './timer-queue.ts';

test.each([1, 2, 3, 4, 5])(
  'seed %i: what is added and not cancelled comes out by deadline, then by order of adding',
  (seed) => {
    const random = seededRandom(seed);
    const queue = new TimerQueue();
    const expected: { deadline: number; serial: number }[] = [];
    const out: number[] = [];
    for (let serial = 0; serial < 500; serial++) {
      const deadline = Math.floor(random.number() * 100);
      const timer = queue.add(deadline, () => out.push(serial));
      if (random.number() < 0.4) timer.cancel();
      else expected.push({ deadline, serial });
    }
    expect(queue.size).toBe(expected.length);
    for (let now = 0; now < 100; now++) for (let run = queue.takeDue(now); run; run = queue.takeDue(now)) run();
    expected.sort((a, b) => a.deadline - b.deadline || a.serial - b.serial);
    expect(out).toEqual(expected.map(({ serial }) => serial));
    expect(queue.size).toBe(0);
  },
);

test('cancelling twice, or after the run, does nothing', () => {
  const queue = new TimerQueue();
  const first = queue.add(1, () => {});
  const second = queue.add(2, () => {});
  queue.takeDue(1)?.();
  first.cancel();
  second.cancel();
  second.cancel();
  queue.add(3, () => {});
  second.cancel();
  expect(queue.size).toBe(1);
});
