import { seededRandom } from '@ringback/sip/testing';
import { expect, test } from 'vitest';
import { type FlowToken, FlowTokens } from './flow-token.ts';

const tokens = new FlowTokens(seededRandom(1).bytes(32));

const samples: readonly FlowToken[] = [
  { way: { kind: 'connection', epoch: 0xfedcba98, number: 1_099_511_627_775 }, paired: true, peer: '0123456789ab' },
  { way: { kind: 'connection', epoch: 0, number: 1 }, paired: false, outbound: true },
  { way: { kind: 'address', transport: 'UDP', host: '192.0.2.255', port: 65535 }, paired: true },
  { way: { kind: 'address', transport: 'TCP', host: '2001:db8::1', port: 5060 }, paired: true, peer: 'ffffffffffff' },
  { way: { kind: 'upstream' }, paired: true },
];

test('a token says again what went into it, in at most 60 characters that need no escaping', () => {
  for (const sample of samples) {
    const text = tokens.print(sample, 'call');
    expect(text).toMatch(/^[\w-]{16,60}$/);
    expect(tokens.read(text, 'call')).toEqual(sample);
  }
});

test('a token with any character changed, cut or added is no token (RFC 5626 §5.2, trap 4.7 #103)', () => {
  for (const sample of samples) {
    const text = tokens.print(sample, 'call');
    for (let i = 0; i < text.length; i++) {
      const other = text[i] === 'A' ? 'B' : 'A';
      expect(tokens.read(text.slice(0, i) + other + text.slice(i + 1), 'call')).toBeUndefined();
    }
    expect(tokens.read(text.slice(0, -1), 'call')).toBeUndefined();
    expect(tokens.read(`${text}A`, 'call')).toBeUndefined();
  }
  for (const text of ['', 'alice', 'x'.repeat(1000), '%41', '====']) expect(tokens.read(text, 'call')).toBeUndefined();
});

test('a token of another secret is no token; the same secret reads it after a restart', () => {
  const [sample] = samples;
  if (sample === undefined) throw new Error('no sample');
  const text = tokens.print(sample, 'call');
  expect(new FlowTokens(seededRandom(2).bytes(32)).read(text, 'call')).toBeUndefined();
  expect(new FlowTokens(seededRandom(1).bytes(32)).read(text, 'call')).toEqual(sample);
});

test('a Path is good in every call, a Record-Route in its own', () => {
  for (const sample of samples) {
    const text = tokens.print(sample, 'one');
    expect(tokens.read(text, 'two') !== undefined).toBe(!sample.paired);
  }
});
