import { ok, type Result } from '../runtime/result.ts';
import { all, HT, is, LESS, QUOTE, SEMICOLON, SP, skipQuoted, skipSpace, TOKEN } from './characters.ts';
import { type SyntaxFailure, syntaxFailure } from './failure.ts';
import { Params, parseParams } from './params.ts';
import { decodeText, encodeText, isAscii, quote, unquote } from './text.ts';
import { parseUri, printUri, type Uri } from './uri.ts';

/** An address as in From, To, Contact, Route: `[ display-name ] <URI> *( ;param )` or `URI *( ;param )`. */
export interface NameAddr {
  /** Readable text: unquoted, UTF-8 decoded; absent when there is none or it is empty. */
  readonly displayName?: string | undefined;
  readonly uri: Uri;
  /** The URI as written. */
  readonly uriText: string;
  /** The parameters of the header, never those of the URI (§20.10). */
  readonly params: Params;
}

/** `nameAddr({ displayName: 'Alice', uri, params: { tag } })` */
export function nameAddr(parts: {
  readonly displayName?: string | undefined;
  readonly uri: Uri;
  readonly params?: Params | Readonly<Record<string, string | undefined>>;
}): NameAddr {
  return {
    displayName: parts.displayName || undefined,
    uri: parts.uri,
    uriText: printUri(parts.uri),
    params: parts.params instanceof Params ? parts.params : Params.of(parts.params ?? {}),
  };
}

/**
 * `( name-addr / addr-spec ) *( SEMI generic-param )`. Without angle brackets what follows the first ";" belongs to the
 * header, and a URI with "," or "?" must be bracketed (§20). No white space is asked for before "<" (RFC 4475 §3.1.1.6).
 */
export function parseNameAddr(text: string, from = 0, to: number = text.length): Result<NameAddr, SyntaxFailure> {
  const start = skipSpace(text, from);
  let open: number;
  let displayName: string | undefined;
  if (text.charCodeAt(start) === QUOTE) {
    const end = skipQuoted(text, start, to);
    if (end < 0) return syntaxFailure(start, 'display name without closing quote');
    open = skipSpace(text, end);
    if (text.charCodeAt(open) !== LESS) return syntaxFailure(open, 'expected "<" after the display name');
    displayName = decodeText(unquote(text.slice(start, end)));
  } else {
    open = start;
    // A "<" behind the first ";" belongs to a parameter, not to the address.
    for (let code = 0; ; open++) {
      code = open < to ? text.charCodeAt(open) : SEMICOLON;
      if (code === LESS) break;
      if (code === SEMICOLON) return parseAddrSpec(text, start, open, to);
    }
    for (let i = start; i < open; i++) {
      if (!isDisplayCharacter(text.charCodeAt(i))) return syntaxFailure(i, 'display name must be quoted');
    }
    if (open > start) displayName = decodeText(text.slice(start, open).trimEnd());
  }
  const close = text.indexOf('>', open);
  if (close < 0 || close >= to) return syntaxFailure(open, '"<" without ">"');
  const uri = parseUri(text, open + 1, close);
  if (!uri.ok) return uri;
  const params = parseParams(text, close + 1, to);
  if (!params.ok) return params;
  return ok(address(displayName || undefined, uri.value, text.slice(open + 1, close), params.value));
}

/** Always with angle brackets; the display name bare when it is one or more tokens, quoted otherwise. */
export function printNameAddr(address: NameAddr): string {
  const name = address.displayName === undefined ? '' : `${printDisplayName(address.displayName)} `;
  return `${name}<${printUri(address.uri)}>${address.params.toString()}`;
}

/** The same address with other header parameters. */
export function withTag(address: NameAddr, tag: string | undefined): NameAddr {
  return { ...address, params: tag === undefined ? address.params.without('tag') : address.params.with('tag', tag) };
}

function parseAddrSpec(text: string, start: number, end: number, to: number): Result<NameAddr, SyntaxFailure> {
  const uriText = text.slice(start, end).trimEnd();
  const comma = uriText.search(/[,?]/);
  if (comma >= 0) return syntaxFailure(start + comma, 'a URI with "," or "?" must stand in angle brackets');
  const uri = parseUri(text, start, start + uriText.length);
  if (!uri.ok) return uri;
  const params = parseParams(text, end, to);
  return params.ok ? ok(address(undefined, uri.value, uriText, params.value)) : params;
}

/** All properties, always: objects of one shape are read faster. */
function address(displayName: string | undefined, uri: Uri, uriText: string, params: Params): NameAddr {
  return { displayName, uri, uriText, params };
}

/** Tokens and white space (§25.1), and what is often sent unquoted and cannot be misread: 8-bit text, "@", ":", "/", "(", ")". */
function isDisplayCharacter(code: number): boolean {
  if (is(code, TOKEN) || code === SP || code === HT || code >= 0x80) return true;
  return code === 0x40 || code === 0x3a || code === 0x2f || code === 0x28 || code === 0x29;
}

function printDisplayName(text: string): string {
  const octets = encodeText(text);
  const bare = isAscii(octets) && octets.split(' ').every((word) => word !== '' && all(word, TOKEN));
  return bare ? octets : quote(octets);
}
