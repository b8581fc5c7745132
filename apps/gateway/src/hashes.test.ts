import { createRequest, Headers, type SipRequest } from '@ringback/sip';
import { expect, it } from 'vitest';
import { hashesFor } from './hashes.ts';

const request = (...headers: [string, string][]): SipRequest =>
  createRequest({ method: 'REGISTER', uri: 'sip:example.com', headers: Headers.of(...headers) });

it('asks phones that may read one challenge only for MD5 (RFC 8760 §2.4 is not what they do)', () => {
  expect(hashesFor(request())).toEqual(['MD5']);
  expect(hashesFor(request(['User-Agent', 'JsSIP 3.13.8']))).toEqual(['MD5']);
});

it('asks its own phone for SHA-256 first', () => {
  expect(hashesFor(request(['User-Agent', 'Ringback']))).toEqual(['SHA-256', 'MD5']);
});

it('asks whoever has answered with SHA-256 for it again', () => {
  const answer = 'Digest username="a", realm="r", nonce="n", uri="sip:example.com", response="0", algorithm=SHA-256';
  expect(hashesFor(request(['Authorization', answer]))).toEqual(['SHA-256', 'MD5']);
});
