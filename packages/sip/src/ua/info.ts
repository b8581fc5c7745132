import type { SipRequest } from '../message/index.ts';
import { utf8Decode } from '../runtime/index.ts';

export interface Dtmf {
  readonly digit: string;
  /** Milliseconds. */
  readonly duration: number;
}

/** Body types of INFO that we understand. */
export const infoTypes = 'application/dtmf-relay, application/dtmf';

/** Body of `application/dtmf-relay`. Throws on what is no DTMF digit. */
export function dtmfRelay(digit: string, duration: number): string {
  if (!isDigit(digit)) throw new RangeError(`not a DTMF digit: ${digit}`);
  return `Signal=${digit.toUpperCase()}\r\nDuration=${Math.round(duration)}\r\n`;
}

/**
 * The digit of an INFO; undefined when the body is no DTMF. Peers disagree on the details, so lines come in any order, end in LF or CRLF, may
 * have blanks around `=`, and star and pound may be numbers (RFC 2833 §3.10).
 */
export function readDtmf(info: SipRequest): Dtmf | undefined {
  const type = info.contentType;
  const text = utf8Decode(info.body);
  if (type === undefined) return undefined;
  if (type.essence === 'application/dtmf') return dtmf(text.trim(), undefined);
  if (type.essence !== 'application/dtmf-relay') return undefined;
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const equals = line.search(/[=:]/);
    if (equals > 0) fields.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
  }
  return dtmf(fields.get('signal') ?? '', fields.get('duration'));
}

function dtmf(signal: string, duration: string | undefined): Dtmf | undefined {
  const digit = numbered[signal] ?? signal.toUpperCase();
  if (!isDigit(digit)) return undefined;
  const length = Number.parseInt(duration ?? '', 10);
  return { digit, duration: Number.isFinite(length) && length > 0 ? Math.min(length, longest) : usual };
}

function isDigit(text: string): boolean {
  return /^[0-9*#A-D]$/i.test(text);
}

const numbered: Readonly<Record<string, string>> = { 10: '*', 11: '#', 12: 'A', 13: 'B', 14: 'C', 15: 'D' };
const usual = 160;
const longest = 5000;
