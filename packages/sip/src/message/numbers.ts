import { all, DIGIT, octetsOf, parseInteger, skip, skipSpace } from './characters.ts';
import { numberOf } from './header-field.ts';
import type { Headers } from './headers.ts';
import { type Params, parseParams } from './params.ts';

/** `delta-seconds = 1*DIGIT`, up to 2**32-1 (§20.19). */
export function parseSeconds(text: string): number | undefined {
  return parseInteger(text, 0xffffffff);
}

/** `Retry-After = delta-seconds [ comment ] *( SEMI retry-param )` (§20.33) */
export function parseRetryAfter(text: string): number | undefined {
  const octets = octetsOf(text);
  const end = skip(octets, 0, DIGIT);
  const next = text.charAt(skipSpace(octets, end));
  return next === '' || next === '(' || next === ';' ? parseSeconds(text.slice(0, end)) : undefined;
}

/** A number of seconds with parameters: Session-Expires, Min-SE (RFC 4028 §4, §5). */
export interface Interval {
  readonly seconds: number;
  readonly params: Params;
}

export function parseInterval(text: string): Interval | undefined {
  const end = skip(octetsOf(text), 0, DIGIT);
  const seconds = parseSeconds(text.slice(0, end));
  const params = parseParams(text, end);
  return seconds === undefined || !params.ok ? undefined : { seconds, params: params.value };
}

/** `qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )` */
export function parseQ(text: string): number | undefined {
  const [whole = '', fraction = '', ...more] = text.split('.');
  if (more.length > 0 || (whole !== '0' && whole !== '1') || fraction.length > 3) return undefined;
  if (fraction !== '' && !all(fraction, DIGIT)) return undefined;
  const value = Number(text);
  return value <= 1 ? value : undefined;
}

/** `Timestamp = 1*DIGIT [ "." *DIGIT ] [ LWS delay ]` */
export function isTimestamp(text: string): boolean {
  return /^\d+(\.\d*)?([ \t]+\d*(\.\d*)?)?$/.test(text);
}

export const readMaxForwards: (headers: Headers) => number | undefined = number('max-forwards');
export const readExpires: (headers: Headers) => number | undefined = number('expires');
export const readMinExpires: (headers: Headers) => number | undefined = number('min-expires');
export const readRSeq: (headers: Headers) => number | undefined = number('rseq');
export const readContentLength: (headers: Headers) => number | undefined = number(
  'content-length',
  Number.MAX_SAFE_INTEGER,
);

export function readRetryAfter(headers: Headers): number | undefined {
  return parseRetryAfter(headers.get('retry-after') ?? '');
}

export function readSessionExpires(headers: Headers): Interval | undefined {
  return parseInterval(headers.get('session-expires') ?? '');
}

export function readMinSE(headers: Headers): Interval | undefined {
  return parseInterval(headers.get('min-se') ?? '');
}

function number(key: string, max = 0xffffffff): (headers: Headers) => number | undefined {
  return (headers) => {
    const field = headers.field(key);
    return field === undefined ? undefined : numberOf(field, max);
  };
}
