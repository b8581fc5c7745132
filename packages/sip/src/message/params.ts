import { ok, type Result } from '../runtime/result.ts';
import {
  all,
  EQUAL,
  is,
  PARAM,
  PERCENT,
  QUOTE,
  SEMICOLON,
  STOP,
  skip,
  skipQuoted,
  skipSpace,
  TOKEN,
} from './characters.ts';
import { escapeOctet, unescapeOctets } from './escape.ts';
import { type SyntaxFailure, syntaxFailure } from './failure.ts';
import { quote, unquote } from './text.ts';

/** One parameter of a header value or URI. */
export interface Param {
  /** As written. */
  readonly name: string;
  /** As written, quotes and escapes included; undefined for a parameter without "=". */
  readonly value: string | undefined;
}

/**
 * The `;name=value` parameters of a URI or a header value: immutable, order and case kept, names looked up without regard
 * to case (§7.3.1, §19.1.4). Of a parameter given twice the first counts. Texts go in and come out plain: in a header
 * the odd ones are quoted, in a URI they are %-escaped, in name and value (RFC 4475 §3.1.1.3).
 */
export class Params implements Iterable<Param> {
  static readonly empty: Params = new Params([]);

  readonly entries: readonly Param[];
  readonly #form: 'header' | 'uri';

  constructor(entries: readonly Param[], form: 'header' | 'uri' = 'header') {
    this.entries = entries;
    this.#form = form;
  }

  /** `Params.of({ transport: 'ws', lr: undefined })` */
  static of(entries: Readonly<Record<string, string | undefined>>): Params {
    let params = Params.empty;
    for (const [name, value] of Object.entries(entries)) params = params.with(name, value);
    return params;
  }

  /** The value, unquoted or unescaped; '' for a parameter without value, undefined for one that is absent. */
  get(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    return this.#form === 'uri' ? unescapeOctets(value) : unquote(value);
  }

  /** The value as written, with its quotes or escapes. */
  raw(name: string): string | undefined {
    const param = this.#find(name);
    return param === undefined ? undefined : (param.value ?? '');
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** How often the parameter is given: the grammar allows once. */
  count(name: string): number {
    return this.entries.filter((entry) => this.#is(entry, name)).length;
  }

  get size(): number {
    return this.entries.length;
  }

  /** Replaces the parameter in place or adds it at the end. No value, or an empty one, makes it a flag (`;lr`). */
  with(name: string, value?: string): Params {
    if (!all(name, TOKEN) && !all(name, PARAM)) throw new TypeError(`not a parameter name: ${JSON.stringify(name)}`);
    const write = this.#form === 'uri' ? escapeUriParam : quoteUnlessPlain;
    const made: Param = { name, value: value === undefined || value === '' ? undefined : write(value) };
    const index = this.entries.findIndex((entry) => this.#is(entry, name));
    const entries = index < 0 ? [...this.entries, made] : this.entries.map((entry, i) => (i === index ? made : entry));
    return new Params(entries, this.#form);
  }

  without(name: string): Params {
    const entries = this.entries.filter((entry) => !this.#is(entry, name));
    return entries.length === this.entries.length ? this : new Params(entries, this.#form);
  }

  /** The same parameters as those of a URI. */
  inUri(): Params {
    if (this.#form === 'uri') return this;
    let params = new Params([], 'uri');
    for (const { name } of this.entries) params = params.with(name, this.get(name));
    return params;
  }

  [Symbol.iterator](): Iterator<Param> {
    return this.entries[Symbol.iterator]();
  }

  toString(): string {
    let text = '';
    for (const { name, value } of this.entries) text += value === undefined ? `;${name}` : `;${name}=${value}`;
    return text;
  }

  #find(name: string): Param | undefined {
    for (const entry of this.entries) if (this.#is(entry, name)) return entry;
    return undefined;
  }

  #is(entry: Param, name: string): boolean {
    return sameName(this.#form === 'uri' ? unescapeOctets(entry.name) : entry.name, name);
  }
}

/** Names of parameters compare without regard to case (§7.3.1). */
export function sameName(a: string, b: string): boolean {
  return a.length === b.length && (a === b || a.toLowerCase() === b.toLowerCase());
}

/**
 * `*( SEMI generic-param )` from `from` to `to`, `generic-param = token [ EQUAL gen-value ]`,
 * white space allowed around ";" and "=". A value may be empty: its reader decides.
 */
export function parseParams(text: string, from: number, to: number = text.length): Result<Params, SyntaxFailure> {
  let at = skipSpace(text, from);
  if (at >= to) return ok(Params.empty);
  let entries: Param[] | undefined;
  while (at < to) {
    if (text.charCodeAt(at) !== SEMICOLON) return syntaxFailure(at, 'expected ";"');
    const start = skipSpace(text, at + 1);
    const end = skip(text, start, TOKEN);
    if (end === start) return syntaxFailure(start, 'expected a parameter name');
    const name = text.slice(start, end);
    at = skipSpace(text, end);
    let value: string | undefined;
    if (text.charCodeAt(at) === EQUAL) {
      const open = skipSpace(text, at + 1);
      const close = text.charCodeAt(open) === QUOTE ? skipQuoted(text, open, to) : skipValue(text, open, to);
      if (close < 0) return syntaxFailure(open, 'quoted string without end');
      value = text.slice(open, close);
      at = skipSpace(text, close);
    }
    // Most often there is one, and a list that grows takes room for many.
    if (entries === undefined) entries = [{ name, value }];
    else entries.push({ name, value });
  }
  return ok(new Params(entries ?? []));
}

/**
 * `uri-parameters = *( ";" pname [ "=" pvalue ] )` from `from`, at most to `to`: no white space, no quotes (§19.1.1). Gives where they
 * end, or below zero where a name is missing.
 */
export function readUriParams(text: string, from: number, to: number, entries: Param[]): number {
  let at = from;
  while (at < to && text.charCodeAt(at) === SEMICOLON) {
    const end = skip(text, at + 1, PARAM);
    if (end === at + 1) return -end;
    const name = text.slice(at + 1, end);
    at = end;
    let value: string | undefined;
    if (at < to && text.charCodeAt(at) === EQUAL) {
      // "=" inside a value is not in the grammar but harmless: it cannot begin anything else here.
      while (is(text.charCodeAt(at), PARAM) || text.charCodeAt(at) === EQUAL) at++;
      value = text.slice(end + 1, at);
    }
    entries.push({ name, value });
  }
  return at;
}

function skipValue(text: string, from: number, to: number): number {
  let i = from;
  while (i < to && !is(text.charCodeAt(i), STOP)) i++;
  return i;
}

/** A quoted string stays; what is not made of the characters of tokens and hosts becomes one. */
function quoteUnlessPlain(value: string): string {
  if (value.charCodeAt(0) === QUOTE && skipQuoted(value, 0) === value.length) return value;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (is(code, STOP) || (!is(code, TOKEN) && !is(code, PARAM))) return quote(value);
  }
  return value;
}

function escapeUriParam(value: string): string {
  let escaped = '';
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    escaped += code < 0x80 && code !== PERCENT && is(code, PARAM) ? value.charAt(i) : escapeOctet(code);
  }
  return escaped;
}

/** Those of a URI without any. */
export const noUriParams: Params = uriParams([]);

export function uriParams(entries: readonly Param[]): Params {
  return new Params(entries, 'uri');
}
