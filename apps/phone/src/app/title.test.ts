import { expect, it } from 'vitest';
import { connectedCall } from '../bridge/testing/examples.ts';
import { titleText } from './title.ts';

it('says in the title what one must not miss', () => {
  const none = { incoming: undefined, call: undefined, name: '', missed: 0, now: 0 };
  const call = { ...connectedCall, answeredAt: 0 };
  expect(titleText(none)).toBe('Ringback');
  expect(titleText({ ...none, missed: 2 })).toBe('(2) Ringback');
  expect(titleText({ ...none, call, name: 'Bob', now: 133_000 })).toBe('02:13 Bob');
  expect(titleText({ ...none, call: { ...call, muted: true }, name: 'Bob', now: 133_000 })).toBe('🔇 02:13 Bob');
  expect(titleText({ ...none, call, name: 'Bob', incoming: 'Carol' })).toBe('☎ Carol is calling');
});
