import { all, DIGIT, parseInteger, skip, skipSpace, TOKEN } from './characters.ts';
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
  const end = skip(text, 0, DIGIT);
  const number = parseInteger(text.slice(0, end), MAX_CSEQ);
  const method = text.slice(skipSpace(text, end));
  if (number === undefined || method.length === text.length - end || !all(method, TOKEN)) return undefined;
  return { number, method };
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
  return headers.read(parsedCSeq) ?? { number: 0, method: '' };
}

export function parsedCSeq(headers: Headers): CSeq | undefined {
  return parseCSeq(headers.get('cseq') ?? '');
}

export function readRAck(headers: Headers): RAck | undefined {
  const value = headers.get('rack');
  return value === undefined ? undefined : parseRAck(value);
}
