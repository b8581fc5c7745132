import { expect, it } from 'vitest';
import { standForLeader } from './channel-link.ts';
import type { Locks } from './locks.ts';

/** One lock, first come, first served. */
function oneLock(): Locks {
  let last: Promise<unknown> = Promise.resolve();
  return {
    request(_name: string, options: unknown, wait?: () => Promise<void> | void) {
      const run = (wait ?? options) as () => Promise<void> | void;
      last = last.then(run);
      return last;
    },
  };
}

it('lets one tab lead, and when it has left the next in line that is still there', async () => {
  const locks = oneLock();
  const leaders: string[] = [];
  const leave = new Map<string, () => void>();
  for (const tab of ['a', 'b', 'c']) {
    const left = new Promise<void>((resolve) => leave.set(tab, resolve));
    standForLeader(locks, () => leaders.push(tab), left);
  }
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  await settle();
  expect(leaders).toEqual(['a']);
  leave.get('b')?.();
  await settle();
  expect(leaders).toEqual(['a']);
  leave.get('a')?.();
  await settle();
  expect(leaders).toEqual(['a', 'c']);
});

it('leads alone where the browser refuses locks', async () => {
  let started = 0;
  standForLeader(
    { request: () => Promise.reject(new Error('SecurityError')) },
    () => void started++,
    new Promise(() => undefined),
  );
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  expect(started).toBe(1);
});

it('leads at once where there are no locks', () => {
  let started = false;
  standForLeader(undefined, () => (started = true), new Promise(() => undefined));
  expect(started).toBe(true);
});
