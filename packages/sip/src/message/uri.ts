import { ok, type Result } from '../runtime/result.ts';
import {
  CLOSE_BRACKET,
  COLON,
  HEX,
  HOST,
  is,
  OPEN_BRACKET,
  PERCENT,
  QUESTION,
  SCHEME,
  SEMICOLON,
  skip,
  USER,
} from './characters.ts';
import { escapeOctet, unescapeOctets } from './escape.ts';
import { type SyntaxFailure, syntaxFailure } from './failure.ts';
import { isHost } from './host.ts';
import { Params, parseUriParams } from './params.ts';
import { decodeText, encodeText } from './text.ts';

/** `sip:user:password@host:port;params?headers` (§19.1.1). All parts as written; IPv6 hosts keep their brackets. */
export interface SipUri {
  readonly scheme: 'sip' | 'sips';
  /** Escaped, as written: `unescapeUser` gives what it means. */
  readonly user?: string;
  readonly password?: string;
  readonly host: string;
  readonly port?: number;
  readonly params: Params;
  /** What stands after "?", as written. */
  readonly headers?: string;
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
    ...(parts.user === undefined ? {} : { user: escapeUser(parts.user) }),
    host: parts.host.includes(':') && !parts.host.startsWith('[') ? `[${parts.host}]` : parts.host,
    ...(parts.port === undefined ? {} : { port: parts.port }),
    params: (parts.params instanceof Params ? parts.params : Params.of(parts.params ?? {})).inUri(),
  };
}

/** The same URI with other parameters. */
export function withParams(uri: SipUri, params: Params): SipUri {
  return { ...uri, params: params.inUri() };
}

/** The URI without what no Request-URI may carry: headers and the method parameter (§19.1.1 table 1, §8.1.1.1). */
export function requestUri(uri: Uri): Uri {
  if (!isSipUri(uri)) return uri;
  const { headers: _, ...rest } = uri;
  return { ...rest, params: uri.params.without('method') };
}

/**
 * Reads an absolute URI. `SIP-URI = "sip:" [ userinfo ] hostport uri-parameters [ headers ]`: the user part may itself
 * hold ";" and "?", so the first "@" decides.
 */
export function parseUri(text: string): Result<Uri, SyntaxFailure> {
  const colon = skip(text, 0, SCHEME);
  if (colon === 0 || text.charCodeAt(colon) !== COLON) return syntaxFailure(colon, 'expected a scheme');
  const scheme = text.slice(0, colon).toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return parseSipUri(text, scheme, colon + 1);
  for (let i = colon + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code === 0x7f || code === 0x22 || code === 0x3c || code === 0x3e)
      return syntaxFailure(i, 'character not allowed in a URI');
  }
  if (colon + 1 === text.length) return syntaxFailure(colon + 1, 'nothing after the scheme');
  return ok({ scheme, rest: text.slice(colon + 1) });
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

function parseSipUri(text: string, scheme: 'sip' | 'sips', start: number): Result<Uri, SyntaxFailure> {
  const at = text.indexOf('@', start);
  let user: string | undefined;
  let password: string | undefined;
  let from = start;
  if (at >= 0) {
    let colon = -1;
    for (let i = start; i < at; i++) {
      const code = text.charCodeAt(i);
      if (code === COLON && colon < 0) colon = i;
      else if (code === PERCENT && !(is(text.charCodeAt(i + 1), HEX) && is(text.charCodeAt(i + 2), HEX)))
        return syntaxFailure(i, 'incomplete escape');
      else if (!is(code, USER)) return syntaxFailure(i, 'character not allowed in the user part');
    }
    user = text.slice(start, colon < 0 ? at : colon);
    if (user === '') return syntaxFailure(start, 'empty user part');
    if (colon >= 0) password = text.slice(colon + 1, at);
    from = at + 1;
  }

  let end: number;
  if (text.charCodeAt(from) === OPEN_BRACKET) {
    end = text.indexOf(']', from) + 1;
    if (end === 0) return syntaxFailure(from, 'IPv6 reference without "]"');
  } else {
    end = skip(text, from, HOST);
  }
  const host = text.slice(from, end);
  if (!(text.charCodeAt(end - 1) === CLOSE_BRACKET ? isHost(host) : end > from))
    return syntaxFailure(from, 'expected a host');

  let port: number | undefined;
  if (text.charCodeAt(end) === COLON) {
    const first = end + 1;
    end = first;
    while (end < text.length && end - first < 6 && text.charCodeAt(end) >= 0x30 && text.charCodeAt(end) <= 0x39) end++;
    port = Number(text.slice(first, end));
    if (end === first || port > 65535) return syntaxFailure(first, 'expected a port');
  }

  const question = text.indexOf('?', end);
  const paramsEnd = question < 0 ? text.length : question;
  if (end < paramsEnd && text.charCodeAt(end) !== SEMICOLON) return syntaxFailure(end, 'expected ";" or "?"');
  const params = parseUriParams(text, end, paramsEnd);
  if (!params.ok) return params;
  let headers: string | undefined;
  if (question >= 0 && text.charCodeAt(question) === QUESTION) {
    headers = text.slice(question + 1);
    for (let i = 0; i < headers.length; i++) {
      const code = headers.charCodeAt(i);
      if (code <= 0x20 || code === 0x7f || code === 0x22 || code === 0x3c || code === 0x3e)
        return syntaxFailure(question + 1 + i, 'character not allowed in URI headers');
    }
  }
  const uri: { -readonly [K in keyof SipUri]: SipUri[K] } = { scheme, host, params: params.value };
  if (user !== undefined) uri.user = user;
  if (password !== undefined) uri.password = password;
  if (port !== undefined) uri.port = port;
  if (headers !== undefined) uri.headers = headers;
  return ok(uri);
}
