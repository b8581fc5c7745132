import { ok, type Result } from '../runtime/result.ts';
import {
  AT,
  COLON,
  DIGIT,
  HEX,
  HOST,
  is,
  OPEN_BRACKET,
  octetsOf,
  PERCENT,
  QUESTION,
  SCHEME,
  skip,
  USER,
} from './characters.ts';
import { escapeOctet, unescapeOctets } from './escape.ts';
import { type SyntaxFailure, syntaxFailure } from './failure.ts';
import { isHost } from './host.ts';
import { noUriParams, Params, uriParamsEnd } from './params.ts';
import { decodeText, encodeText } from './text.ts';

/**
 * `sip:user:password@host:port;params?headers` (§19.1.1). All parts as written; IPv6 hosts keep their brackets. One that was received is
 * read by getters, which a spread leaves behind: `withUriParts` changes parts.
 */
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

/** The same URI with some parts changed. Never spread one: what was received is read by getters. */
export function withUriParts(uri: SipUri, parts: Partial<SipUri>): SipUri {
  const { scheme, user, password, host, port, params, headers } = uri;
  return { scheme, user, password, host, port, params, headers, ...parts };
}

/** The same URI with other parameters. */
export function withParams(uri: SipUri, params: Params): SipUri {
  return withUriParts(uri, { params: params.inUri() });
}

/** The URI without what no Request-URI may carry: headers and the method parameter (§19.1.1 table 1, §8.1.1.1). */
export function requestUri(uri: Uri): Uri {
  if (!isSipUri(uri)) return uri;
  return withUriParts(uri, { params: uri.params.without('method'), headers: undefined });
}

/**
 * Reads an absolute URI. `SIP-URI = "sip:" [ userinfo ] hostport uri-parameters [ headers ]`: the user part may itself
 * hold ";" and "?", so the first "@" decides.
 */
export function parseUri(text: string): Result<Uri, SyntaxFailure> {
  const uri = readUri(text, octetsOf(text), 0, text.length);
  return typeof uri === 'number' ? syntaxFailure(uri, 'malformed URI') : ok(uri);
}

/** The URI that stands in `text` from `from` to `to`, or the place of its fault. */
export function readUri(text: string, octets: Uint8Array, from: number, to: number): Uri | number {
  const colon = skip(octets, from, SCHEME);
  if (colon === from || colon >= to || octets[colon] !== COLON) return colon;
  if (colon - from === 3 && isSip(octets, from)) return readSipUri(text, octets, 'sip', colon + 1, to);
  const scheme = text.slice(from, colon).toLowerCase();
  if (scheme === 'sips') return readSipUri(text, octets, scheme, colon + 1, to);
  const rest = text.slice(colon + 1, to);
  const odd = rest === '' ? 0 : rest.search(NOT_IN_URI);
  return odd < 0 ? { scheme, rest } : colon + 1 + odd;
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

function readSipUri(
  text: string,
  octets: Uint8Array,
  scheme: 'sip' | 'sips',
  from: number,
  to: number,
): SipUri | number {
  // The user part, where an "@" ends it.
  let at = from;
  let colon = -1;
  let octet = octets[at] as number;
  for (; is(octet, USER) || (octet === COLON && colon < 0); octet = octets[++at] as number) {
    if (octet === COLON) colon = at;
    else if (octet === PERCENT && !(is(octets[at + 1] as number, HEX) && is(octets[at + 2] as number, HEX))) break;
  }
  let host = from;
  if (octet === AT && at < to) {
    if (at === from || colon === from) return from;
    host = at + 1;
  } else {
    const later = text.indexOf('@', at);
    if (later >= 0 && later < to) return at;
    at = colon = -1;
  }

  let end = host;
  octet = octets[end] as number;
  if (octet === OPEN_BRACKET) {
    end = text.indexOf(']', host) + 1;
    if (end === 0 || end > to || !isHost(text.slice(host, end))) return host;
    octet = octets[end] as number;
  } else {
    while (is(octet, HOST)) octet = octets[++end] as number;
    if (end === host) return host;
  }
  const hostEnd = end;
  let port: number | undefined;
  if (octet === COLON && end < to) {
    const first = ++end;
    port = 0;
    while (end - first < 6 && is(octets[end] as number, DIGIT)) port = port * 10 + (octets[end++] as number) - 0x30;
    if (end === first || port > 65535) return first;
  }
  const params = end;
  if (end < to) {
    end = uriParamsEnd(octets, end, to);
    if (end < 0) return -1 - end;
    if (end < to) {
      if (octets[end] !== QUESTION) return end;
      const odd = text.slice(end + 1, to).search(NOT_IN_URI);
      if (odd >= 0) return end + 1 + odd;
    }
  }
  return new ReceivedSipUri(text, octets, scheme, from, colon, at, host, hostEnd, port, params, end, to);
}

/** Whether the three octets are "sip", in whatever case. */
function isSip(octets: Uint8Array, from: number): boolean {
  return (
    ((octets[from] as number) | 0x20) === 0x73 &&
    ((octets[from + 1] as number) | 0x20) === 0x69 &&
    ((octets[from + 2] as number) | 0x20) === 0x70
  );
}

/** A URI as positions in the text it was found in: its parts are copied out when they are asked for. */
class ReceivedSipUri implements SipUri {
  readonly scheme: 'sip' | 'sips';
  readonly port: number | undefined;
  readonly #text: string;
  readonly #octets: Uint8Array;
  readonly #from: number;
  readonly #colon: number;
  readonly #at: number;
  readonly #host: number;
  readonly #hostEnd: number;
  readonly #params: number;
  readonly #question: number;
  readonly #to: number;

  constructor(
    text: string,
    octets: Uint8Array,
    scheme: 'sip' | 'sips',
    from: number,
    colon: number,
    at: number,
    host: number,
    hostEnd: number,
    port: number | undefined,
    params: number,
    question: number,
    to: number,
  ) {
    this.scheme = scheme;
    this.port = port;
    this.#text = text;
    this.#octets = octets;
    this.#from = from;
    this.#colon = colon;
    this.#at = at;
    this.#host = host;
    this.#hostEnd = hostEnd;
    this.#params = params;
    this.#question = question;
    this.#to = to;
  }

  get user(): string | undefined {
    return this.#at < 0 ? undefined : this.#text.slice(this.#from, this.#colon < 0 ? this.#at : this.#colon);
  }
  get password(): string | undefined {
    return this.#colon < 0 ? undefined : this.#text.slice(this.#colon + 1, this.#at);
  }
  get host(): string {
    return this.#text.slice(this.#host, this.#hostEnd);
  }
  get params(): Params {
    return this.#params < this.#question
      ? new Params(undefined, 'uri', this.#text, this.#octets, this.#params, this.#question)
      : noUriParams;
  }
  get headers(): string | undefined {
    return this.#question < this.#to ? this.#text.slice(this.#question + 1, this.#to) : undefined;
  }
}

const NOT_IN_URI = /[\0-\x20\x7f"<>]/;
