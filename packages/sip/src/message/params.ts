import { ok, type Result } from '../runtime/result.ts';
import { all, EQUAL, is, PARAM, QUOTE, SEMICOLON, STOP, skip, skipQuoted, skipSpace, TOKEN } from './characters.ts';
import { type SyntaxFailure, syntaxFailure } from './failure.ts';
import { quote, unquote } from './text.ts';

export interface Param {
  /** As written. */
  readonly name: string;
  /** As written, quotes and escapes included; undefined for a parameter without "=". */
  readonly value: string | undefined;
}

/**
 * The `;name=value` parameters of a URI or a header value: immutable, order and case kept, names looked up
 * without regard to case (§7.3.1, §19.1.4). Of a parameter given twice the first counts.
 */
export class Params implements Iterable<Param> {
  static readonly empty: Params = new Params([]);

  readonly entries: readonly Param[];

  constructor(entries: readonly Param[]) {
    this.entries = entries;
  }

  /** `Params.of({ transport: 'ws', lr: undefined })` */
  static of(entries: Readonly<Record<string, string | undefined>>): Params {
    let params = Params.empty;
    for (const [name, value] of Object.entries(entries)) params = params.with(name, value);
    return params;
  }

  /** The value, a quoted string unquoted; '' for a parameter without value, undefined for one that is absent. */
  get(name: string): string | undefined {
    const param = this.#find(name);
    return param === undefined ? undefined : unquote(param.value ?? '');
  }

  /** The value as written, with its quotes. */
  raw(name: string): string | undefined {
    const param = this.#find(name);
    return param === undefined ? undefined : (param.value ?? '');
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** How often the parameter is given: the grammar allows once. */
  count(name: string): number {
    const key = name.toLowerCase();
    return this.entries.filter((entry) => entry.name.toLowerCase() === key).length;
  }

  get size(): number {
    return this.entries.length;
  }

  /**
   * Replaces the parameter in place or adds it at the end. No value makes it a flag (`;lr`).
   * A value that is neither a token-like text nor already a quoted string is quoted.
   */
  with(name: string, value?: string): Params {
    if (!all(name, PARAM)) throw new TypeError(`not a parameter name: ${JSON.stringify(name)}`);
    const made: Param = { name, value: value === undefined || value === '' ? undefined : writable(value) };
    const key = name.toLowerCase();
    const index = this.entries.findIndex((entry) => entry.name.toLowerCase() === key);
    if (index < 0) return new Params([...this.entries, made]);
    return new Params(this.entries.map((entry, i) => (i === index ? made : entry)));
  }

  without(name: string): Params {
    const key = name.toLowerCase();
    const entries = this.entries.filter((entry) => entry.name.toLowerCase() !== key);
    return entries.length === this.entries.length ? this : new Params(entries);
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
    for (const entry of this.entries) {
      if (entry.name === name || (entry.name.length === name.length && entry.name.toLowerCase() === name.toLowerCase()))
        return entry;
    }
    return undefined;
  }
}

/**
 * `*( SEMI generic-param )` up to the end of the text, `generic-param = token [ EQUAL gen-value ]`,
 * white space allowed around ";" and "=". A value may be empty: its reader decides.
 */
export function parseParams(text: string, from: number): Result<Params, SyntaxFailure> {
  let at = skipSpace(text, from);
  if (at >= text.length) return ok(Params.empty);
  const entries: Param[] = [];
  while (at < text.length) {
    if (text.charCodeAt(at) !== SEMICOLON) return syntaxFailure(at, 'expected ";"');
    const start = skipSpace(text, at + 1);
    const end = skip(text, start, TOKEN);
    if (end === start) return syntaxFailure(start, 'expected a parameter name');
    const name = text.slice(start, end);
    at = skipSpace(text, end);
    if (text.charCodeAt(at) !== EQUAL) {
      entries.push({ name, value: undefined });
      continue;
    }
    const open = skipSpace(text, at + 1);
    const close = text.charCodeAt(open) === QUOTE ? skipQuoted(text, open) : skipValue(text, open);
    if (close < 0) return syntaxFailure(open, 'quoted string without end');
    entries.push({ name, value: text.slice(open, close) });
    at = skipSpace(text, close);
  }
  return ok(new Params(entries));
}

/** `uri-parameters = *( ";" pname [ "=" pvalue ] )` from `from` to `to`: no white space, no quotes (§19.1.1). */
export function parseUriParams(text: string, from: number, to: number): Result<Params, SyntaxFailure> {
  if (from >= to) return ok(Params.empty);
  const entries: Param[] = [];
  let at = from;
  while (at < to) {
    if (text.charCodeAt(at) !== SEMICOLON) return syntaxFailure(at, 'expected ";"');
    const end = skip(text, at + 1, PARAM);
    if (end === at + 1) return syntaxFailure(end, 'expected a parameter name');
    const name = text.slice(at + 1, end);
    at = end;
    if (text.charCodeAt(at) !== EQUAL || at >= to) {
      entries.push({ name, value: undefined });
      continue;
    }
    // "=" inside a value is not in the grammar but harmless: it cannot begin anything else here.
    let close = at + 1;
    while (close < to && (is(text.charCodeAt(close), PARAM) || text.charCodeAt(close) === EQUAL)) close++;
    entries.push({ name, value: text.slice(at + 1, close) });
    at = close;
  }
  return ok(new Params(entries));
}

function skipValue(text: string, from: number): number {
  let i = from;
  while (i < text.length && !is(text.charCodeAt(i), STOP)) i++;
  return i;
}

function writable(value: string): string {
  if (value.charCodeAt(0) === QUOTE && skipQuoted(value, 0) === value.length) return value;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (is(code, STOP) || (!is(code, TOKEN) && !is(code, PARAM))) return quote(value);
  }
  return value;
}
