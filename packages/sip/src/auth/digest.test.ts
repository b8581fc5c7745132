import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAuthValue } from '../message/credentials.ts';
import { quote } from '../message/text.ts';
import { latin1Decode, latin1Encode, utf8Encode } from '../runtime/bytes.ts';
import {
  digestResponse,
  equalSecret,
  type HashName,
  ha1,
  hexHash,
  parseAlgorithm,
  printAlgorithm,
  userhash,
} from './digest.ts';
import { printChallenge, readDigestCredentials, verifyDigest } from './digest-server.ts';
import { hmacSha256 } from './sha256.ts';

interface Vector {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  readonly nonce: string;
  readonly method: string;
  readonly uri: string;
  readonly algorithm: string;
  readonly qop?: 'auth' | 'auth-int';
  readonly nc?: string;
  readonly cnonce?: string;
  readonly body?: string;
  readonly expect: { readonly ha1: string; readonly response: string; readonly userhash?: string };
}

interface RspAuth extends Omit<Vector, 'expect'> {
  readonly expect: { readonly rspauth: string };
}

const file: { readonly vectors: readonly Vector[]; readonly rspauth: readonly RspAuth[] } = JSON.parse(
  readFileSync(new URL('../../test/fixtures/digest-vectors.json', import.meta.url), 'utf8'),
);

