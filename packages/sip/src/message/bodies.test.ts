import { describe, expect, it } from 'vitest';
import { utf8Decode, utf8Encode } from '../runtime/bytes.ts';
import { bodyOf, bodyParts, printMultipart, readBody, refuseBody } from './bodies.ts';
import { createRequest } from './create.ts';
import { Headers } from './headers.ts';

function invite(headers: readonly (readonly [string, string])[], body: string) {
  return createRequest({ method: 'INVITE', uri: 'sip:h', headers: Headers.of(...headers), body });
}

const MIXED = [
  'preamble',
  '--b1',
  'Content-Type: application/sdp',
  '',
  'v=0',
  '--b1',
  'Content-Type: application/isup; version=nxv3',
  'Content-Disposition: signal; handling=optional',
  '',
  '\x01\x02',
  '--b1--',
  'epilogue',
].join('\r\n');

describe('bodies (§20.11, RFC 5621)', () => {
  it('takes application/sdp with parameters (trap 4.1 #22)', () => {
    const message = invite([['Content-Type', 'Application/SDP;charset=utf-8']], 'v=0\r\n');
    expect(utf8Decode(bodyOf(message, 'application/sdp') ?? utf8Encode('none'))).toBe('v=0\r\n');
    expect(refuseBody(message, ['application/sdp'])).toBeUndefined();
  });

  it('finds the session description in multipart/mixed and passes over what is optional (trap 4.1 #22)', () => {
    const message = invite([['Content-Type', 'multipart/mixed; boundary="b1"']], MIXED);
    expect(utf8Decode(bodyOf(message, 'application/sdp') ?? utf8Encode('none'))).toBe('v=0');
    expect(bodyParts(message).map((part) => [part.contentType?.essence, part.disposition, part.required])).toEqual([
      ['application/sdp', undefined, true],
      ['application/isup', 'signal', false],
    ]);
    expect(refuseBody(message, ['application/sdp'])).toBeUndefined();
    const required = invite([['Content-Type', 'multipart/mixed; boundary=b1']], MIXED.replace('optional', 'required'));
    expect(refuseBody(required, ['application/sdp'])).toEqual({
      status: 415,
      headers: [['Accept', 'application/sdp']],
    });
  });

  it('refuses an unknown type with 415 and Accept, unless its handling is optional (§8.2.3, trap 4.1 #22)', () => {
    expect(refuseBody(invite([['Content-Type', 'text/plain']], 'x'), ['application/sdp', 'application/x'])).toEqual({
      status: 415,
      headers: [['Accept', 'application/sdp, application/x']],
    });
    const optional = invite(
      [
        ['Content-Type', 'text/plain'],
        ['Content-Disposition', 'render;handling=optional'],
      ],
      'x',
    );
    expect(refuseBody(optional, ['application/sdp'])).toBeUndefined();
    expect(refuseBody(invite([], 'x'), ['application/sdp'])?.status).toBe(415);
    expect(refuseBody(invite([], ''), [])).toBeUndefined();
  });

  it('refuses a content coding with 415 and Accept-Encoding (§8.2.3, trap 4.1 #22)', () => {
    const message = invite(
      [
        ['Content-Type', 'application/sdp'],
        ['Content-Encoding', 'gzip'],
      ],
      'x',
    );
    expect(refuseBody(message, ['application/sdp'])).toEqual({
      status: 415,
      headers: [['Accept-Encoding', 'identity']],
    });
    expect(
      refuseBody(
        invite(
          [
            ['Content-Type', 'application/sdp'],
            ['e', 'identity'],
          ],
          'x',
        ),
        ['application/sdp'],
      ),
    ).toBeUndefined();
  });

  it('needs one of the alternatives only', () => {
    const body = '--b\r\nContent-Type: text/html\r\n\r\n<p>\r\n--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--';
    expect(
      refuseBody(invite([['Content-Type', 'multipart/alternative;boundary=b']], body), ['text/plain']),
    ).toBeUndefined();
    expect(refuseBody(invite([['Content-Type', 'multipart/alternative;boundary=b']], body), ['text/x'])?.status).toBe(
      415,
    );
  });

  it.each([
    ['no boundary', 'multipart/mixed', 'x', 1],
    ['an empty boundary', 'multipart/mixed;boundary=""', 'x', 1],
    ['a boundary that never comes', 'multipart/mixed;boundary=b', 'x', 0],
    ['one that is never closed', 'multipart/mixed;boundary=b', '--b\r\n\r\nx', 1],
    ['parts without headers', 'multipart/mixed;boundary=b', '--b\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--', 2],
    ['lone line feeds', 'multipart/mixed;boundary=b', '--b\nContent-Type: a/b\n\nx\n--b--', 1],
    ['a boundary cut off', 'multipart/mixed;boundary=b', '--b', 0],
  ])('survives a multipart with %s', (_what, type, body, count) => {
    expect(bodyParts(invite([['Content-Type', type]], body))).toHaveLength(count);
  });

  it('does not follow nested multiparts without end', () => {
    let body = 'x';
    for (let depth = 0; depth < 100; depth++)
      body = `--b${depth}\r\nContent-Type: multipart/mixed;boundary=b${depth - 1}\r\n\r\n${body}\r\n--b${depth}--`;
    expect(bodyParts(invite([['Content-Type', 'multipart/mixed;boundary=b99']], body))).toHaveLength(1);
  });

  it('a boundary that begins like another is another (RFC 2046 §5.1.1)', () => {
    const inner = '--b2\r\nContent-Type: text/plain\r\n\r\nx\r\n--b2--';
    const body = `--b\r\nContent-Type: multipart/mixed;boundary=b2\r\n\r\n${inner}\r\n--b  \r\nContent-Type: a/b\r\n\r\ny\r\n--b--`;
    const parts = bodyParts(invite([['Content-Type', 'multipart/mixed;boundary=b']], body));
    expect(parts.map((part) => [part.contentType?.essence, utf8Decode(part.body)])).toEqual([
      ['text/plain', 'x'],
      ['a/b', 'y'],
    ]);
  });

  it('hostile bodies stay closed: a boundary beyond 70 characters, more than 64 parts (RFC 2046 §5.1.1)', () => {
    const read = (boundary: string, body: string) =>
      bodyParts(invite([['Content-Type', `multipart/mixed;boundary="${boundary}"`]], body));
    const long = '-'.repeat(30_000);
    expect(read(long, `--${long}\r\n\r\nx\r\n--${long}--`).map(({ contentType }) => contentType?.type)).toEqual([
      'multipart',
    ]);
    expect(read('b', '--b\r\n'.repeat(10_000)).map(({ contentType }) => contentType?.type)).toEqual(['multipart']);
    expect(read('b', `${'--b\r\n'.repeat(64)}--b--`)).toHaveLength(64);
  });

  it('of alternatives the last that is understood is processed, whatever its own handling (RFC 5621 §6.1, §8.3)', () => {
    const part = (type: string, more = '') => `--b\r\nContent-Type: ${type}\r\n${more}\r\n${type}\r\n`;
    const optional = 'Content-Disposition: render;handling=optional\r\n';
    const body = `${part('text/plain')}${part('text/html', optional)}${part('text/x')}--b--`;
    const message = invite([['Content-Type', 'multipart/alternative;boundary=b']], body);
    const taken = readBody(message, ['text/plain', 'text/html']);
    expect('status' in taken || taken.map((each) => each.contentType?.essence)).toEqual(['text/html']);
  });

  it('what is printed is read again, and a part with the boundary in it is misuse (RFC 2046 §5.1.1)', () => {
    const octets = new Uint8Array([13, 10, 45, 45, 0, 255, 13, 10]);
    const body = printMultipart(
      [
        { contentType: 'application/sdp', body: 'v=0\r\n' },
        { contentType: 'application/x', disposition: 'signal;handling=optional', body: octets },
      ],
      'bb',
    );
    const parts = bodyParts({ headers: Headers.of(['Content-Type', 'multipart/mixed;boundary=bb']), body });
    expect(parts.map(({ disposition, required }) => [disposition, required])).toEqual([
      [undefined, true],
      ['signal', false],
    ]);
    expect([utf8Decode(parts[0]?.body ?? octets), parts[1]?.body]).toEqual(['v=0\r\n', octets]);
    expect(() => printMultipart([{ contentType: 'a/b', body: '\r\n--bb' }], 'bb')).toThrow(TypeError);
    expect(() => printMultipart([{ contentType: 'a/b\r\nX: 1', body: '' }], 'bb')).toThrow(TypeError);
  });
});
