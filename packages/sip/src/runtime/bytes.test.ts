import { expect, test } from 'vitest';
import { latin1Decode, latin1Encode, utf8Decode, utf8Encode } from './bytes.ts';

test('Latin-1 keeps every octet, 0x80 to 0x9F too, however long the text', () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(latin1Decode(all).charCodeAt(0x80)).toBe(0x80);
  expect(latin1Encode(latin1Decode(all))).toEqual(all);
  const long = Uint8Array.from({ length: 70_000 }, (_, i) => i & 0xff);
  expect(latin1Encode(latin1Decode(long))).toEqual(long);
});

test('UTF-8 goes both ways, and what is not UTF-8 does not throw', () => {
  expect(utf8Decode(utf8Encode('Zoë 東京 🙂'))).toBe('Zoë 東京 🙂');
  expect(utf8Decode(Uint8Array.of(0xff, 0x41))).toBe('\ufffdA');
});
