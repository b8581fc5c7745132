import { ok, type Result } from '../runtime/result.ts';
import {
  all,
  EQUAL,
  HT,
  is,
  octetsOf,
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
import { encodeText, quote, unquote } from './text.ts';

/** One parameter of a header value or URI. */
export interface Param {
  /** As written. */
  readonly name: string;
  /** As written, quotes and escapes included; undefined for a parameter without "=". */
  readonly value: string | undefined;
}

type ParamsForm = 'header' | 'uri';

/** What `headerParamsEnd` was told to look out for: the one parameter that everyone asks for. */
export const TAG: Uint8Array = octetsOf('tag');
export const BRANCH: Uint8Array = octetsOf('branch');

/** Where `headerParamsEnd` last found the value of that parameter, or -1, and how often it was given. */
export let keyFrom = -1;
export let keyTo = -1;
export let keyCount = 0;

const NO_OCTETS = new Uint8Array(0);

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
  readonly #octets: Uint8Array;
  readonly #from: number;
  readonly #to: number;

  constructor(entries: readonly Param[], form?: ParamsForm);
  /** What stands in `text` from `from` to `to`, where no fault was found: it is taken apart when asked for. */
  constructor(entries: undefined, form: ParamsForm, text: string, octets: Uint8Array, from: number, to: number);
  constructor(
    entries: readonly Param[] | undefined,
    form: ParamsForm = 'header',
    text = '',
    octets: Uint8Array = NO_OCTETS,
    from = 0,
    to = 0,
  ) {
    this.#form = form;
    this.#entries = entries;
    this.#text = text;
    this.#octets = octets;
    this.#from = from;
    this.#to = to;
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
        at = step(this.#octets, at, this.#to, this.#form);
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
    if (this.#entries !== undefined) {
      for (const entry of this.#entries) if (this.#is(entry.name, name)) return entry.value ?? '';
      return undefined;
    }
    for (let at = this.#from; at < this.#to; ) {
      at = step(this.#octets, at, this.#to, this.#form);
      if (this.#isStepped(name)) return steppedValue(this.#text) ?? '';
    }
    return undefined;
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  /** How often the parameter is given: the grammar allows once. */
  count(name: string): number {
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
function step(octets: Uint8Array, at: number, to: number, form: ParamsForm): number {
  valueFrom = 0;
  if (form === 'uri') {
    nameFrom = at + 1;
    nameTo = skip(octets, nameFrom, PARAM);
    if (nameTo >= to || octets[nameTo] !== EQUAL) return nameTo;
    valueFrom = valueTo = nameTo + 1;
    while (valueTo < to && octets[valueTo] !== SEMICOLON) valueTo++;
    return valueTo;
  }
  nameFrom = skipSpace(octets, at + 1);
  nameTo = skip(octets, nameFrom, TOKEN);
  const equal = skipSpace(octets, nameTo);
  if (equal >= to || octets[equal] !== EQUAL) return equal;
  valueFrom = valueTo = skipSpace(octets, equal + 1);
  if (octets[valueFrom] === QUOTE) valueTo = skipQuoted(octets, valueFrom, to);
  // Exactly as far as was found sound: what is a value there must not become two parameters here.
  else while (valueTo < to && !is(octets[valueTo] as number, STOP)) valueTo++;
  return skipSpace(octets, valueTo);
}

/** Whether the letters of `key` stand at `from`, in whatever case. */
function isKey(key: Uint8Array, octets: Uint8Array, from: number): boolean {
  for (let i = 0; i < key.length - 1; i++) if (((octets[from + i] as number) | 0x20) !== key[i]) return false;
  return true;
}

/**
 * Where the parameters of a header value end that begin at `from`: at what is no ";", at the latest at `to`; -1 less the place of a
 * fault. `*( SEMI generic-param )`, `generic-param = token [ EQUAL gen-value ]`, white space allowed around ";" and "="
 * (§25.1). A value may be empty: its reader decides. One pass, for every message comes by here several times.
 */
export function headerParamsEnd(octets: Uint8Array, from: number, to: number, key: Uint8Array = TAG): number {
  keyFrom = keyTo = -1;
  keyCount = 0;
  let at = from;
  let octet = octets[at] as number;
  while (octet === SP || octet === HT) octet = octets[++at] as number;
  while (at < to && octet === SEMICOLON) {
    octet = octets[++at] as number;
    while (octet === SP || octet === HT) octet = octets[++at] as number;
    const name = at;
    while (is(octet, TOKEN)) octet = octets[++at] as number;
    const length = at - name;
    if (length === 0) return -1 - at;
    while (octet === SP || octet === HT) octet = octets[++at] as number;
    let value = at;
    if (octet === EQUAL && at < to) {
      octet = octets[++at] as number;
      while (octet === SP || octet === HT) octet = octets[++at] as number;
      value = at;
      if (octet === QUOTE) {
        at = skipQuoted(octets, at, to);
        if (at < 0) return -1 - value;
        octet = octets[at] as number;
      } else {
        while (at < to && !is(octet, STOP)) octet = octets[++at] as number;
      }
    }
    if (length === key.length - 1 && isKey(key, octets, name)) {
      if (keyCount === 0) {
        keyFrom = value;
        keyTo = at;
      }
      keyCount++;
    }
    while (octet === SP || octet === HT) octet = octets[++at] as number;
  }
  return at;
}

/** The same for `uri-parameters = *( ";" pname [ "=" pvalue ] )`: no white space, no quotes (§19.1.1). */
export function uriParamsEnd(octets: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && octets[at] === SEMICOLON) {
    const name = ++at;
    let octet = octets[at] as number;
    while (is(octet, PARAM)) octet = octets[++at] as number;
    if (at === name) return -1 - at;
    if (at >= to) break;
    // "=" inside a value is not in the grammar but harmless: it cannot begin anything else here.
    if (octet === EQUAL) while (is(octet, PARAM) || octet === EQUAL) octet = octets[++at] as number;
  }
  return at;
}

/** The parameters of a header value, up to `to`. */
export function parseParams(text: string, from: number, to: number = text.length): Result<Params, SyntaxFailure> {
  const octets = octetsOf(text);
  const end = headerParamsEnd(octets, from, to);
  if (end < to) return syntaxFailure(end < 0 ? -1 - end : end, 'malformed parameter');
  return ok(headerParams(text, octets, from, to));
}

/** Those that `headerParamsEnd` has just been over. */
export function headerParams(text: string, octets: Uint8Array, from: number, to: number): Params {
  const at = skipSpace(octets, from);
  return at < to ? new Params(undefined, 'header', text, octets, at, to) : Params.empty;
}

/** A quoted string stays; what is not made of the characters of tokens and hosts becomes one. */
function quoteUnlessPlain(value: string): string {
  const octets = octetsOf(value);
  if (octets[0] === QUOTE && skipQuoted(octets, 0, value.length) === value.length) return value;
  for (let i = 0; i < value.length; i++) {
    const octet = octets[i] as number;
    if (is(octet, STOP) || !is(octet, TOKEN | PARAM)) return quote(value);
  }
  return value;
}

function escapeUriParam(value: string): string {
  const octets = octetsOf(/[^\0-\xff]/.test(value) ? encodeText(value) : value);
  let escaped = '';
  for (let i = 0; i < octets.length - 1; i++) {
    const code = octets[i] as number;
    escaped += code < 0x80 && code !== PERCENT && is(code, PARAM) ? String.fromCharCode(code) : escapeOctet(code);
  }
  return escaped;
}
