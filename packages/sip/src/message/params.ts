import { ok, type Result } from '../runtime/result.ts';
import {
  all,
  codeAt,
  EQUAL,
  HT,
  is,
  PARAM,
  PERCENT,
  QUOTE,
  SEMICOLON,
  SP,
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

type ParamsForm = 'header' | 'uri';

// What `headerParamsEnd` found of a tag or a branch, for the Params that are made next.
let keyLength = 0;
let keyCount = 0;
let keyFrom = 0;
let keyTo = 0;

/**
 * The `;name=value` parameters of a URI or a header value: immutable, order and case kept, names looked up without regard
 * to case (§7.3.1, §19.1.4). Of a parameter given twice the first counts. Texts go in and come out plain: in a header
 * the odd ones are quoted, in a URI they are %-escaped, in name and value (RFC 4475 §3.1.1.3).
 */
export class Params implements Iterable<Param> {
  static readonly empty: Params = new Params([]);

  readonly #form: ParamsForm;
  #entries: readonly Param[] | undefined;
  readonly #text: string;
  readonly #from: number;
  readonly #to: number;
  /** The parameter that everyone asks for, a tag or a branch: its length, how often it is given and where its value stands. */
  readonly #keyLength: number;
  readonly #keyCount: number;
  readonly #keyFrom: number;
  readonly #keyTo: number;

  constructor(entries: readonly Param[], form?: ParamsForm);
  /** What stands in `text` from `from` to `to`, where no fault was found: it is taken apart when asked for. */
  constructor(entries: undefined, form: ParamsForm, text: string, from: number, to: number);
  constructor(entries: readonly Param[] | undefined, form: ParamsForm = 'header', text = '', from = 0, to = 0) {
    this.#form = form;
    this.#entries = entries;
    this.#text = text;
    this.#from = from;
    this.#to = to;
    // What was found last belongs to the text that was gone over last.
    this.#keyLength = entries === undefined ? keyLength : 0;
    this.#keyCount = keyCount;
    this.#keyFrom = keyFrom;
    this.#keyTo = keyTo;
    keyLength = 0;
  }

  /** `Params.of({ transport: 'ws', lr: undefined })` */
  static of(entries: Readonly<Record<string, string | undefined>>): Params {
    let params = Params.empty;
    for (const [name, value] of Object.entries(entries)) params = params.with(name, value);
    return params;
  }

  get entries(): readonly Param[] {
    if (this.#entries === undefined) {
      const entries: Param[] = [];
      for (let at = this.#from; at < this.#to; ) {
        at = step(this.#text, at, this.#to, this.#form);
        entries.push({ name: this.#text.slice(nameFrom, nameTo), value: steppedValue(this.#text) });
      }
      this.#entries = entries;
    }
    return this.#entries;
  }

  /** The value, unquoted or unescaped; '' for a parameter without value, undefined for one that is absent. */
  get(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    return this.#form === 'uri' ? unescapeOctets(value) : unquote(value);
  }

  /** The value as written, with its quotes or escapes. */
  raw(name: string): string | undefined {
    if (this.#keyLength === name.length && isKey(name, 0, name.length))
      return this.#text.slice(this.#keyFrom, this.#keyTo);
    if (this.#entries !== undefined) {
      for (const entry of this.#entries) if (this.#is(entry.name, name)) return entry.value ?? '';
      return undefined;
    }
    for (let at = this.#from; at < this.#to; ) {
      at = step(this.#text, at, this.#to, this.#form);
      if (this.#isStepped(name)) return steppedValue(this.#text) ?? '';
    }
    return undefined;
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  /** How often the parameter is given: the grammar allows once. */
  count(name: string): number {
    if (this.#keyLength === name.length && isKey(name, 0, name.length)) return this.#keyCount;
    return this.entries.filter((entry) => this.#is(entry.name, name)).length;
  }

  get size(): number {
    return this.entries.length;
  }

  /** Replaces the parameter in place or adds it at the end. No value, or an empty one, makes it a flag (`;lr`). */
  with(name: string, value?: string): Params {
    if (!all(name, TOKEN) && !all(name, PARAM)) throw new TypeError(`not a parameter name: ${JSON.stringify(name)}`);
    const write = this.#form === 'uri' ? escapeUriParam : quoteUnlessPlain;
    const made: Param = { name, value: value === undefined || value === '' ? undefined : write(value) };
    const index = this.entries.findIndex((entry) => this.#is(entry.name, name));
    return new Params(index < 0 ? [...this.entries, made] : this.entries.with(index, made), this.#form);
  }

  without(name: string): Params {
    const entries = this.entries.filter((entry) => !this.#is(entry.name, name));
    return entries.length === this.entries.length ? this : new Params(entries, this.#form);
  }

  /** The same parameters as those of a URI. */
  inUri(): Params {
    if (this.#form === 'uri') return this;
    let params = noUriParams;
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

  #is(each: string, name: string): boolean {
    const plain = this.#form === 'uri' ? unescapeOctets(each) : each;
    return plain.length === name.length && (plain === name || plain.toLowerCase() === name.toLowerCase());
  }

  #isStepped(name: string): boolean {
    const sameLength = nameTo - nameFrom === name.length;
    if (sameLength && this.#text.startsWith(name, nameFrom)) return true;
    return (sameLength || this.#form === 'uri') && this.#is(this.#text.slice(nameFrom, nameTo), name);
  }
}

/** Those of a URI without any. */
export const noUriParams: Params = new Params([], 'uri');

// Where the parameter stands that was stepped over last. One for all, so that looking for a parameter allocates nothing.
let nameFrom = 0;
let nameTo = 0;
/** 0: it has none. */
let valueFrom = 0;
let valueTo = 0;

function steppedValue(text: string): string | undefined {
  return valueFrom === 0 ? undefined : text.slice(valueFrom, valueTo);
}

/** Steps over the sound parameter whose ";" stands at `at`: where what follows begins. */
function step(text: string, at: number, to: number, form: ParamsForm): number {
  valueFrom = 0;
  nameFrom = skipSpace(text, at + 1);
  nameTo = skip(text, nameFrom, form === 'uri' ? PARAM : TOKEN);
  const equal = skipSpace(text, nameTo);
  if (equal >= to || codeAt(text, equal) !== EQUAL) return equal;
  valueFrom = valueTo = skipSpace(text, equal + 1);
  if (codeAt(text, valueFrom) === QUOTE) valueTo = skipQuoted(text, valueFrom, to);
  // Exactly as far as was found sound: what is a value there must not become two parameters here.
  else
    while (valueTo < to && codeAt(text, valueTo) !== SEMICOLON && (form === 'uri' || !is(codeAt(text, valueTo), STOP)))
      valueTo++;
  return skipSpace(text, valueTo);
}

/** Whether it is "tag" or "branch", in whatever case. */
function isKey(text: string, from: number, length: number): boolean {
  const key = length === 3 ? TAG : length === 6 ? BRANCH : NONE;
  for (let i = 0; i < key.length; i++) if ((codeAt(text, from + i) | 0x20) !== key[i]) return false;
  return key !== NONE;
}

const TAG = [0x74, 0x61, 0x67];
const BRANCH = [0x62, 0x72, 0x61, 0x6e, 0x63, 0x68];
const NONE: number[] = [];

/**
 * Where the parameters of a header value end that begin at `from`: at what is no ";", at the latest at `to`; -1 less the place of a
 * fault. `*( SEMI generic-param )`, `generic-param = token [ EQUAL gen-value ]`, white space allowed around ";" and "="
 * (§25.1). A value may be empty: its reader decides. One pass, for every message comes by here several times.
 */
export function headerParamsEnd(text: string, from: number, to: number): number {
  keyLength = keyCount = 0;
  let at = skipSpace(text, from);
  while (at < to && codeAt(text, at) === SEMICOLON) {
    let code = codeAt(text, ++at);
    while (code === SP || code === HT) code = codeAt(text, ++at);
    const name = at;
    while (is(code, TOKEN)) code = codeAt(text, ++at);
    const length = at - name;
    if (length === 0) return -1 - at;
    while (code === SP || code === HT) code = codeAt(text, ++at);
    let value = at;
    if (code === EQUAL && at < to) {
      code = codeAt(text, ++at);
      while (code === SP || code === HT) code = codeAt(text, ++at);
      value = at;
      if (code === QUOTE) {
        at = skipQuoted(text, at, to);
        if (at < 0) return -1 - value;
      } else {
        while (at < to && !is(code, STOP)) code = codeAt(text, ++at);
      }
    }
    if ((length === 3 || length === 6) && isKey(text, name, length) && (keyLength === 0 || keyLength === length)) {
      if (keyLength === 0) {
        keyLength = length;
        keyFrom = value;
        keyTo = at;
      }
      keyCount++;
    }
    at = skipSpace(text, at);
  }
  return at;
}

/** The same for `uri-parameters = *( ";" pname [ "=" pvalue ] )`: no white space, no quotes (§19.1.1). */
export function uriParamsEnd(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && codeAt(text, at) === SEMICOLON) {
    const name = ++at;
    let code = codeAt(text, at);
    while (is(code, PARAM)) code = codeAt(text, ++at);
    if (at === name) return -1 - at;
    if (at >= to) break;
    // "=" inside a value is not in the grammar but harmless: it cannot begin anything else here.
    if (code === EQUAL) while (is(code, PARAM) || code === EQUAL) code = codeAt(text, ++at);
  }
  return at;
}

/** The parameters of a header value, up to `to`. */
export function parseParams(text: string, from: number, to: number = text.length): Result<Params, SyntaxFailure> {
  const end = headerParamsEnd(text, from, to);
  return end < to ? syntaxFailure(end < 0 ? -1 - end : end, 'malformed parameter') : ok(headerParams(text, from, to));
}

/** Those that `headerParamsEnd` has just been over. */
export function headerParams(text: string, from: number, to: number): Params {
  const at = skipSpace(text, from);
  return at < to ? new Params(undefined, 'header', text, at, to) : Params.empty;
}

/** A quoted string stays; what is not made of the characters of tokens and hosts becomes one. */
function quoteUnlessPlain(value: string): string {
  if (codeAt(value, 0) === QUOTE && skipQuoted(value, 0) === value.length) return value;
  for (let i = 0; i < value.length; i++) {
    const code = codeAt(value, i);
    if (is(code, STOP) || (!is(code, TOKEN) && !is(code, PARAM))) return quote(value);
  }
  return value;
}

function escapeUriParam(value: string): string {
  let escaped = '';
  for (let i = 0; i < value.length; i++) {
    const code = codeAt(value, i);
    escaped += code < 0x80 && code !== PERCENT && is(code, PARAM) ? value.charAt(i) : escapeOctet(code);
  }
  return escaped;
}
