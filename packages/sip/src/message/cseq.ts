import { all, DIGIT, integerIn, parseInteger, skip, skipSpace, TOKEN } from './characters.ts';
import type { HeaderField } from './header-field.ts';
import type { Headers } from './headers.ts';

/** The CSeq of a message (§20.16). */
export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** Below 2**31 (§8.1.1.5). */
export const MAX_CSEQ: number = 0x7fffffff;

/** `CSeq = 1*DIGIT LWS Method` */
export function parseCSeq(text: string, from = 0, to: number = text.length): CSeq | undefined {
  const end = skip(text, from, DIGIT);
  const number = integerIn(text, from, end, MAX_CSEQ);
  const start = skipSpace(text, end);
  const method = text.slice(start, to);
  return number === undefined || start === end || !all(method, TOKEN) ? undefined : { number, method };
}

/** RAck: the RSeq and the CSeq of the response that is acknowledged (RFC 3262 §7.2). */
export interface RAck {
  readonly rseq: number;
  readonly cseq: CSeq;
}

export function parseRAck(text: string): RAck | undefined {
  const end = skip(text, 0, DIGIT);
  const rseq = parseInteger(text.slice(0, end), MAX_CSEQ);
  const rest = skipSpace(text, end);
  const cseq = parseCSeq(text.slice(rest));
  return rseq === undefined || rest === end || cseq === undefined ? undefined : { rseq, cseq };
}

export function readCSeq(headers: Headers): CSeq {
  return headers.field('cseq')?.read(cseqOf) ?? { number: 0, method: '' };
}

export function cseqOf({ text, from, to }: HeaderField): CSeq | undefined {
  return parseCSeq(text, from, to);
}

export function readRAck(headers: Headers): RAck | undefined {
  const value = headers.get('rack');
  return value === undefined ? undefined : parseRAck(value);
}
