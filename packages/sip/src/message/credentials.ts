import { COMMA, EQUAL, is, octetsOf, QUOTE, STOP, skip, skipQuoted, skipSpace, TOKEN } from './characters.ts';
import type { Headers } from './headers.ts';
import { unquote } from './text.ts';

/** `auth-scheme LWS auth-param *( COMMA auth-param )`: what challenges and credentials have in common (§25.1). */
export class AuthValue {
  /** As written; compares without regard to case. */
  readonly scheme: string;
  readonly params: readonly (readonly [name: string, value: string])[];

  constructor(scheme: string, params: readonly (readonly [name: string, value: string])[]) {
    this.scheme = scheme;
    this.params = params;
  }

  get isDigest(): boolean {
    return this.scheme.toLowerCase() === 'digest';
  }

  /** The value unquoted, as octets; names compare without regard to case. */
  get(name: string): string | undefined {
    const value = this.raw(name);
    return value === undefined ? undefined : unquote(value);
  }

  /** The value as written. */
  raw(name: string): string | undefined {
    const key = name.toLowerCase();
    return this.params.find(([each]) => each.toLowerCase() === key)?.[1];
  }

  toString(): string {
    return `${this.scheme} ${this.params.map(([name, value]) => `${name}=${value}`).join(', ')}`;
  }
}

/** A value of WWW-Authenticate or Proxy-Authenticate (§20.44). */
export type Challenge = AuthValue;

/** A value of Authorization or Proxy-Authorization (§20.7). */
export type Credentials = AuthValue;

/** Parameters of a scheme that is not made of parameters (`Basic dXNlcg==`) are left out: the scheme still reads. */
export function parseAuthValue(text: string): AuthValue | undefined {
  const octets = octetsOf(text);
  const end = skip(octets, 0, TOKEN);
  let at = skipSpace(octets, end);
  if (end === 0 || (at === end && at < text.length)) return undefined;
  const scheme = text.slice(0, end);
  const params: (readonly [string, string])[] = [];
  const strict = scheme.toLowerCase() === 'digest';
  while (at < text.length) {
    const nameEnd = skip(octets, at, TOKEN);
    const equal = skipSpace(octets, nameEnd);
    if (nameEnd === at || octets[equal] !== EQUAL) return strict ? undefined : new AuthValue(scheme, []);
    const open = skipSpace(octets, equal + 1);
    let close = open;
    if (octets[open] === QUOTE) close = skipQuoted(octets, open, text.length);
    else while (close < text.length && (!is(octets[close] as number, STOP) || octets[close] === EQUAL)) close++;
    if (close < 0 || close === open) return strict ? undefined : new AuthValue(scheme, []);
    params.push([text.slice(at, nameEnd), text.slice(open, close)]);
    at = skipSpace(octets, close);
    if (at >= text.length) break;
    if (octets[at] !== COMMA) return strict ? undefined : new AuthValue(scheme, []);
    at = skipSpace(octets, at + 1);
  }
  return new AuthValue(scheme, params);
}

/** One value per header line: these headers are never split at commas (§7.3.1). */
export const readAuthenticate: (headers: Headers) => readonly Challenge[] = values('www-authenticate');
export const readProxyAuthenticate: (headers: Headers) => readonly Challenge[] = values('proxy-authenticate');
export const readAuthorization: (headers: Headers) => readonly Credentials[] = values('authorization');
export const readProxyAuthorization: (headers: Headers) => readonly Credentials[] = values('proxy-authorization');

function values(key: string): (headers: Headers) => readonly AuthValue[] {
  return (headers) => headers.all(key).flatMap((value) => parseAuthValue(value) ?? []);
}
