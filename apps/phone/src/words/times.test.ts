import { expect, it } from 'vitest';
import { clockText, whenText } from './times.ts';

it('counts a call in minutes and seconds, and hours when there are any', () => {
  expect([0, 9_999, 133_000, 3_733_000, -5].map(clockText)).toEqual(['00:00', '00:09', '02:13', '1:02:13', '00:00']);
});

it('says when a call was as shortly as can be', () => {
  const now = new Date(2026, 10, 25, 9, 30).getTime();
  expect(whenText(new Date(2026, 10, 25, 0, 5).getTime(), now, 'en-GB')).toBe('00:05');
  expect(whenText(new Date(2026, 10, 24, 23, 59).getTime(), now, 'en-GB')).toBe('Yesterday');
  expect(whenText(new Date(2026, 10, 21, 12).getTime(), now, 'en-GB')).toBe('Sat');
  expect(whenText(new Date(2026, 10, 1, 12).getTime(), now, 'en-GB')).toBe('1 Nov');
});
