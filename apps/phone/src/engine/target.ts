import { escapeUser, isSipUri, parseUri, printUri } from '@ringback/sip';

/** An address of record from what a person typed: `alice@example.com` or `sip:alice@example.com`. */
export function addressOfRecord(typed: string): { readonly aor: string; readonly domain: string } | undefined {
  const text = typed.trim();
  const parsed = parseUri(/^sips?:/i.test(text) ? text : `sip:${text}`);
  if (!parsed.ok || !isSipUri(parsed.value) || !parsed.value.user) return undefined;
  const { user, host, port } = parsed.value;
  const domain = port === undefined ? host.toLowerCase() : `${host.toLowerCase()}:${port}`;
  return { aor: `sip:${user}@${domain}`, domain };
}

/** The Request-URI for what a person dialled: a SIP address, a `tel:` link, an extension or a number in any notation. */
export function dialled(typed: string, domain: string): string | undefined {
  const text = typed.trim().replace(/^tel:/i, '');
  if (text === '') return undefined;
  if (/^sips?:/i.test(text)) return checked(text.includes('@') ? text : `${text}@${domain}`);
  if (text.includes('@')) return checked(`sip:${text}`);
  // Blanks, dashes, dots and brackets only group the digits for the eye (RFC 3966 §5.1.1).
  const user = NUMBER.test(text) ? text.replace(/[\s\-./()]/g, '') : text;
  return checked(`sip:${escapeUser(user)}@${domain}`);
}

const NUMBER = /^[+\d*#\s\-./()]+$/;

function checked(uri: string): string | undefined {
  const parsed = parseUri(uri);
  return parsed.ok && isSipUri(parsed.value) && parsed.value.user ? printUri(parsed.value) : undefined;
}
