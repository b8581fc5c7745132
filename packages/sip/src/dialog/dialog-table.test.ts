import { expect, test } from 'vitest';
import { DialogTable } from './dialog-table.ts';

test('dialogs are found by the triple, not by its parts glued together (§12, trap 4.4 #71, DLG-001)', () => {
  const table = new DialogTable<string>();
  table.set({ callId: 'c', localTag: 'a', remoteTag: 'bc' }, 'first');
  table.set({ callId: 'c', localTag: 'ab', remoteTag: 'c' }, 'second');
  expect(table.get({ callId: 'c', localTag: 'a', remoteTag: 'bc' })).toBe('first');
  expect(table.get({ callId: 'c', localTag: 'ab', remoteTag: 'c' })).toBe('second');
  expect(table.get({ callId: 'c', localTag: 'abc', remoteTag: '' })).toBeUndefined();
  expect(table.size).toBe(2);
});

test('a dialog is removed only by the one that holds it', () => {
  const table = new DialogTable<string>();
  const id = { callId: 'c', localTag: 'a', remoteTag: 'b' };
  table.set(id, 'old');
  table.set(id, 'new');
  table.delete(id, 'old');
  expect(table.get(id)).toBe('new');
  table.delete(id, 'new');
  table.delete(id, 'new');
  expect(table.size).toBe(0);
});
