import { ok, type Result } from '../runtime/result.ts';
import {
  AT,
  CLOSE_BRACKET,
  COLON,
  DIGIT,
  HEX,
  HOST,
  is,
  OPEN_BRACKET,
  PERCENT,
  QUESTION,
  SCHEME,
  skip,
  USER,
} from './characters.ts';
import { escapeOctet, unescapeOctets } from './escape.ts';
import { type SyntaxFailure, syntaxFailure } from './failure.ts';
import { isHost } from './host.ts';
import { noUriParams, type Param, Params, readUriParams, uriParams } from './params.ts';
import { decodeText, encodeText } from './text.ts';

/** `sip:user:password@host:port;params?headers` (§19.1.1). All parts as written; IPv6 hosts keep their brackets. */
export interface SipUri {
  readonly scheme: 'sip' | 'sips';
  /** Escaped, as written: `unescapeUser` gives what it means. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly host: string;
  readonly port?: number | undefined;
  readonly params: Params;
  /** What stands after "?", as written. */
  readonly headers?: string | undefined;
}

/** Any other URI (tel:, urn:, http: …): scheme in lower case and what follows the colon. */
export interface OtherUri {
  readonly scheme: string;
  readonly rest: string;
}

/** A SIP URI, or one of another scheme. */
export type Uri = SipUri | OtherUri;

/** Whether it is a `sip:` or `sips:` URI, with all the parts of one. */
export function isSipUri(uri: Uri): uri is SipUri {
  return 'host' in uri;
}

/** `sipUri({ user: 'alice', host: 'example.com', params: { transport: 'ws' } })`; `user` is text, escaped here. */
export function sipUri(parts: {
  readonly scheme?: 'sip' | 'sips';
  readonly user?: string | undefined;
  readonly host: string;
  readonly port?: number | undefined;
  readonly params?: Params | Readonly<Record<string, string | undefined>>;
}): SipUri {
  return {
    scheme: parts.scheme ?? 'sip',
    user: parts.user === undefined ? undefined : escapeUser(parts.user),
    password: undefined,
    host: parts.host.includes(':') && !parts.host.startsWith('[') ? `[${parts.host}]` : parts.host,
    port: parts.port,
    params: (parts.params instanceof Params ? parts.params : Params.of(parts.params ?? {})).inUri(),
    headers: undefined,
  };
}

/** The same URI with other parameters. */
export function withParams(uri: SipUri, params: Params): SipUri {
  return { ...uri, params: params.inUri() };
}

/** The URI without what no Request-URI may carry: headers and the method parameter (§19.1.1 table 1, §8.1.1.1). */
export function requestUri(uri: Uri): Uri {
  if (!isSipUri(uri)) return uri;
  return { ...uri, params: uri.params.without('method'), headers: undefined };
}

/**
 * Reads an absolute URI. `SIP-URI = "sip:" [ userinfo ] hostport uri-parameters [ headers ]`: the user part may itself
 * hold ";" and "?", so the first "@" decides.
 */
export function parseUri(text: string, from = 0, to: number = text.length): Result<Uri, SyntaxFailure> {
  if (text.startsWith('sip:', from) && from + 4 <= to) return parseSipUri(text, 'sip', from + 4, to);
  const colon = skip(text, from, SCHEME);
  if (colon === from || colon >= to || text.charCodeAt(colon) !== COLON)
    return syntaxFailure(colon, 'expected a scheme');
  const scheme = text.slice(from, colon).toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return parseSipUri(text, scheme, colon + 1, to);
  const rest = text.slice(colon + 1, to);
  const odd = rest.search(NOT_IN_URI);
  if (odd >= 0) return syntaxFailure(colon + 1 + odd, 'character not allowed in a URI');
  return rest === '' ? syntaxFailure(to, 'nothing after the scheme') : ok({ scheme, rest });
}

/** The text of a URI, as it was parsed or made (§19.1.1). */
export function printUri(uri: Uri): string {
  if (!isSipUri(uri)) return `${uri.scheme}:${uri.rest}`;
  let text = `${uri.scheme}:`;
  if (uri.user !== undefined) {
    text += uri.user;
    if (uri.password !== undefined) text += `:${uri.password}`;
    text += '@';
  }
  text += uri.host;
  if (uri.port !== undefined) text += `:${uri.port}`;
  if (uri.params.size > 0) text += uri.params.toString();
  if (uri.headers !== undefined) text += `?${uri.headers}`;
  return text;
}