describe('digest (RFC 7616, RFC 2617, RFC 8760)', () => {
  it('runs every vector of the file', () => {
    expect(file.vectors).toHaveLength(42);
    expect(new Set(file.vectors.map(({ id }) => id)).size).toBe(42);
    expect(file.rspauth).toHaveLength(1);
  });

  it.each(file.vectors.map((vector) => [vector.id, vector] as const))('computes the vector %s', (_id, vector) => {
    const algorithm = parseAlgorithm(vector.algorithm);
    if (algorithm === undefined) throw new Error(vector.algorithm);
    const secret = ha1(algorithm.hash, vector.username, vector.realm, vector.password);
    expect(secret).toBe(vector.expect.ha1);
    const { method, uri, nonce, qop, nc, cnonce } = vector;
    const body = vector.body === undefined ? undefined : utf8Encode(vector.body);
    expect(digestResponse({ algorithm, ha1: secret, method, uri, nonce, qop, nc, cnonce, body })).toBe(
      vector.expect.response,
    );
    if (vector.expect.userhash)
      expect(userhash(algorithm.hash, vector.username, vector.realm)).toBe(vector.expect.userhash);
  });

  it.each(file.vectors.map((vector) => [vector.id, vector] as const))(
    'finds the credentials of %s right on the server',
    (_id, vector) => {
      const params = [
        `username=${quote(latin1Decode(utf8Encode(vector.username)))}`,
        `realm=${quote(vector.realm)}`,
        `nonce=${quote(vector.nonce)}`,
        `uri=${quote(vector.uri)}`,
        `response="${vector.expect.response.toUpperCase()}"`,
        `algorithm=${vector.algorithm.toLowerCase()}`,
      ];
      if (vector.cnonce !== undefined) params.push(`cnonce=${quote(vector.cnonce)}`);
      if (vector.qop !== undefined) params.push(`qop=${vector.qop}`, `nc=${vector.nc}`);
      const read = parseAuthValue(`Digest ${params.join(' , ')}`);
      const credentials = read && readDigestCredentials(read);
      if (credentials === undefined) throw new Error('unreadable');
      const request = { method: vector.method, body: utf8Encode(vector.body ?? '') };
      expect(verifyDigest(credentials, request, vector.expect.ha1)).toBe(true);
      expect(verifyDigest(credentials, { ...request, method: 'BYE2' }, vector.expect.ha1)).toBe(false);
      expect(
        verifyDigest(
          credentials,
          request,
          vector.expect.ha1.replace(/^./, (c) => (c === '0' ? '1' : '0')),
        ),
      ).toBe(false);
    },
  );

  it('computes rspauth, with no method in A2 (RFC 7616 §3.5)', () => {
    for (const vector of file.rspauth) {
      const algorithm = parseAlgorithm(vector.algorithm);
      if (algorithm === undefined) throw new Error(vector.algorithm);
      const { username, realm, password, uri, nonce, qop, nc, cnonce } = vector;
      const secret = ha1(algorithm.hash, username, realm, password);
      const input = { algorithm, ha1: secret, method: '', uri, nonce, qop, nc, cnonce };
      expect(digestResponse(input)).toBe(vector.expect.rspauth);
    }
  });

  it('knows algorithms without regard to case, MD5 for none (trap 4.8 #110)', () => {
    expect(parseAlgorithm('sha-256-SESS')).toEqual({ hash: 'SHA-256', session: true });
    expect(parseAlgorithm(undefined)).toEqual({ hash: 'MD5', session: false });
    expect(parseAlgorithm('SHA-512')).toBeUndefined();
    expect(printAlgorithm({ hash: 'SHA-512-256', session: true })).toBe('SHA-512-256-sess');
  });

  it('notices a body changed under auth-int (trap 4.8 #110)', () => {
    const input = {
      algorithm: { hash: 'MD5', session: false },
      ha1: 'x',
      method: 'A',
      uri: 'u',
      nonce: 'n',
      qop: 'auth-int',
      nc: '1',
      cnonce: 'c',
    } as const;
    expect(digestResponse({ ...input, body: utf8Encode('a') })).not.toBe(
      digestResponse({ ...input, body: utf8Encode('b') }),
    );
    expect(digestResponse({ ...input, body: new Uint8Array(0) })).toBe(digestResponse(input));
  });

  it('writes a challenge with qop quoted and algorithm, stale and userhash not (RFC 7616 §3.3, trap 4.8 #110)', () => {
    const algorithm = { hash: 'SHA-256', session: false } as const;
    expect(
      printChallenge({
        realm: 'a "b"',
        nonce: 'n',
        algorithm,
        qop: ['auth', 'auth-int'],
        opaque: 'o',
        stale: true,
        userhash: true,
      }),
    ).toBe(
      'Digest realm="a \\"b\\"", nonce="n", algorithm=SHA-256, qop="auth,auth-int", opaque="o", stale=true, userhash=true',
    );
    expect(printChallenge({ realm: 'a', nonce: 'n', algorithm, qop: [] })).toBe(
      'Digest realm="a", nonce="n", algorithm=SHA-256',
    );
  });

  it.each([
    'Basic dXNlcg==',
    'Digest username="a"',
    'Digest username="a", realm="b", nonce="c", uri="d"',
    'Digest username="a", realm="b", nonce="c", uri="d", response="e", algorithm=SHA-1',
    'Digest username="a", realm="b", nonce="c", uri="d", response="e", qop=auth',
    'Digest username="a", realm="b", nonce="c", uri="d", response="e", qop=auth, cnonce="f", nc=zz',
    'Digest username="a", realm="b", nonce="c", uri="d", response="e", qop=other, cnonce="f", nc=00000001',
  ])('reads no digest credentials out of %s', (text) => {
    const read = parseAuthValue(text);
    expect(read && readDigestCredentials(read)).toBeUndefined();
  });

  it('compares secrets whole', () => {
    expect([
      equalSecret('abc', 'abc'),
      equalSecret('abc', 'abd'),
      equalSecret('abc', 'ab'),
      equalSecret('ab', 'abc'),
      equalSecret('', ''),
      equalSecret('a', ''),
    ]).toEqual([true, false, false, false, true, false]);
  });
});

describe('the hashes', () => {
  const names: readonly (readonly [HashName, string])[] = [
    ['MD5', 'md5'],
    ['SHA-256', 'sha256'],
    ['SHA-512-256', 'sha512-256'],
  ];

  it.each(names)('computes %s of every length around a block', (name, node) => {
    for (let length = 0; length < 300; length++) {
      const octets = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff);
      expect(hexHash(name, octets), `${length}`).toBe(createHash(node).update(octets).digest('hex'));
    }
  });

  it('computes HMAC-SHA-256 with short and long keys', () => {
    for (const length of [0, 1, 32, 63, 64, 65, 200]) {
      const key = new Uint8Array(length).fill(0xaa);
      const expected = createHmac('sha256', key).update('message').digest();
      expect([...hmacSha256(key, latin1Encode('message'))]).toEqual([...expected]);
    }
  });
});
