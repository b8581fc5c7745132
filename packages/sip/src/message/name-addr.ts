import { ok, type Result } from '../runtime/result.ts';
import {
  all,
  COMMA,
  HT,
  is,
  LESS,
  octetsOf,
  QUESTION,
  QUOTE,
  SEMICOLON,
  SP,
  skip,
  skipQuoted,
  skipSpace,
  TOKEN,
} from './characters.ts';
import { type SyntaxFailure, syntaxFailure } from './failure.ts';
import { headerParams, headerParamsEnd, keyCount, keyFrom, keyTo, Params } from './params.ts';
import { decodeText, encodeText, isAscii, quote, trimmed, unquote } from './text.ts';
import { printUri, readUri, type Uri } from './uri.ts';

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
export function parseNameAddr(text: string): Result<NameAddr, SyntaxFailure> {
  const address = readOneNameAddr(text, octetsOf(text), 0, text.length);
  return typeof address === 'number' ? syntaxFailure(address, 'malformed address') : ok(address);
}

/** The one address that stands in `text` from `from` to `to`, or the place of its fault. */
export function readOneNameAddr(text: string, octets: Uint8Array, from: number, to: number): ReceivedNameAddr | number {
  const address = readNameAddr(text, octets, from, to);
  return typeof address === 'number' || address.end >= to ? address : address.end;
}

/** The first address that stands in `text` from `from` to `to`, up to there or to a comma, or the place of its fault. */
export function readNameAddr(text: string, octets: Uint8Array, from: number, to: number): ReceivedNameAddr | number {
  const start = skipSpace(octets, from);
  let open = start;
  if (octets[start] === QUOTE) {
    open = skipQuoted(octets, start, to);
    if (open < 0) return start;
    open = skipSpace(octets, open);
  } else {
    while (open < to && isDisplayCharacter(octets[open] as number)) open++;
  }
  if (open >= to || octets[open] !== LESS)
    return open === to || open > start ? readAddrSpec(text, octets, start, to) : open;
  const close = text.indexOf('>', open);
  if (close < 0 || close >= to) return open;
  const uri = readUri(text, octets, open + 1, close);
  if (typeof uri === 'number') return uri;
  const end = headerParamsEnd(octets, close + 1, to);
  if (end < to && (end < 0 || octets[end] !== COMMA)) return end < 0 ? -1 - end : end;
  return new ReceivedNameAddr(
    text,
    octets,
    start,
    open,
    uri,
    open + 1,
    close,
    close + 1,
    keyFrom,
    keyTo,
    keyCount,
    end,
  );
}

/** Always with angle brackets; the display name bare when it is one or more tokens, quoted otherwise. */
export function printNameAddr(address: NameAddr): string {
  const name = address.displayName === undefined ? '' : `${printDisplayName(address.displayName)} `;
  return `${name}<${printUri(address.uri)}>${address.params.toString()}`;
}

/** The same address with other header parameters. */
export function withTag(address: NameAddr, tag: string | undefined): NameAddr {
  const { displayName, uri, uriText, params } = address;
  return { displayName, uri, uriText, params: tag === undefined ? params.without('tag') : params.with('tag', tag) };
}

function readAddrSpec(text: string, octets: Uint8Array, start: number, to: number): ReceivedNameAddr | number {
  let end = start;
  let uriTo = start;
  for (; end < to; end++) {
    const code = octets[end];
    if (code === SEMICOLON || code === COMMA) break;
    if (code === QUESTION) return end;
    if (code !== SP && code !== HT) uriTo = end + 1;
  }
  const uri = readUri(text, octets, start, uriTo);
  if (typeof uri === 'number') return uri;
  const paramsTo = headerParamsEnd(octets, end, to);
  if (paramsTo < to && (paramsTo < 0 || octets[paramsTo] !== COMMA)) return paramsTo < 0 ? -1 - paramsTo : paramsTo;
  return new ReceivedNameAddr(text, octets, start, start, uri, start, uriTo, end, keyFrom, keyTo, keyCount, paramsTo);
}

/** The tag of an address, unquoted (§19.3). */
export function tagOf(address: NameAddr): string | undefined {
  return address instanceof ReceivedNameAddr ? address.tag : address.params.get('tag');
}

/** An address as positions in the text it was found in. */
export class ReceivedNameAddr implements NameAddr {
  readonly uri: Uri;
  /** Where it ends: at the end of its line or at a comma. */
  readonly end: number;
  /** How often a tag is given: the grammar allows once. */
  readonly tags: number;
  readonly #text: string;
  readonly #octets: Uint8Array;
  readonly #start: number;
  readonly #open: number;
  readonly #uriFrom: number;
  readonly #uriTo: number;
  readonly #paramsFrom: number;
  readonly #tagFrom: number;
  readonly #tagTo: number;
  #params: Params | undefined;

  constructor(
    text: string,
    octets: Uint8Array,
    start: number,
    open: number,
    uri: Uri,
    uriFrom: number,
    uriTo: number,
    paramsFrom: number,
    tagFrom: number,
    tagTo: number,
    tags: number,
    end: number,
  ) {
    this.uri = uri;
    this.end = end;
    this.tags = tags;
    this.#text = text;
    this.#octets = octets;
    this.#start = start;
    this.#open = open;
    this.#uriFrom = uriFrom;
    this.#uriTo = uriTo;
    this.#paramsFrom = paramsFrom;
    this.#tagFrom = tagFrom;
    this.#tagTo = tagTo;
    this.#params = undefined;
  }

  get params(): Params {
    this.#params ??= headerParams(this.#text, this.#octets, this.#paramsFrom, this.end);
    return this.#params;
  }
  get tag(): string | undefined {
    return this.#tagFrom < 0 ? undefined : unquote(this.#text.slice(this.#tagFrom, this.#tagTo));
  }
  /** Whether the tag, if there is one, is a token (§19.3). */
  get isTagSound(): boolean {
    return (
      this.#tagFrom < 0 || (this.#tagTo > this.#tagFrom && skip(this.#octets, this.#tagFrom, TOKEN) >= this.#tagTo)
    );
  }
  get displayName(): string | undefined {
    if (this.#start === this.#open) return undefined;
    return decodeText(unquote(trimmed(this.#text.slice(this.#start, this.#open)))) || undefined;
  }
  get uriText(): string {
    return this.#text.slice(this.#uriFrom, this.#uriTo);
  }
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
