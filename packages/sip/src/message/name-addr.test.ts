import { describe, expect, it } from 'vitest';
import { latin1Decode, utf8Encode } from '../runtime/bytes.ts';
import { nameAddr, parseNameAddr, printNameAddr, withTag } from './name-addr.ts';
import { sipUri } from './uri.ts';

function read(text: string) {
  const result = parseNameAddr(latin1Decode(utf8Encode(text)));
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

describe('addresses (§20.10, §25.1)', () => {
  it('gives what follows an unbracketed URI to the header (§20, trap 4.1 #5)', () => {
    const address = read('sip:a@b;tag=1');
    expect([address.uriText, address.params.get('tag')]).toEqual(['sip:a@b', '1']);
    const bracketed = read('<sip:a@b;x=y>;tag=1');
    expect([bracketed.uriText, bracketed.params.has('x')]).toEqual(['sip:a@b;x=y', false]);
  });

  it.each(['sip:a@b?x=y', 'sip:a,b@c'])('wants brackets around %s (§20, trap 4.1 #5)', (text) => {
    expect(parseNameAddr(text).ok).toBe(false);
  });

  it.each([
    ['"J \\"R\\" \\\\" <sip:a@b>', 'J "R" \\'],
    ['"Жанна" <sip:a@b>', 'Жанна'],
    ['Jürgen M <sip:a@b>', 'Jürgen M'],
    ['"" <sip:a@b>', undefined],
    ['<sip:a@b>', undefined],
    ['sip:a@b', undefined],
    ['caller<sip:a@b>', 'caller'],
    ['Bob  B. <sip:a@b>', 'Bob  B.'],
    ['"a;b,<c>" <sip:a@b>', 'a;b,<c>'],
    ['alice@example.com <sip:a@b>', 'alice@example.com'],
  ])('reads the display name of %s (trap 4.1 #16)', (text, name) => {
    expect(read(text).displayName).toBe(name);
  });

  it.each([
    '',
    '<>',
    '<sip:a@b',
    'sip:a@b>',
    '"x <sip:a@b>',
    '"x" sip:a@b',
    'a,b <sip:a@b>',
    '<sip:a@b>;',
    '<sip:a@b>;;',
    '<sip:a@b>;=x',
    '<sip:a@b> x',
    '<sip:a@b>;x="',
    '< sip:a@b>',
    '<<sip:a@b>>',
    'a"b <sip:a@b>',
    '*',
  ])('refuses %j', (text) => {
    expect(parseNameAddr(text).ok).toBe(false);
  });

  it('writes a name in quotes when it is not made of tokens, and never breaks the line', () => {
    const uri = sipUri({ user: 'a', host: 'b' });
    expect(printNameAddr(nameAddr({ displayName: 'Bob B', uri }))).toBe('Bob B <sip:a@b>');
    expect(printNameAddr(nameAddr({ displayName: 'Bob "x" \\', uri }))).toBe('"Bob \\"x\\" \\\\" <sip:a@b>');
    expect(printNameAddr(nameAddr({ displayName: 'Doe, J', uri, params: { tag: '1' } }))).toBe(
      '"Doe, J" <sip:a@b>;tag=1',
    );
    expect(printNameAddr(nameAddr({ displayName: 'a\r\nVia: x', uri }))).toBe('"a Via: x" <sip:a@b>');
    expect(read(printNameAddr(nameAddr({ displayName: '', uri }))).displayName).toBeUndefined();
    const printed = printNameAddr(nameAddr({ displayName: 'Жанна', uri }));
    expect(parseNameAddr(printed)).toMatchObject({ value: { displayName: 'Жанна' } });
  });

  it('keeps order, case and quotes of parameters and looks them up without regard to case', () => {
    const { params } = read('<sip:a@b>;Q = 0.5;+sip.instance="<urn:uuid:X>";reg-id=1;flag');
    expect(params.toString()).toBe(';Q=0.5;+sip.instance="<urn:uuid:X>";reg-id=1;flag');
    expect([params.get('q'), params.get('+SIP.instance'), params.get('flag'), params.get('none')]).toEqual([
      '0.5',
      '<urn:uuid:X>',
      '',
      undefined,
    ]);
    expect(params.with('+sip.instance', '<urn:uuid:Y>').raw('+sip.instance')).toBe('"<urn:uuid:Y>"');
    expect(params.with('q', '1').without('REG-ID').toString()).toBe(';q=1;+sip.instance="<urn:uuid:X>";flag');
  });

  it('sets and takes away the tag', () => {
    expect(printNameAddr(withTag(read('<sip:a@b>;x=y'), 'abc'))).toBe('<sip:a@b>;x=y;tag=abc');
    expect(printNameAddr(withTag(read('<sip:a@b>;tag=1;x=y'), undefined))).toBe('<sip:a@b>;x=y');
  });
});
