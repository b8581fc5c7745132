import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';

/** A host whose own timers a test can let stand still, as in sleep. */
function fakeHost() {
  const state = {
    now: 1000,
    timers: new Map<number, { run: () => void; at: number }>(),
    next: 1,
    asked: [] as number[],
  };
  const clock = systemClock({
    now: () => state.now,
    setTimeout(run, delay) {
      state.asked.push(delay);
      state.timers.set(state.next, { run, at: state.now + delay });
      return state.next++;
    },
    clearTimeout: (handle) => state.timers.delete(handle),
  });
  function advance(milliseconds: number): void {
    const end = state.now + milliseconds;
    for (;;) {
      const due = [...state.timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      state.timers.delete(due[0]);
      state.now = Math.max(state.now, due[1].at);
      due[1].run();
    }
    state.now = end;
  }
  return { clock, state, advance };
}

test('runs alarms at their deadlines, in order, and among equals first come first served', () => {
  const { clock, advance } = fakeHost();
  const ran: [string, number][] = [];
  const note = (name: string) => () => ran.push([name, clock.now()]);
  clock.at(1300, note('c'));
  clock.at(1100, note('a'));
  clock.at(1100, note('b'));
  clock.at(1200, note('never')).cancel();
  advance(1000);
  expect(ran).toEqual([
    ['a', 1100],
    ['b', 1100],
    ['c', 1300],
  ]);
});

test('holds one timer of the host, and none when nothing is pending', () => {
  const { clock, state, advance } = fakeHost();
  const timers = [5000, 1500, 3000].map((deadline) => clock.at(deadline, () => {}));
  expect(state.timers.size).toBe(1);
  for (const timer of timers) timer.cancel();
  advance(1000);
  expect(state.timers.size).toBe(0);
});

test('asks again once a second, because a host timer may stand still in sleep (trap 4.11 #133)', () => {
  const { clock, state, advance } = fakeHost();
  const ran: number[] = [];
  clock.at(33_000, () => ran.push(clock.now()));
  // 30 s of sleep in which the host's timers do not move.
  state.now += 30_000;
  for (const timer of state.timers.values()) timer.at += 30_000;
  advance(2000);
  expect(ran).toEqual([33_000]);
});

test('wake runs everything that is due, in order, with the right time (trap 4.11 #133)', () => {
  const { clock, state } = fakeHost();
  const ran: string[] = [];
  clock.at(9000, () => ran.push(`b ${clock.now()}`));
  clock.at(8000, () => ran.push(`a ${clock.now()}`));
  clock.at(90_000, () => ran.push('later'));
  state.now = 60_000;
  clock.wake();
  expect(ran).toEqual(['a 60000', 'b 60000']);
});

test('an alarm set for now runs in the next round, so that a round always ends', () => {
  const { clock, state } = fakeHost();
  let rounds = 0;
  const again = () => {
    rounds++;
    clock.at(clock.now(), again);
  };
  clock.at(1000, again);
  clock.wake();
  expect(rounds).toBe(1);
  expect(state.timers.size).toBe(1);
});

test('an alarm that throws does not stop the clock', () => {
  const { clock, advance } = fakeHost();
  const ran: string[] = [];
  clock.at(1100, () => {
    throw new Error('a bug');
  });
  clock.at(1200, () => ran.push('b'));
  expect(() => advance(150)).toThrow('a bug');
  advance(100);
  expect(ran).toEqual(['b']);
});

test('a deadline far beyond what a host timer can hold is kept', () => {
  const { clock, state } = fakeHost();
  clock.at(2 ** 45, () => {});
  expect(Math.max(...state.asked)).toBeLessThanOrEqual(1000);
});
