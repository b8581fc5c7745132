import { expect, test } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

test('each timer runs at its own time, those set meanwhile too', () => {
  const clock = new VirtualClock();
  const ran: number[] = [];
  const again = () => {
    ran.push(clock.now());
    if (ran.length < 3) clock.at(clock.now() + 10, again);
  };
  clock.at(5, again);
  clock.advance(20);
  expect(ran).toEqual([5, 15]);
  expect(clock.now()).toBe(20);
  expect(clock.runNext()).toBe(true);
  expect(clock.runNext()).toBe(false);
  expect(ran).toEqual([5, 15, 25]);
});

test('after sleep what was due runs late, in order', () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  clock.at(20, () => ran.push(`b ${clock.now()}`));
  clock.at(10, () => ran.push(`a ${clock.now()}`));
  clock.sleep(100);
  expect(ran).toEqual(['a 100', 'b 100']);
});

test('advanceSettled lets promises settle before, between and after the timers', async () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  void Promise.resolve().then(() =>
    clock.at(10, () => void Promise.resolve().then(() => ran.push(`first ${clock.now()}`))),
  );
  await clock.advanceSettled(10);
  expect(ran).toEqual(['first 10']);
});

test('advanceUntil stops as soon as it is so, and gives up in time', () => {
  const clock = new VirtualClock();
  let done = false;
  clock.at(10, () => {
    done = true;
  });
  expect(clock.advanceUntil(() => done, 100)).toBe(true);
  expect(clock.now()).toBe(10);
  expect(clock.advanceUntil(() => false, 100)).toBe(false);
  expect(clock.now()).toBe(110);
});
