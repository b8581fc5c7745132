import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Headers } from '../message/index.ts';
import { utf8Decode, utf8Encode } from '../runtime/index.ts';
import {
  type CpimHeader,
  cpimEscape,
  cpimText,
  cpimValues,
  parseCpim,
  parseCpimAddress,
  printCpim,
  printCpimAddress,
} from './index.ts';

const example = [
  'From: MR SANDERS <im:piglet@100akerwood.com>',
  'To: Depressed Donkey <im:eeyore@100akerwood.com>',
  'DateTime: 2000-12-13T13:40:00-08:00',
  'Subject: the weather will be fine today',
  'Subject:;lang=fr beau temps prévu pour aujourd’hui',
  'NS: MyFeatures <mid:MessageFeatures@id.foo.com>',
  'Require: MyFeatures.VitalMessageOption',
  'MyFeatures.VitalMessageOption: Confirmation-requested',
  '',
  'Content-type: text/xml; charset=utf-8',
  'Content-ID: <1234567890@foo.com>',
  '',
  '<body>\r\n\r\nHere is the text of my message.\r\n</body>',
].join('\r\n');

const parse = (text: string) => parseCpim(utf8Encode(text));

test('reads metadata, content headers and content, and prints what it read (RFC 3862 §2, §5.1)', () => {
  const cpim = parse(example);
  if (!cpim) throw new Error('not read');
  expect(parseCpimAddress(cpimValues(cpim, 'From')[0] ?? '')).toEqual({
    name: 'MR SANDERS',
    uri: 'im:piglet@100akerwood.com',
  });
  expect(cpimValues(cpim, 'Subject')).toEqual(['the weather will be fine today', 'beau temps prévu pour aujourd’hui']);
  expect(cpim.headers[4]?.params).toBe(';lang=fr');
  expect(cpim.content.get('content-id')).toBe('<1234567890@foo.com>');
  expect(utf8Decode(cpim.body)).toBe('<body>\r\n\r\nHere is the text of my message.\r\n</body>');
  expect(utf8Decode(printCpim(cpim))).toBe(example);
});

test('a namespace is found by its URI whatever its prefix, from its declaration on; names regard case (RFC 3862 §2.2, §3.4)', () => {
  const values = (head: string) =>
    cpimValues(parse(`${head}\r\n\r\n\r\n`) ?? { headers: [] }, 'trap', 'http://id.example/');
  expect(values('NS: a <http://id.example/>\r\na.trap: set')).toEqual(['set']);
  expect(values('NS: <http://id.example/>\r\ntrap: set')).toEqual(['set']);
  expect(values('a.trap: early\r\nNS: a <http://id.example/>\r\nb.trap: x\r\ntrap: x\r\na.Trap: x')).toEqual([]);
});

test('either head may be empty, lines may end in LF, the space may lack', () => {
  expect(parse('\r\n\r\nbody')).toMatchObject({ headers: [], body: utf8Encode('body') });
  expect(parse('From:<im:a@b>\n\nContent-Type: text/plain\n\nbody')).toMatchObject({
    headers: [{ name: 'From', value: '<im:a@b>' }],
    body: utf8Encode('body'),
  });
  expect(parse('From: <im:a@b>\r\n\r\nContent-Type: text/plain')?.body).toHaveLength(0);
});

test.each([
  '',
  'From: <im:a@b>',
  'no header\r\n\r\n\r\n',
  ': x\r\n\r\n',
  'a(b: x\r\n\r\n',
  'A: tab\there\r\n\r\n',
  'A: \u007f\r\n\r\n',
])('what is no CPIM is nothing: %j', (text) => {
  expect(parse(text)).toBeUndefined();
});

test('escapes are resolved, a lone backslash at the end is ignored (RFC 3862 §2.3)', () => {
  expect(cpimText('a\\\\b\\"c\\\'d\\b\\t\\n\\r\\u00FCe\\xf\\')).toBe('a\\b"c\'d\b\t\n\rüexf');
});

test('no header is written that would be another: control characters are refused', () => {
  const print = (header: CpimHeader) => () => printCpim({ headers: [header], content: Headers.empty, body: '' });
  expect(print({ name: 'Subject', value: 'a\r\nFrom: <im:eve@x>' })).toThrow(TypeError);
  expect(print({ name: 'a b', value: '' })).toThrow(TypeError);
  expect(print({ name: 'a', value: 'x', params: ';x="\r\n"' })).toThrow(TypeError);
  expect(() => printCpimAddress('im:a> <im:b')).toThrow(TypeError);
});

test('any text comes back from a header and from a display name', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'au0\\"\'<>;:. \0\b\t\n\r\u007fü😀') }),
      fc.uint8Array(),
      (text, body) => {
        const content = Headers.of(['Content-Type', 'application/octet-stream']);
        const headers = [
          { name: 'Subject', value: cpimEscape(text) },
          { name: 'From', value: printCpimAddress('im:a@b', text) },
        ];
        const read = parseCpim(printCpim({ headers, content, body }));
        expect(read?.body).toEqual(body);
        expect(cpimText(read?.headers[0]?.value ?? '')).toBe(text);
        expect(parseCpimAddress(read?.headers[1]?.value ?? '')?.name).toBe(text);
      },
    ),
    { seed: 1 },
  );
});

test('reading never throws, and takes time in proportion to the size', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      parseCpim(octets);
    }),
    { seed: 2, numRuns: 2000 },
  );
  for (const piece of ['a', ';a=', ';a="', '\\', '<', ' ', '\n', '"', 'a: \t']) {
    for (const end of ['\u0001', '\u0001\r\n\r\n\r\n', '\r\n\r\n\r\n']) {
      const text = `From:${piece.repeat(200_000 / piece.length)}${end}`;
      const before = performance.now();
      const cpim = parse(text);
      parseCpimAddress(cpim?.headers[0]?.value ?? text);
      if (cpim) cpimValues(cpim, 'From');
      // A quadratic reader would need minutes.
      expect(performance.now() - before).toBeLessThan(5000);
    }
  }
});
