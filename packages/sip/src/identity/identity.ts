import { type Headers, Params, parseUri, type SipRequest } from '../message/index.ts';
import { utf8Decode, utf8Encode } from '../runtime/bytes.ts';
import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { canonicalIdentity, type Identities, isSameIdentity } from './canonical.ts';

/** An `Identity` value (RFC 8224 §4). */
export interface IdentityValue {
  /** The PASSporT: `header.payload.signature`, or `..signature` in the compact form (RFC 8225 §7). */
  readonly token: string;
  /** URI of the certificate. */
  readonly info: string;
  readonly algorithm: string;
  /** The PASSporT extension, as `shaken` (RFC 8588). */
  readonly extension?: string;
}

/** What the signer says (RFC 8225 §5). */
export interface Passport {
  readonly orig: Identities;
  readonly dest: Identities;
  /** When it was signed, in seconds of the epoch. */
  readonly iat: number;
  /** `A`: the caller may use the number; `B`: the caller is known; `C`: the call came in by a gateway (RFC 8588 §4). */
  readonly attest?: string;
  readonly origid?: string;
}

/** What the application does: this code fetches nothing and has no cryptography. */
export interface IdentityPort {
  /** Milliseconds of the epoch. */
  now(): number;
  /**
   * Gets the certificate from `info`, or from where it keeps it, checks that it may speak for `orig` (RFC 8226), and verifies the ES256
   * signature: 64 octets, r and s (RFC 7518 §3.4), over `data`. `no-certificate`: it cannot be had; `unsupported`: it is not trusted.
   */
  verify(signed: {
    readonly info: string;
    readonly data: Uint8Array;
    readonly signature: Uint8Array;
    readonly orig: Identities;
  }): Promise<'valid' | 'invalid' | 'no-certificate' | 'unsupported'>;
}

/** `status` is what the INVITE would be refused with (RFC 8224 §6.2.2): 403, 428, 436, 437 or 438. */
export type IdentityVerdict =
  | { readonly ok: true; readonly passport: Passport; readonly value: IdentityValue }
  | { readonly ok: false; readonly status: number; readonly detail: string };

/** Seconds that a signature may be old, or ahead of our clock (RFC 8224 §6.2 step 5). */
const freshness = 60;

const VALUE =
  /^\s*([\w-]*\.[\w-]*\.[\w-]+)\s*;\s*info\s*=\s*<([^<>\s]+)>((?:\s*;\s*[\w-]+\s*=\s*(?:"[\w-]+"|[\w-]+))*)\s*$/;

/** Every `Identity` value that keeps the grammar: `headers.read(readIdentity)`. */
export function readIdentity(headers: Headers): readonly IdentityValue[] {
  return headers.list('identity').flatMap((text) => {
    const [, token = '', info = '', rest = ''] = VALUE.exec(text) ?? [];
    if (token === '' || !parseUri(info).ok) return [];
    const entries = rest.split(';').map((each) => each.split('=').map((part) => part.trim().replace(/"/g, '')));
    const params = Params.of(
      Object.fromEntries(entries.filter(([name]) => name).map(([name, value]) => [name, value])),
    );
    const extension = params.get('ppt');
    return [{ token, info, algorithm: params.get('alg') ?? 'ES256', ...(extension !== undefined && { extension }) }];
  });
}

/**
 * Verifies who a request is from (RFC 8224 §6.2): the first Identity value that is plain or SHAKEN. The PASSporT must be fresh and must be
 * about the From and To of this request; the signature is verified last. Never rejects, unless `port.verify` does. Whether the same
 * PASSporT came before is up to the application.
 */
export async function verifyIdentity(request: SipRequest, port: IdentityPort): Promise<IdentityVerdict> {
  if (!request.headers.has('identity')) return refuse(428, 'no Identity');
  const value = request.headers.read(readIdentity).find(({ extension = 'shaken' }) => extension === 'shaken');
  if (!value) return refuse(438, 'no Identity value that can be read');
  if (value.algorithm !== 'ES256') return refuse(437, `algorithm ${value.algorithm}`);
  if (!/^https?:/i.test(value.info)) return refuse(436, 'info is no HTTP URI');
  const [, , third = ''] = value.token.split('.');
  const data = value.token.startsWith('..') ? compact(request, value) : value.token.slice(0, -third.length - 1);
  const signature = decodeBase64url(third);
  const passport = data !== undefined && signature?.length === 64 && readPassport(data, value);
  if (!passport || !signature) return refuse(438, 'not a PASSporT');
  if (Math.abs(port.now() / 1000 - passport.iat) > freshness) return refuse(403, 'Stale Date');
  if (!isSameIdentity(passport.orig, request.from.uri)) return refuse(438, 'signed for another From');
  if (!isSameIdentity(passport.dest, request.to.uri)) return refuse(438, 'signed for another To');
  const bytes = utf8Encode(data);
  switch (await port.verify({ info: value.info, data: bytes, signature, orig: passport.orig })) {
    case 'valid':
      return { ok: true, passport, value };
    case 'no-certificate':
      return refuse(436, 'no certificate at info');
    case 'unsupported':
      return refuse(437, 'certificate not trusted');
    default:
      return refuse(438, 'wrong signature');
  }
}

function refuse(status: number, detail: string): IdentityVerdict {
  return { ok: false, status, detail };
}

/** The signed text of a compact form: made anew from the request, its members in order of their names (RFC 8225 §7, §9). */
function compact({ from, to, date }: SipRequest, { info, extension }: IdentityValue): string | undefined {
  // An extension claims what the request does not tell.
  if (date === undefined || extension !== undefined) return undefined;
  const [dest, orig] = [canonicalIdentity(to.uri), canonicalIdentity(from.uri)];
  const parts = [
    { alg: 'ES256', typ: 'passport', x5u: info },
    {
      dest: 'tn' in dest ? { tn: [dest.tn] } : { uri: [dest.uri] },
      iat: date / 1000,
      orig,
    },
  ];
  return parts.map((part) => encodeBase64url(utf8Encode(JSON.stringify(part)))).join('.');
}

function readPassport(data: string, { info, algorithm, extension }: IdentityValue): Passport | undefined {
  const [header, payload] = data.split('.').map(readJson);
  if (header?.['typ'] !== 'passport' || header['alg'] !== algorithm || header['x5u'] !== info) return undefined;
  if (header['ppt'] !== extension || header['crit'] !== undefined) return undefined;
  const { iat, attest, origid } = payload ?? {};
  const orig = identities(payload?.['orig']);
  const dest = identities(payload?.['dest']);
  if (typeof iat !== 'number' || !Number.isFinite(iat) || !orig || !dest) return undefined;
  if (extension === 'shaken' && (typeof attest !== 'string' || !/^[ABC]$/.test(attest) || typeof origid !== 'string'))
    return undefined;
  return {
    orig,
    dest,
    iat,
    ...(typeof attest === 'string' && { attest }),
    ...(typeof origid === 'string' && { origid }),
  };
}

function readJson(text: string): Readonly<Record<string, unknown>> | undefined {
  const bytes = decodeBase64url(text);
  try {
    const value: unknown = JSON.parse(bytes ? utf8Decode(bytes) : '');
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `tn` and `uri`: of `orig` one text, of `dest` a list. */
function identities(value: unknown): Identities | undefined {
  if (!isObject(value)) return undefined;
  const texts = (member: unknown) => [member ?? []].flat().filter((each) => typeof each === 'string');
  const [tn, uri] = [texts(value['tn']), texts(value['uri'])];
  return tn.length + uri.length > 0 ? { tn, uri } : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
