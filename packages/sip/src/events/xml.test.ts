import { expect, test } from 'vitest';
import { utf8Encode } from '../runtime/index.ts';
import { child, children, readXml, xml, xmlDocument, xmlLeaf } from './xml.ts';

const read = (text: string, limits = {}) => readXml(utf8Encode(text), limits);

test('reads elements, attributes, text, CDATA, comments and the five entities', () => {
  const root = read(
    '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<!-- a > b -->\n<a x = "1 &lt; 2" y=\'"\'>one<!-- <b> --><b/> &amp;&#x20AC;&#65;<![CDATA[<&]]><?go on?></a >\n',
  );
  expect(root?.name).toBe('a');
  expect([...(root?.attributes ?? [])]).toEqual([
    ['x', '1 < 2'],
    ['y', '"'],
  ]);
  expect(root?.children.map(({ name }) => name)).toEqual(['b']);
  expect(root?.text).toBe('one &€A<&');
});

test('namespaces are resolved, inherited, and may be taken back', () => {
  const root = read(
    '<p:a xmlns:p="urn:p" xmlns="urn:d" p:x="1" x="2" xml:lang="de"><b/><p:b/><c xmlns=""><d/></c><p:b xmlns:p="urn:q"/></p:a>',
  );
  expect(root).toMatchObject({ name: 'a', ns: 'urn:p' });
  expect([...(root?.attributes.keys() ?? [])]).toEqual([
    'http://www.w3.org/2000/xmlns/ p',
    'xmlns',
    'urn:p x',
    'x',
    'http://www.w3.org/XML/1998/namespace lang',
  ]);
  expect(root?.children.map(({ ns }) => ns)).toEqual(['urn:d', 'urn:p', '', 'urn:q']);
  expect(root?.children[2]?.children[0]?.ns).toBe('');
  expect(children(root, 'b')).toHaveLength(1);
  expect(child(root, 'c')).toBeUndefined();
});

test('a document type is refused, so neither external entities nor a billion laughs are known (trap 4.9 #117)', () => {
  const lol = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
  expect(read(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "lol">${lol}]><a>&l9;</a>`)).toBeUndefined();
  expect(read('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')).toBeUndefined();
  expect(read('<!DOCTYPE a SYSTEM "http://example.com/a.dtd"><a/>')).toBeUndefined();
  expect(read('<a>&x;</a>')).toBeUndefined();
  expect(read('<a b="&x;"/>')).toBeUndefined();
});

test.each([
  '',
  'text',
  '<a>',
  '<a><b></a></b>',
  '</a>',
  '<a/><b/>',
  '<a/>text',
  '<a b="1" b="2"/>',
  '<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>',
  '<p:a/>',
  '<a p:b="1"/>',
  '<a b=1/>',
  '<a b/>',
  '<a b="<"/>',
  '<a b="1"c="2"/>',
  '<a b="1/>',
  '<a></a b="1">',
  '<a><!-- </a>',
  '<a><![CDATA[ </a>',
  '<![CDATA[x]]><a/>',
  '<a><? </a>',
  '<a>&</a>',
  '<a>&amp</a>',
  '<a>&#0;</a>',
  '<a>&#xD800;</a>',
  '<a>&#x110000;</a>',
  '<a>\u0000</a>',
  '<a>\uffff</a>',
  '< a/>',
  '<1/>',
  '<a',
  '<',
])('what is not well formed is nothing: %j', (text) => {
  expect(read(text)).toBeUndefined();
});

test('only UTF-8 is read: no UTF-16, no Latin-1, no overlong octets, no surrogates (RFC 3863 §4.1, RFC 4235 §4)', () => {
  const text = '<a>ü</a>';
  expect(readXml(Uint8Array.from([...text].flatMap((c) => [0, c.charCodeAt(0)])))).toBeUndefined();
  expect(readXml(Uint8Array.from([0xff, 0xfe, ...[...text].flatMap((c) => [c.charCodeAt(0), 0])]))).toBeUndefined();
  expect(readXml(Uint8Array.from([...text].map((c) => c.charCodeAt(0))))).toBeUndefined();
  for (const bad of [
    [0xc0, 0xbc],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x90, 0x80],
  ])
    expect(readXml(Uint8Array.from([0x3c, 0x61, 0x3e, ...bad, 0x3c, 0x2f, 0x61, 0x3e]))).toBeUndefined();
  expect(read('<?xml version="1.0" encoding="ISO-8859-1"?><a/>')).toBeUndefined();
  expect(read('<a>\ufffd</a>')?.text).toBe('\ufffd');
});

test('limits of size, depth and attributes hold, and are options', () => {
  const deep = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
  expect(read(deep(32))).toBeDefined();
  expect(read(deep(33))).toBeUndefined();
  expect(read(deep(10_000), { size: 100_000 })).toBeUndefined();
  expect(read(deep(10_000), { size: 100_000, depth: 10_000 })).toBeDefined();
  expect(read(`<a>${'x'.repeat(65_529)}</a>`)).toBeDefined();
  expect(read(`<a>${'x'.repeat(65_530)}</a>`)).toBeUndefined();
  const many = (count: number) => `<a ${Array.from({ length: count }, (_, i) => `b${i}=""`).join(' ')}/>`;
  expect(read(many(32))).toBeDefined();
  expect(read(many(33))).toBeUndefined();
  expect(read(many(33), { attributes: 33 })).toBeDefined();
});

test('an unclosed document of the largest size costs one pass', () => {
  const size = 240_000;
  for (const piece of [
    '<a>',
    '<a ',
    '<a b="',
    ' ',
    '&',
    '&#',
    '<!--',
    '<![CDATA[',
    '<?',
    '<a b="c" ',
    "<a b='c",
    '<a/>',
  ]) {
    const text = `<a>${piece.repeat(size / piece.length)}`;
    const before = performance.now();
    read(text, { size: text.length, attributes: 1e9 });
    // A quadratic reader would need minutes.
    expect(performance.now() - before).toBeLessThan(10_000);
  }
});

test('what is written is read as it was, whatever stands in it', () => {
  const text = 'a<b>&"\'\r\n\t]]> ü 😀 \u0001';
  const document = xmlDocument(
    xml('r', { x: text, y: 5, z: undefined }, xmlLeaf('t', text), xmlLeaf('none', undefined)),
  );
  const root = read(document);
  expect(root?.attributes.get('x')).toBe(text.replace('\u0001', ''));
  expect(root?.attributes.get('y')).toBe('5');
  expect(root?.attributes.has('z')).toBe(false);
  expect(root?.children.map((each) => each.text)).toEqual([text.replace(' \u0001', '')]);
});