/** The user part as text: %HH resolved once, never twice (§19.1.2), UTF-8. */
export function unescapeUser(user: string): string {
  return decodeText(unescapeOctets(user));
}

/** Text as a user part: UTF-8, what the grammar does not allow there as %HH. */
export function escapeUser(text: string): string {
  let escaped = '';
  const octets = encodeText(text);
  for (let i = 0; i < octets.length; i++) {
    const code = octets.charCodeAt(i);
    const plain = code < 0x80 && code !== PERCENT && code !== 0x23 && is(code, USER);
    escaped += plain ? octets.charAt(i) : escapeOctet(code);
  }
  return escaped;
}

/** The headers a URI carries after "?", each name and value unescaped once (§19.1.1). */
export function uriHeaders(uri: Uri): readonly (readonly [name: string, value: string])[] {
  if (!isSipUri(uri) || uri.headers === undefined || uri.headers === '') return [];
  return uri.headers.split('&').map((pair) => {
    const equal = pair.indexOf('=');
    if (equal < 0) return [unescapeOctets(pair), ''] as const;
    return [unescapeOctets(pair.slice(0, equal)), unescapeOctets(pair.slice(equal + 1))] as const;
  });
}

function parseSipUri(text: string, scheme: 'sip' | 'sips', start: number, to: number): Result<SipUri, SyntaxFailure> {
  let user: string | undefined;
  let password: string | undefined;
  let from = start;
  let colon = -1;
  // What stands before an "@" is a user part; without one it is the host already, to be read again as such.
  let i = start;
  for (; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code === AT) break;
    if (code === COLON && colon < 0) colon = i;
  }
  if (i < to) {
    for (let each = start; each < i; each++) {
      const code = text.charCodeAt(each);
      if (code === PERCENT && !(is(text.charCodeAt(each + 1), HEX) && is(text.charCodeAt(each + 2), HEX)))
        return syntaxFailure(each, 'incomplete escape');
      if (!is(code, USER) && each !== colon) return syntaxFailure(each, 'character not allowed in the user part');
    }
    user = text.slice(start, colon < 0 ? i : colon);
    if (user === '') return syntaxFailure(start, 'empty user part');
    if (colon >= 0) password = text.slice(colon + 1, i);
    from = i + 1;
  }

  let end: number;
  if (text.charCodeAt(from) === OPEN_BRACKET) {
    end = text.indexOf(']', from) + 1;
    if (end === 0 || end > to) return syntaxFailure(from, 'IPv6 reference without "]"');
  } else {
    end = skip(text, from, HOST);
  }
  const host = text.slice(from, end);
  if (!(text.charCodeAt(end - 1) === CLOSE_BRACKET ? isHost(host) : end > from))
    return syntaxFailure(from, 'expected a host');

  let port: number | undefined;
  if (text.charCodeAt(end) === COLON) {
    const first = ++end;
    port = 0;
    while (end - first < 6 && is(text.charCodeAt(end), DIGIT)) port = port * 10 + text.charCodeAt(end++) - 0x30;
    if (end === first || port > 65535) return syntaxFailure(first, 'expected a port');
  }
  if (end >= to) return ok({ scheme, user, password, host, port, params: noUriParams, headers: undefined });

  const entries: Param[] = [];
  end = readUriParams(text, end, to, entries);
  if (end < 0) return syntaxFailure(-end, 'expected a parameter name');
  let headers: string | undefined;
  if (end < to) {
    if (text.charCodeAt(end) !== QUESTION) return syntaxFailure(end, 'expected ";" or "?"');
    headers = text.slice(end + 1, to);
    const odd = headers.search(NOT_IN_URI);
    if (odd >= 0) return syntaxFailure(end + 1 + odd, 'character not allowed in URI headers');
  }
  return ok({ scheme, user, password, host, port, params: uriParams(entries), headers });
}

const NOT_IN_URI = /[\0-\x20\x7f"<>]/;
