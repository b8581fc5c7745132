import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RecentCall } from '../bridge/protocol.ts';
import { Device } from './device.ts';
import { openStore, type Store } from './store.ts';

const recent = (id: number, seen = true): RecentCall => ({
  id: `c${id}`,
  account: 'sip:alice@example.com',
  sipCallId: 'x',
  direction: 'incoming',
  remote: { uri: 'sip:bob@example.com' },
  startedAt: id,
  endedAt: id + 1,
  end: { outcome: 'missed', by: 'there' },
  seen,
});

describe('what this device keeps', () => {
  let store: Store;
  let device: Device;
  const again = async (): Promise<Device> => {
    const next = new Device(store);
    await next.load();
    return next;
  };
  beforeEach(async () => {
    globalThis.indexedDB = new IDBFactory();
    store = await openStore();
    device = await again();
  });

  it('are contacts, by name, changed and deleted', async () => {
    await device.saveContact({ id: '1', name: 'Zoe', address: '1' });
    await device.saveContact({ id: '2', name: 'anna', address: '2' });
    await device.saveContact({ id: '1', name: 'Zoë', address: '3' });
    expect((await again()).contacts.map(({ name }) => name)).toEqual(['anna', 'Zoë']);
    await device.deleteContact('2');
    expect((await again()).contacts).toEqual([{ id: '1', name: 'Zoë', address: '3' }]);
  });
  it('are the calls, newest first, and which of them nobody has seen', async () => {
    await device.addRecent(recent(1, false));
    await device.addRecent(recent(2, false));
    expect((await again()).recents.map(({ id, seen }) => [id, seen])).toEqual([
      ['c2', false],
      ['c1', false],
    ]);
    await device.recentsSeen();
    expect((await again()).recents.every(({ seen }) => seen)).toBe(true);
    await device.deleteRecent('c1');
    expect((await again()).recents.map(({ id }) => id)).toEqual(['c2']);
    await device.deleteRecent('all');
    expect((await again()).recents).toEqual([]);
  });
  it('is no more than the last two hundred calls', async () => {
    for (let id = 0; id < 203; id++) await device.addRecent(recent(id));
    const { recents } = await again();
    expect(recents).toHaveLength(200);
    expect(recents.at(-1)?.id).toBe('c3');
  });
});
