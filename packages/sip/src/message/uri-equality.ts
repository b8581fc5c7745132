import { unescapeOctets } from './escape.ts';
import { equalHost } from './host.ts';
import { isSipUri, type OtherUri, type SipUri, type Uri, uriHeaders } from './uri.ts';

/** Parameters that must be in both URIs or in none (§19.1.4). */
const ALWAYS_COMPARED = ['transport', 'user', 'ttl', 'method', 'maddr'];

/**
 * Whether two URIs mean the same (§19.1.4): the user part compares with regard to case, all else without; %HH equals the
 * character unless that is reserved; a port is not equal to none; other parameters count only when both have them;
 * headers always count.
 */
export function equalUri(a: Uri, b: Uri): boolean {
  if (!isSipUri(a) || !isSipUri(b)) return !isSipUri(a) && !isSipUri(b) && equalOther(a, b);
  return (
    a.scheme === b.scheme &&
    equalText(a.user, b.user) &&
    equalText(a.password, b.password) &&
    equalHost(a.host, b.host) &&
    a.port === b.port &&
    equalParams(a, b) &&
    equalHeaders(a, b)
  );
}

/**
 * The address-of-record as a key for look-ups (§10.3 step 5): without port defaults, password, parameters and headers, the user
 * part unescaped, the host in lower case. Octets; a `%00` is an octet like any other.
 */
export function addressOfRecord(uri: Uri): string {
  if (!isSipUri(uri)) return `${uri.scheme}:${uri.rest}`;
  const user = uri.user === undefined ? '' : `${unescapeOctets(uri.user)}@`;
  const port = uri.port === undefined ? '' : `:${uri.port}`;
  return `${uri.scheme}:${user}${uri.host.toLowerCase()}${port}`;
}

function equalText(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && comparable(a) === comparable(b));
}

function equalParams(a: SipUri, b: SipUri): boolean {
  if (a.params.size === 0 && b.params.size === 0) return true;
  for (const name of ALWAYS_COMPARED) if (a.params.has(name) !== b.params.has(name)) return false;
  for (const entry of a.params) {
    const name = unescapeOctets(entry.name);
    if (!b.params.has(name)) continue;
    if (comparable(entry.value).toLowerCase() !== comparable(b.params.raw(name)).toLowerCase()) return false;
  }
  return true;
}

/** Their order does not matter; names compare without regard to case. */
function equalHeaders(a: SipUri, b: SipUri): boolean {
  if (a.headers === b.headers) return true;
  const sorted = (uri: SipUri) =>
    uriHeaders(uri)
      .map(([name, value]) => JSON.stringify([name.toLowerCase(), value]))
      .sort()
      .join();
  return sorted(a) === sorted(b);
}

/** tel: numbers compare without their visual separators (RFC 3966 §4); any other URI as it stands. */
function equalOther(a: OtherUri, b: OtherUri): boolean {
  if (a.scheme !== b.scheme) return false;
  if (a.rest === b.rest) return true;
  if (a.scheme !== 'tel') return false;
  const parts = ({ rest }: OtherUri) => {
    const [number = '', ...params] = rest.toLowerCase().split(';');
    return [number.replace(/[-.()]/g, ''), ...params.sort()].join(';');
  };
  return parts(a) === parts(b);
}

const UNRESERVED = /[A-Za-z0-9\-_.!~*'()]/;

/** Escapes of unreserved characters resolved, all others in upper case, so that equal texts are equal. */
function comparable(text: string | undefined): string {
  if (text === undefined) return '';
  if (!text.includes('%')) return text;
  return text.replace(/%[\da-f]{2}/gi, (escaped) => {
    const character = unescapeOctets(escaped);
    return UNRESERVED.test(character) ? character : escaped.toUpperCase();
  });
}
