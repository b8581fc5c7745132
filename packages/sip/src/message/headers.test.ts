import { describe, expect, it } from 'vitest';
import { headerField } from './header-field.ts';
import { Headers } from './headers.ts';
import { parseMessage } from './parse.ts';
import { printMessage } from './print.ts';

function received(...lines: readonly string[]): Headers {
  const head = [
    'OPTIONS sip:h SIP/2.0',
    ...lines,
    'From: <sip:a@h>;tag=1',
    'To: <sip:b@h>',
    'Call-ID: c',
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  const message = parseMessage(new TextEncoder().encode(`${head.join('\r\n')}\r\n\r\n`));
  if (!message.ok) throw new Error(message.error.detail);
  return message.value.headers;
}

function text(headers: Headers): string {
  const made = headers.fields.map((field) => field.raw ?? `${field.name}: ${field.value}`);
  return made.join('|');
}

const plain = Headers.of(
  ['Via', 'a'],
  ['Route', '<sip:p1;lr>, <sip:p2;lr>'],
  ['X-Other', '1'],
  ['Route', '<sip:p3;lr>'],
);

describe('Headers', () => {
  it('looks names up without regard to case and form', () => {
    expect(plain.get('V')).toBe('a');
    expect(plain.has('ROUTE')).toBe(true);
    expect(plain.get('subject')).toBeUndefined();
    expect(Headers.of(['s', 'x']).get('Subject')).toBe('x');
  });

  it('gives values per line, per comma, and the topmost', () => {
    expect(plain.all('route')).toEqual(['<sip:p1;lr>, <sip:p2;lr>', '<sip:p3;lr>']);
    expect(plain.list('route')).toEqual(['<sip:p1;lr>', '<sip:p2;lr>', '<sip:p3;lr>']);
    expect(plain.first('route')).toBe('<sip:p1;lr>');
    expect(plain.first('subject')).toBeUndefined();
    expect(Headers.of(['Supported', '']).list('supported')).toEqual([]);
  });

  it('replaces all lines of a name at the place of the first', () => {
    expect(text(plain.with('route', '<sip:q;lr>'))).toBe('Via: a|route: <sip:q;lr>|X-Other: 1');
    expect(text(plain.with('Route', ['<sip:q>', '<sip:r>']))).toBe('Via: a|Route: <sip:q>|Route: <sip:r>|X-Other: 1');
    expect(text(plain.with('Route', []))).toBe('Via: a|X-Other: 1');
    expect(text(plain.with('Max-Forwards', '70'))).toContain('|Max-Forwards: 70');
  });

  it('puts a line before the first of its name, or at the top', () => {
    expect(text(plain.prepend('Route', '<sip:q>'))).toMatch(/^Via: a\|Route: <sip:q>\|Route: <sip:p1;lr>/);
    expect(text(plain.prepend('Record-Route', '<sip:q>'))).toMatch(/^Record-Route: <sip:q>\|Via: a/);
  });

  it('appends and takes away', () => {
    expect(text(plain.append('Route', 'x'))).toMatch(/\|Route: x$/);
    expect(text(plain.without('route'))).toBe('Via: a|X-Other: 1');
    expect(plain.without('subject')).toBe(plain);
  });

  it('takes the topmost value away and leaves the bytes behind its comma alone (§16.7 step 3)', () => {
    const headers = received('v:  SIP/2.0/UDP a;branch=z9hG4bK1 ,', '\tSIP / 2.0/TCP b ;branch=z9hG4bK2,SIP/2.0/TLS c');
    const popped = headers.withoutFirst('Via');
    expect(popped.fields[0]?.raw).toBe('v: SIP / 2.0/TCP b ;branch=z9hG4bK2,SIP/2.0/TLS c');
    expect(text(popped.withoutFirst('via')).startsWith('v: SIP/2.0/TLS c|From')).toBe(true);
    expect(popped.withoutFirst('via').withoutFirst('via').has('via')).toBe(false);
    expect(plain.withoutFirst('subject')).toBe(plain);
  });

  it('does not take the comma of a quoted string or a URI for the end of the topmost value', () => {
    const headers = Headers.of(['Route', '"a, b" <sip:x,y@h;lr>, <sip:p2;lr>']);
    expect(text(headers.withoutFirst('route'))).toBe('Route: <sip:p2;lr>');
  });

  it('changes the topmost value and leaves the rest of its line alone (§18.2.1)', () => {
    const headers = received('Via: SIP/2.0/UDP a;branch=z9hG4bK1,  SIP/2.0/TCP b;X=y');
    expect(headers.withFirst('via', 'SIP/2.0/UDP a;received=1.2.3.4').fields[0]?.raw).toBe(
      'Via: SIP/2.0/UDP a;received=1.2.3.4, SIP/2.0/TCP b;X=y',
    );
    expect(text(Headers.of(['Via', 'a']).withFirst('via', 'b'))).toBe('Via: b');
    expect(text(Headers.empty.withFirst('Via', 'b'))).toBe('Via: b');
  });

  it('never changes in place', () => {
    const before = text(plain);
    plain.with('route', 'x').append('a', 'b').withoutFirst('route').prepend('v', 'x');
    expect(text(plain)).toBe(before);
  });

  it.each(['a\r\nVia: x', 'a\nb', 'a\rb', 'č', '😀'])(
    'throws at a value that would be no header value: %j',
    (value) => {
      expect(() => Headers.of(['Subject', value])).toThrow(TypeError);
      expect(() => plain.with('Subject', value)).toThrow(TypeError);
      expect(() => plain.withFirst('Via', value)).toThrow(TypeError);
    },
  );

  it.each(['', 'a b', 'a:', 'Ä'])('throws at a name that is no token: %j', (name) => {
    expect(() => headerField(name, 'x')).toThrow(TypeError);
  });

  it('prints a Content-Length that is right, whatever the headers say (PROXY-019)', () => {
    const wrong = received('Via: SIP/2.0/UDP a').with('Content-Length', '99');
    const message = parseMessage(
      new TextEncoder().encode(
        'OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@h>\r\nTo: <sip:a@h>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n',
      ),
    );
    if (!message.ok || message.value.kind !== 'request') throw new Error('malformed');
    const body = new TextEncoder().encode('ü');
    const printed = new TextDecoder().decode(printMessage(message.value.with({ headers: wrong, body })));
    expect(printed).toContain('\r\nContent-Length: 2\r\n\r\nü');
    expect(new TextDecoder().decode(printMessage(message.value))).toMatch(/\r\nContent-Length: 0\r\n\r\n$/);
  });

  it('reads each header once', () => {
    let count = 0;
    const reader = (headers: Headers) => {
      count++;
      return headers.get('via');
    };
    expect([plain.read(reader), plain.read(reader), count]).toEqual(['a', 'a', 1]);
  });
});
