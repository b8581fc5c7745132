import { createRequest, Headers, type SipRequest } from '../message/index.ts';
import { token } from '../runtime/index.ts';
import type { Core } from './core.ts';
import { product } from './own-headers.ts';

/** OPTIONS to our own domain (§11): any answer proves that the server is there, so it needs no credentials. */
export function optionsProbe(core: Core): SipRequest {
  const { identity, random } = core;
  const domain = `${identity.aor.scheme}:${identity.aor.host}`;
  return createRequest({
    method: 'OPTIONS',
    uri: domain,
    headers: Headers.of(
      ['Max-Forwards', '70'],
      ['From', identity.from(token(random))],
      ['To', `<${domain}>`],
      ['Call-ID', token(random, 16)],
      ['CSeq', '1 OPTIONS'],
      ['Accept', 'application/sdp'],
      ...product(core),
    ),
  });
}
