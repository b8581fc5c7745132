import { describe, expect, it } from 'vitest';
import { Headers, NIL_UUID, printSessionId, readResourcePriority, readSessionId, readUserToUser } from './index.ts';

const a = 'ab30317f1a784dc48ff824d0d3715d86';
const b = '47755a9de7794ba387653f2099600ef2';

describe('Session-ID', () => {
  it('reads both halves, and a lone one of an older sender (RFC 7989 §5, §11)', () => {
    expect(readSessionId(Headers.of(['Session-ID', `${a};remote=${b}`]))).toEqual({ local: a, remote: b });
    expect(readSessionId(Headers.of(['Session-ID', a]))).toEqual({ local: a });
  });

  it.each(['', 'abc', a.toUpperCase(), `${a}0`, `${a};remote=xyz`, `${a} ${b}`])('reads %j as absent', (value) => {
    expect(readSessionId(Headers.of(['Session-ID', value]))).toBeUndefined();
  });

  it('writes the nil UUID for the half it does not know (RFC 7989 §5)', () => {
    expect(printSessionId({ local: a })).toBe(`${a};remote=${NIL_UUID}`);
    expect(printSessionId({ local: a, remote: b })).toBe(`${a};remote=${b}`);
  });
});

describe('User-to-User', () => {
  it('reads data, encoding, content and purpose, over commas and lines (RFC 7433 §4)', () => {
    const headers = Headers.of(
      ['User-to-User', '56a390f3d2b7310023a2;encoding=hex;purpose=isdn-uui;content=isdn-uui, "a,\\"b";encoding=x'],
      ['User-to-User', 'cafe'],
    );
    expect(readUserToUser(headers)).toEqual([
      { data: '56a390f3d2b7310023a2', encoding: 'hex', purpose: 'isdn-uui', content: 'isdn-uui' },
      { data: 'a,"b', encoding: 'x' },
      { data: 'cafe', encoding: 'hex' },
    ]);
  });

  it('leaves out what keeps no grammar', () => {
    expect(readUserToUser(Headers.of(['User-to-User', ';encoding=hex, "open, a b']))).toEqual([]);
  });
});

describe('Resource-Priority', () => {
  it('reads each namespace and priority in order, without regard to case (RFC 4412 §3.1)', () => {
    const headers = Headers.of(['Resource-Priority', 'DSN.flash, wps.3'], ['Resource-Priority', 'ets.0']);
    expect(readResourcePriority(headers)).toEqual([
      { namespace: 'dsn', priority: 'flash' },
      { namespace: 'wps', priority: '3' },
      { namespace: 'ets', priority: '0' },
    ]);
  });

  it('leaves out a value without dot, or with two', () => {
    expect(readResourcePriority(Headers.of(['Resource-Priority', 'dsn, a.b.c, .x']))).toEqual([]);
  });
});
