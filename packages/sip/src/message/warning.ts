import { all, DIGIT, octetsOf, QUOTE, skipQuoted, skipSpace } from './characters.ts';
import type { Headers } from './headers.ts';
import { unquote } from './text.ts';

/** `Warning = warn-code SP warn-agent SP warn-text` (§20.43). */
export interface Warning {
  readonly code: number;
  readonly agent: string;
  /** Octets, unquoted. */
  readonly text: string;
}

export function parseWarning(value: string): Warning | undefined {
  const code = value.slice(0, 3);
  if (!all(code, DIGIT) || code.length !== 3 || value.charAt(3) !== ' ') return undefined;
  const octets = octetsOf(value);
  const agentStart = skipSpace(octets, 3);
  const space = value.indexOf(' ', agentStart);
  if (space < 0) return undefined;
  const open = skipSpace(octets, space);
  if (octets[open] !== QUOTE || skipQuoted(octets, open, value.length) !== value.length) return undefined;
  return { code: Number(code), agent: value.slice(agentStart, space), text: unquote(value.slice(open)) };
}

export function readWarnings(headers: Headers): readonly Warning[] {
  return headers.list('warning').flatMap((value) => parseWarning(value) ?? []);
}

const DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;

/** `Date` as milliseconds of the epoch; only GMT is a SIP date (§20.17), anything else reads as absent. */
export function readDate(headers: Headers): number | undefined {
  const value = headers.get('date');
  const time = value !== undefined && DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
