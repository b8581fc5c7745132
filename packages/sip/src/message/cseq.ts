import { DIGIT, integerIn, octetsOf, skip, skipSpace, TOKEN } from './characters.ts';
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
export function parseCSeq(text: string): CSeq | undefined {
  return cseqIn(text, octetsOf(text), 0, text.length);
}

function cseqIn(text: string, octets: Uint8Array, from: number, to: number): CSeq | undefined {
  const end = skip(octets, from, DIGIT);
  const number = integerIn(octets, from, end, MAX_CSEQ);
  const start = skipSpace(octets, end);
  if (number === undefined || start === end || start >= to || skip(octets, start, TOKEN) < to) return undefined;
  return { number, method: text.slice(start, to) };
}

/** RAck: the RSeq and the CSeq of the response that is acknowledged (RFC 3262 §7.2). */
export interface RAck {
  readonly rseq: number;
  readonly cseq: CSeq;
}

export function parseRAck(text: string): RAck | undefined {
  const octets = octetsOf(text);
  const end = skip(octets, 0, DIGIT);
  const rseq = integerIn(octets, 0, end, MAX_CSEQ);
  const rest = skipSpace(octets, end);
  const cseq = cseqIn(text, octets, rest, text.length);
  return rseq === undefined || rest === end || cseq === undefined ? undefined : { rseq, cseq };
}

export function readCSeq(headers: Headers): CSeq {
  return headers.field('cseq')?.read(cseqOf) ?? { number: 0, method: '' };
}

export function cseqOf({ text, octets, from, to }: HeaderField): CSeq | undefined {
  return cseqIn(text, octets, from, to);
}

export function readRAck(headers: Headers): RAck | undefined {
  const value = headers.get('rack');
  return value === undefined ? undefined : parseRAck(value);
}
