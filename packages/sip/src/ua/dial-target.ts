import { escapeUser, isSipUri, parseUri, printUri, requestUri, type SipUri } from '../message/index.ts';

/** The SIP URI a user means by what he typed: a URI, `user@host`, or a name or number of our own domain. Throws when it is none of these. */
export function dialTarget(typed: string, aor: SipUri): string {
  const text = typed.trim();
  const port = aor.port === undefined ? '' : `:${aor.port}`;
  const uri = /^[a-z][a-z0-9+.-]*:/i.test(text)
    ? text
    : text.includes('@')
      ? `${aor.scheme}:${text}`
      : `${aor.scheme}:${escapeUser(text)}@${aor.host}${port}`;
  const parsed = parseUri(uri);
  if (/\s/.test(text) || !/^[\x21-\x7e]+$/.test(uri) || text === '' || !parsed.ok || !isSipUri(parsed.value))
    throw new TypeError(`not a SIP address: ${typed}`);
  // Headers and method in a URI are for the message that is made of it, never for its Request-URI (§19.1.5).
  const { headers, params } = parsed.value;
  return headers === undefined && !params.has('method') ? uri : printUri(requestUri(parsed.value));
}
