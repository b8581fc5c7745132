import type { UserAgentSnapshot } from '@ringback/sip';
import { expect, it } from 'vitest';
import type { RecentCall } from '../bridge/protocol.ts';
import { Journal } from './journal.ts';
import { MemoryStore } from './store.ts';

const call: RecentCall = {
  id: 'c1',
  account: 'sip:alice@example.com',
  sipCallId: 'x',
  direction: 'outgoing',
  remote: { uri: 'sip:bob@example.com' },
  startedAt: 0,
  answeredAt: 1000,
  endedAt: 5000,
  end: { outcome: 'interrupted', by: 'network' },
  seen: true,
};
const userAgent = { version: 1, sessions: [{ id: 'c1' }] } as unknown as UserAgentSnapshot;

async function next(store: MemoryStore, now: number): Promise<Journal> {
  const journal = new Journal(store);
  await journal.load(now);
  return journal;
}

it('gives the next engine what it needs to say BYE for a call that was up, once', async () => {
  const store = new MemoryStore();
  await new Journal(store).up(call, userAgent);
  const journal = await next(store, 9000);
  expect(journal.takeUserAgent(call.account)).toBe(userAgent);
  expect(journal.takeUserAgent(call.account)).toBeUndefined();
  expect(journal.dropped).toEqual({ ...call, endedAt: 9000 });
  const after = await next(store, 20_000);
  expect(after.takeUserAgent(call.account)).toBeUndefined();
  expect(after.dropped).toEqual({ ...call, endedAt: 9000 });
});

it('knows nothing of a call that ended in peace', async () => {
  const store = new MemoryStore();
  const journal = new Journal(store);
  await journal.up(call, userAgent);
  await journal.over(call.id);
  expect((await next(store, 9000)).dropped).toBeUndefined();
});

it('offers to call back after the page went away in mid-call, also to the page that comes next, until dismissed', async () => {
  const store = new MemoryStore();
  const journal = new Journal(store);
  await journal.cutNow(call);
  expect(journal.dropped).toEqual(call);
  const after = await next(store, 9000);
  expect(after.takeUserAgent(call.account)).toBeUndefined();
  expect(after.dropped).toEqual(call);
  await after.dismiss();
  expect((await next(store, 9000)).dropped).toBeUndefined();
});

it('does not ask about a call that was cut long ago', async () => {
  const store = new MemoryStore();
  await new Journal(store).cutNow(call);
  expect((await next(store, call.endedAt + 3600_000)).dropped).toBeUndefined();
  expect(await store.all('journal')).toEqual([]);
});
