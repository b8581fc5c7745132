import { splitHead } from '../message/head.ts';
import { defaultParseLimits, Headers } from '../message/index.ts';
import { latin1Decode, latin1Encode, utf8Decode, utf8Encode } from '../runtime/index.ts';

/** A message with its metadata, as a gateway or a conference hands it on unchanged (RFC 3862). Its media type is `message/cpim`. */
export interface Cpim {
  /** In order, NS included. */
  readonly headers: readonly CpimHeader[];
  /** Of the content: Content-Type, Content-Disposition … */
  readonly content: Headers;
  readonly body: Uint8Array;
}

/** One header line of a CPIM message (RFC 3862 §2.3). */
export interface CpimHeader {
  /** As written, with its prefix; compared with regard to case. */
  readonly name: string;
  /** As written: `cpimText` resolves its escapes. */
  readonly value: string;
  /** `;lang=fr`, as written. */
  readonly params?: string;
}

/** Undefined when a line of the metadata is no header, or the content is missing. Never throws. */
export function parseCpim(octets: Uint8Array): Cpim | undefined {
  // Either head may be empty: then the text begins with the empty line.
  const text = `\n${latin1Decode(octets)}`;
  const first = emptyLine(text, 0);
  const headers: CpimHeader[] = [];
  if (!first) return undefined;
  for (const line of utf8Decode(latin1Encode(text.slice(1, first.at + 1))).split(/\r?\n/)) {
    if (line === '') continue;
    const [name, params, value] = split(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    headers.push({ name, value, ...(params && { params }) });
  }
  const second = emptyLine(text, first.end - 1) ?? { at: text.length, end: text.length };
  const { fields } = splitHead(`\r\n${text.slice(first.end, second.at + 1)}`, defaultParseLimits);
  return { headers, content: new Headers(fields), body: octets.slice(second.end - 1) };
}

/** Throws TypeError when a header is none: its value must not hold control characters, see `cpimEscape`. */
export function printCpim({
  headers,
  content,
  body,
}: Omit<Cpim, 'body'> & { readonly body: Uint8Array | string }): Uint8Array {
  const lines = headers.map(({ name, value, params = '' }) => {
    const line = `${name}:${params} ${value}`;
    if (!split(line)) throw new TypeError(`not a CPIM header: ${JSON.stringify(line)}`);
    return `${line}\r\n`;
  });
  const head = utf8Encode(`${lines.join('')}\r\n`);
  const mime = latin1Encode(`${content.fields.map(({ name, value }) => `${name}: ${value}\r\n`).join('')}\r\n`);
  const last = typeof body === 'string' ? utf8Encode(body) : body;
  const octets = new Uint8Array(head.length + mime.length + last.length);
  octets.set(head);
  octets.set(mime, head.length);
  octets.set(last, head.length + mime.length);
  return octets;
}

/**
 * The values of a header, by its name without prefix and the URI of its namespace (RFC 3862 §3.4). The prefix is the sender's choice: an NS
 * header before it says what it stands for.
 */
export function cpimValues(
  { headers }: Pick<Cpim, 'headers'>,
  name: string,
  namespace: string = CPIM,
): readonly string[] {
  const prefixes = new Map([['', CPIM]]);
  const found: string[] = [];
  for (const header of headers) {
    const dot = header.name.indexOf('.');
    if (header.name === 'NS') {
      const [, prefix = '', uri = ''] = /^(?:([^\s<>]+) *)?<([^<>]*)>$/.exec(header.value) ?? [];
      prefixes.set(prefix, uri);
    } else if (
      header.name.slice(dot + 1) === name &&
      prefixes.get(header.name.slice(0, Math.max(dot, 0))) === namespace
    )
      found.push(header.value);
  }
  return found;
}

/** `[ Formal-name ] "<" URI ">"`: From, To, cc. */
export function parseCpimAddress(value: string): { readonly name: string; readonly uri: string } | undefined {
  const [, name = '', uri] = /^([^<>]*|"(?:[^"\\]|\\.)*" *)<([^<>\s]+)>$/.exec(value) ?? [];
  return uri === undefined ? undefined : { name: cpimText(name.trim().replace(/^"(.*)"$/, '$1')), uri };
}

/** Throws TypeError when the URI could end the brackets around it. */
export function printCpimAddress(uri: string, name = ''): string {
  if (/[<>\s]/.test(uri)) throw new TypeError(`not a URI: ${JSON.stringify(uri)}`);
  return `${name && `"${cpimEscape(name).replaceAll('"', '\\"')}" `}<${uri}>`;
}

/** A value with its escapes resolved (RFC 3862 §2.3). */
export function cpimText(value: string): string {
  return value.replace(/\\(?:u([\da-f]{4})|(.?))/gis, (_, code: string | undefined, character: string) =>
    code ? String.fromCharCode(Number.parseInt(code, 16)) : (letters[character] ?? character),
  );
}

/** Text as a value: backslash and control characters escaped (RFC 3862 §2.3.1). */
export function cpimEscape(text: string): string {
  return text.replace(ESCAPED, (character) => {
    const letter = Object.keys(letters).find((each) => letters[each] === character);
    return `\\${letter ?? `u${character.charCodeAt(0).toString(16).padStart(4, '0')}`}`;
  });
}

const CPIM = 'urn:ietf:params:cpim-headers:';
const letters: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', r: '\r', '\\': '\\' };
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about.
const ESCAPED = /[\0-\x1f\x7f\\]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same.
const CONTROL = /[\0-\x1f\x7f]/;
/** `Header-name ":" *( ";" Parameter ) SP Header-value`; the space is often left out. */
const HEADER = /^([\w!#-'*+^`|~.-]+):((?:;[\w!#-'*+^`|~-]+=(?:"(?:[^"\\]|\\.)*"|[^\s;"]+))*) ?(.*)$/s;

function split(line: string): readonly [name: string, params: string, value: string] | undefined {
  const [, name, params = '', value = ''] = (line.search(CONTROL) < 0 && HEADER.exec(line)) || [];
  return name === undefined ? undefined : [name, params, value];
}

function emptyLine(text: string, from: number): { readonly at: number; readonly end: number } | undefined {
  EMPTY.lastIndex = from;
  const match = EMPTY.exec(text);
  return match ? { at: match.index, end: EMPTY.lastIndex } : undefined;
}

const EMPTY = /\n\r?\n/g;
