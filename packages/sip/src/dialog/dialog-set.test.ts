import { expect, test } from 'vitest';
import { createRequest, createResponse, Headers } from '../message/index.ts';
import { DialogSet } from './dialog-set.ts';
import { DialogTable } from './dialog-table.ts';

const invite = createRequest({
  method: 'INVITE',
  uri: 'sip:bob@example.com',
  headers: Headers.of(
    ['Via', 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa'],
    ['From', '<sip:alice@example.com>;tag=a1'],
    ['To', '<sip:bob@example.com>'],
    ['Call-ID', 'call'],
    ['CSeq', '1 INVITE'],
  ),
});

const response = (status: number, toTag: string, host = toTag) =>
  createResponse(invite, status, { toTag, headers: [['Contact', `<sip:bob@${host}>`]] });

test('keeps one early dialog for each To tag, each with its own target (§12.1, trap 4.4 #58)', () => {
  const set = new DialogSet(invite);
  expect(set.receive(response(180, 'one'))).toMatchObject({ type: 'early', first: true });
  expect(set.receive(response(183, 'two'))).toMatchObject({ type: 'early', first: true });
  expect(set.receive(response(180, 'one'))).toMatchObject({ type: 'early', first: false });
  expect(set.early.map(({ target }) => target)).toEqual(['sip:bob@one', 'sip:bob@two']);
});

test('a 199 ends one early dialog, a final non-2xx all of them (RFC 6228, §12.3, trap 4.4 #59)', () => {
  const set = new DialogSet(invite);
  for (const tag of ['one', 'two', 'three']) set.receive(response(180, tag));
  expect(set.receive(response(199, 'two'))).toMatchObject({ type: 'gone', dialog: { remoteTag: 'two' } });
  expect(set.early.map(({ remoteTag }) => remoteTag)).toEqual(['one', 'three']);
  set.receive(response(486, 'one'));
  expect(set.early).toEqual([]);
});

test('a 2xx confirms its own dialog and ends none of the others (§13.2.2.4, trap 4.4 #59)', () => {
  const set = new DialogSet(invite);
  for (const tag of ['one', 'two']) set.receive(response(180, tag));
  expect(set.receive(response(200, 'two'))).toMatchObject({ type: 'confirmed', again: false });
  expect(set.early.map(({ remoteTag }) => remoteTag)).toEqual(['one']);
  expect(set.receive(response(200, 'two'))).toMatchObject({ type: 'confirmed', again: true });
  expect(set.receive(response(200, 'new'))).toMatchObject({ type: 'confirmed', again: false });
});

test('a 1xx that comes after the 2xx of its dialog is ignored (trap 4.4 #72)', () => {
  const set = new DialogSet(invite);
  set.receive(response(200, 'one'));
  expect(set.receive(response(180, 'one', 'elsewhere'))).toEqual({ type: 'none' });
  expect(set.get('one')?.target).toBe('sip:bob@one');
});

test('dialogs are found by the triple, not by its parts glued together (§12, trap 4.4 #71)', () => {
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

test('a 2xx without To tag, from a phone of RFC 2543, forms one dialog with an empty tag (§12.1.2, trap 4.1 #16)', () => {
  const set = new DialogSet(invite);
  const untagged = createResponse(invite, 200, { headers: [['Contact', '<sip:bob@old>']] });
  expect(set.receive(createResponse(invite, 180))).toEqual({ type: 'none' });
  expect(set.receive(untagged)).toMatchObject({ type: 'confirmed', again: false, dialog: { remoteTag: '' } });
  expect(set.receive(untagged)).toMatchObject({ type: 'confirmed', again: true });
});
