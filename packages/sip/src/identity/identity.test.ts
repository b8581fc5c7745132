import { expect, test } from 'vitest';
import { createRequest, Headers } from '../message/index.ts';
import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { type IdentityPort, readIdentity, verifyIdentity } from './index.ts';

const info = 'https://certs.example.org/cert.cer';
const now = Date.UTC(2026, 4, 1, 12, 0, 0);
const signer = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
if (!('publicKey' in signer)) throw new Error('no pair of keys');
const es256 = { name: 'ECDSA', hash: 'SHA-256' };

const port: IdentityPort = {
  now: () => now,
  verify: async ({ info: at, data, signature }) => {
    if (at !== info) return 'no-certificate';
    const good = await crypto.subtle.verify(es256, signer.publicKey, new Uint8Array(signature), new Uint8Array(data));
    return good ? 'valid' : 'invalid';
  },
};

const json = (value: unknown) => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)));

async function sign(header: unknown, payload: unknown): Promise<[head: string, signature: string]> {
  const head = `${json(header)}.${json(payload)}`;
  const signature = await crypto.subtle.sign(es256, signer.privateKey, new TextEncoder().encode(head));
  return [head, encodeBase64url(new Uint8Array(signature))];
}

const shaken = { alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u: info };
const claims = {
  attest: 'A',
  dest: { tn: ['12155551213'] },
  iat: now / 1000,
  orig: { tn: '12155551212' },
  origid: '123e4567-e89b-12d3-a456-426655440000',
};

function invite(identity: string | readonly string[], fields: Readonly<Record<string, string>> = {}) {
  const headers: Record<string, string> = {
    From: '"Alice" <sip:+1-215-555-1212@example.com;user=phone>;tag=a',
    To: '<tel:+1(215)555-1213>',
    ...fields,
  };
  return createRequest({
    method: 'INVITE',
    uri: 'sip:bob@example.org',
    headers: Headers.of(
      ...Object.entries(headers),
      ['Call-ID', 'x'],
      ['CSeq', '1 INVITE'],
      ...[identity].flat().map((each) => ['Identity', each] as const),
    ),
  });
}

async function full(
  header: unknown = shaken,
  payload: unknown = claims,
  params = `;info=<${info}>;alg=ES256;ppt=shaken`,
) {
  const [head, signature] = await sign(header, payload);
  return `${head}.${signature}${params}`;
}

test('a full PASSporT is verified and read, attestation and all (RFC 8224 §6.2, RFC 8225 §5, RFC 8588 §4)', async () => {
  const verdict = await verifyIdentity(invite(await full()), port);
  expect(verdict).toMatchObject({
    ok: true,
    passport: { orig: { tn: ['12155551212'] }, dest: { tn: ['12155551213'] }, iat: now / 1000, attest: 'A' },
    value: { info, algorithm: 'ES256', extension: 'shaken' },
  });
});

test('the compact form is made whole from From, To and Date (RFC 8225 §7, RFC 8224 §4.1)', async () => {
  const [, signature] = await sign(
    { alg: 'ES256', typ: 'passport', x5u: info },
    { dest: { uri: ['sip:bob@example.org'] }, iat: now / 1000, orig: { tn: '12155551212' } },
  );
  const fields = { To: '<sip:bob@EXAMPLE.org;transport=tcp>', Date: new Date(now).toUTCString() };
  const value = `..${signature};info=<${info}>`;
  expect(await verifyIdentity(invite(value, fields), port)).toMatchObject({ ok: true });
  expect(await verifyIdentity(invite(value, { ...fields, To: '<sip:eve@example.org>' }), port)).toMatchObject({
    status: 438,
  });
  // Nothing tells when it was signed; an extension's claims cannot be made up.
  expect(await verifyIdentity(invite(value, { To: fields.To }), port)).toMatchObject({ status: 438 });
  expect(await verifyIdentity(invite(`${value};ppt=shaken`, fields), port)).toMatchObject({ status: 438 });
});

test('what does not hold is refused with the status that says why (RFC 8224 §6.2.2)', async () => {
  const status = async (value: string | readonly string[], fields?: Readonly<Record<string, string>>) => {
    const verdict = await verifyIdentity(invite(value, fields), port);
    return verdict.ok ? 200 : verdict.status;
  };
  const good = await full();
  expect(await status([])).toBe(428);
  expect(await status('nonsense')).toBe(438);
  expect(await status(good, { From: '<sip:+12155559999@example.com>;tag=a' })).toBe(438);
  expect(await status(good, { To: '<tel:+12155559999>' })).toBe(438);
  expect(await status(await full(shaken, { ...claims, iat: now / 1000 - 61 }))).toBe(403);
  expect(await status(await full(shaken, { ...claims, iat: now / 1000 + 61 }))).toBe(403);
  expect(await status(await full(shaken, { ...claims, iat: now / 1000 - 59 }))).toBe(200);
  expect(await status(await full(shaken, { ...claims, attest: 'Z' }))).toBe(438);
  expect(await status(await full(shaken, { ...claims, iat: 'now' }))).toBe(438);
  expect(await status(await full({ ...shaken, alg: 'none' }))).toBe(438);
  expect(await status(await full({ ...shaken, x5u: 'https://evil.example/cert' }))).toBe(438);
  expect(await status(await full({ ...shaken, crit: ['x'] }))).toBe(438);
  expect(await status(await full(shaken, claims, `;info=<${info}>;alg=RS256;ppt=shaken`))).toBe(437);
  expect(await status(await full(shaken, claims, ';info=<cid:cert>;ppt=shaken'))).toBe(436);
  const elsewhere = 'https://elsewhere.example/cert';
  expect(await status(await full({ ...shaken, x5u: elsewhere }, claims, `;info=<${elsewhere}>;ppt=shaken`))).toBe(436);
  // One claim changed, the signature kept.
  const [head = '', , signature = ''] = good.split(/\.(?=[\w-]+[.;])/);
  expect(await status(`${head}.${json({ ...claims, attest: 'B' })}.${signature}`)).toBe(438);
});

test('of several values the one that is understood counts (RFC 8224 §6.2 step 1)', async () => {
  const div = await full({ ...shaken, ppt: 'div' }, claims, `;info=<${info}>;ppt=div`);
  const request = invite([div, await full(shaken, claims, `;info=<${info}>;ppt="shaken"`)]);
  expect(request.headers.read(readIdentity).map(({ extension }) => extension)).toEqual(['div', 'shaken']);
  expect(await verifyIdentity(request, port)).toMatchObject({ ok: true });
  expect(await verifyIdentity(invite(div), port)).toMatchObject({ status: 438 });
});

test('base64url is without padding, and nothing else decodes (RFC 7515 §2)', () => {
  for (let length = 0; length < 9; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => 255 - i * 31);
    expect(decodeBase64url(encodeBase64url(bytes))).toEqual(bytes);
  }
  expect(encodeBase64url(new Uint8Array([251, 255]))).toBe('-_8');
  for (const text of ['-_8=', '+/8', 'A', '-_9', 'AA A']) expect(decodeBase64url(text)).toBeUndefined();
});
