/**
 * Addresses as people read and type them. Nothing here decides what goes on the wire: the engine does.
 */

export interface AddressParts {
  readonly scheme: 'sip' | 'sips' | 'tel';
  readonly user: string;
  /** Lower case, with the port when one was written; empty for `tel:`. */
  readonly host: string;
}

/** Reads `sip:bob@host:5070;transport=udp`, `<sip:bob@host>`, `bob@host`, `tel:+1555` and bare numbers or names. */
export function addressParts(text: string): AddressParts {
  const bare = text.trim().replace(/^.*</, '').replace(/>.*$/, '');
  const scheme = /^(sips?|tel):/i.exec(bare)?.[1]?.toLowerCase();
  const rest = (scheme === undefined ? bare : bare.slice(scheme.length + 1)).replace(/[;?].*$/, '');
  if (scheme === 'tel') return { scheme: 'tel', user: rest, host: '' };
  const at = rest.lastIndexOf('@');
  const kind = scheme === 'sips' ? 'sips' : 'sip';
  // `sip:host` has no user at all; a bare word without a scheme is a user without a host.
  if (at < 0) {
    return scheme === undefined
      ? { scheme: kind, user: rest, host: '' }
      : { scheme: kind, user: '', host: rest.toLowerCase() };
  }
  return { scheme: kind, user: unescaped(rest.slice(0, at)), host: rest.slice(at + 1).toLowerCase() };
}

/** What to show under a name: the short form inside one's own domain, `user@host` elsewhere. */
export function shownAddress(uri: string, ownDomain = ''): string {
  const { user, host } = addressParts(uri);
  if (user === '') return host;
  return host === '' || host === ownDomain.toLowerCase() ? user : `${user}@${host}`;
}

/** The domain of an address of record; empty when it has none. */
export function domainOf(address: string): string {
  return addressParts(address).host;
}

/** True when both name the same user, reading a missing domain as one's own (§19.1.4: the user part keeps its case). */
export function sameAddress(a: string, b: string, ownDomain = ''): boolean {
  const [left, right] = [addressParts(a), addressParts(b)];
  if (digitsOf(left.user) !== digitsOf(right.user)) return false;
  return (left.host || ownDomain.toLowerCase()) === (right.host || ownDomain.toLowerCase());
}

/**
 * Cleans what was typed or pasted into the dial field: `tel:` and `sip:` links, the `(0)` of "+49 (0)30 …",
 * and the spaces, dots, dashes and brackets of printed numbers. An address with `@` or letters stays as it is.
 */
export function cleanDialled(text: string): string {
  const plain = text.replace(/[\u00a0\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069]/g, ' ').trim();
  const link = /^(tel|callto):/i.exec(plain);
  const body = link === null ? plain : unescaped(plain.slice(link[0].length)).replace(/[;?].*$/, '');
  if (/[@\p{L}]/u.test(body)) return body;
  return body.replace(/(\+\d{1,3}[\s./-]*)\(0\)/, '$1').replace(/(?!^)\+|[^\d*#+]/g, '');
}

/** A server to try for an address: what a browser-facing SIP server most often listens on. */
export function guessServer(address: string): string {
  const host = domainOf(address);
  return host === '' ? '' : `wss://${host}/ws`;
}

/** `alice@example.com` as the address of record it means. */
export function toSipAddress(text: string): string {
  const plain = text.trim();
  return /^sips?:/i.test(plain) ? plain : `sip:${plain}`;
}

function unescaped(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

/** Visual separators are not part of a number (RFC 3966 §5.1.1); names are left alone. */
function digitsOf(user: string): string {
  return /^[+\d().\-\s]+$/.test(user) ? user.replace(/[().\-\s]/g, '') : user;
}
