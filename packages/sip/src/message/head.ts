import { COLON, HT, is, octetsOf, SP, skipSpace, TOKEN } from './characters.ts';
import { HeaderField, plainField, unfold } from './header-field.ts';
import { knownName } from './header-names.ts';
import type { ParseLimits } from './limits.ts';
import { trimmed } from './text.ts';

/** What is wrong with a message: `status` is the answer to a request that has it. */
export interface Problem {
  readonly code: string;
  /** From the start of the head, or of the value of `header`. */
  readonly position: number;
  /** The header it was found in. */
  readonly header?: string;
  readonly status: number;
  readonly detail: string;
}

export interface Head {
  /** The head, its lines ended by CRLF. */
  readonly text: string;
  /** The octets of `text`, and at least one behind. */
  readonly octets: Uint8Array;
  /** Where the start line ends, which begins it. */
  readonly startLineEnd: number;
  readonly fields: readonly HeaderField[];
  /** The first thing wrong; the lines behind it were still read, so that a 400 can be sent. */
  readonly problem: Problem | undefined;
  /** Whether a lone LF ended a line: positions are then no longer those of the octets. */
  readonly lenient: boolean;
}

const CR = 0x0d;
const LF = 0x0a;

/**
 * The position after the empty line that ends the head which begins at `from`, or -1 when it is not there yet.
 * A lone LF ends a line too: it is read so here because a lenient next hop would (§7 asks for CRLF), and printed as CRLF.
 */
export function findHeadEnd(bytes: Uint8Array, from: number): number {
  // Every other octet is enough: an empty line is two octets that are CR or LF, or more.
  for (let i = from; i < bytes.length; i += 2) {
    const octet = bytes[i] as number;
    if (octet !== LF && octet !== CR) continue;
    const afterLine = i > from && bytes[i - 1] === LF;
    if (octet === CR) {
      if (afterLine && bytes[i + 1] === LF) return i + 2;
    } else {
      if (afterLine) return i + 1;
      if (bytes[i + 1] === LF) return i + 2;
      if (bytes[i + 1] === CR && bytes[i + 2] === LF) return i + 3;
    }
  }
  return -1;
}

/**
 * Cuts the text of a head, one character per octet, into start line and header lines (§7.3.1), up to the empty line or to `to`. Where a
 * line ends with a lone LF all of it is made over first. `octets`: those of the text, and at least one behind the lines.
 */
export function splitHead(
  text: string,
  limits: ParseLimits,
  to: number = text.length,
  octets: Uint8Array = octetsOf(text),
): Head {
  const fields: HeaderField[] = [];
  let problem: Problem | undefined;
  let startLineEnd = -1;
  for (let at = 0; at < to; ) {
    const start = at;
    let end = at;
    let folded = false;
    for (;;) {
      const lf = text.indexOf('\n', at);
      end = lf < 0 || lf >= to ? to : lf - 1;
      if (end < to && octets[end] !== CR)
        return { ...splitHead(text.slice(0, to).replace(/\r?\n/g, '\r\n'), limits), lenient: true };
      at = end + 2;
      if (startLineEnd < 0 || end === start || at >= to || !isSpace(octets[at])) break;
      folded = true;
    }
    const cr = text.indexOf('\r', start);
    const bare = cr >= 0 && cr < end && hasBareCarriageReturn(text, octets, cr, end);
    if (startLineEnd < 0) {
      startLineEnd = end;
      if (bare) problem = bareCarriageReturn(0);
      continue;
    }
    if (end === start) break;
    if (fields.length >= limits.headers) {
      problem ??= problemAt('too-many-headers', start, `more than ${limits.headers} header lines`);
      break;
    }
    const field = end - start > limits.lineBytes ? undefined : readLine(text, octets, start, end, folded);
    if (field !== undefined) {
      if (bare) problem ??= bareCarriageReturn(start);
      fields.push(bare ? withoutCarriageReturns(field) : field);
    } else if (end - start > limits.lineBytes) {
      problem ??= problemAt('line-too-long', start, `header line over ${limits.lineBytes} octets`);
    } else {
      problem ??= problemAt('header-line', start, 'a header line begins with a name and ":"');
    }
  }
  return { text, octets, startLineEnd: Math.max(startLineEnd, 0), fields, problem, lenient: false };
}

/** `header = name HCOLON value`; white space may stand before the colon (§25.1 HCOLON). */
function readLine(
  text: string,
  octets: Uint8Array,
  from: number,
  to: number,
  folded: boolean,
): HeaderField | undefined {
  let nameEnd = from;
  while (is(octets[nameEnd] as number, TOKEN)) nameEnd++;
  const colon = skipSpace(octets, nameEnd);
  if (nameEnd === from || octets[colon] !== COLON) return undefined;
  const key = knownName(octets, from, nameEnd) ?? text.slice(from, nameEnd).toLowerCase();
  if (folded)
    return plainField(key, text.slice(from, nameEnd), trimmed(unfold(text.slice(colon + 1, to))), text.slice(from, to));
  let start = colon + 1;
  let end = to;
  while (start < end && isSpace(octets[start])) start++;
  while (end > start && isSpace(octets[end - 1])) end--;
  return new HeaderField(key, text, from, start, end, to, octets);
}

function isSpace(octet: number | undefined): boolean {
  return octet === SP || octet === HT;
}

function hasBareCarriageReturn(text: string, octets: Uint8Array, from: number, to: number): boolean {
  for (let cr = text.indexOf('\r', from); cr >= 0 && cr < to; cr = text.indexOf('\r', cr + 1)) {
    if (octets[cr + 1] !== LF) return true;
  }
  return false;
}

/** The line as it may be echoed in the 400: a CR that some would read as a line end must not leave here. */
function withoutCarriageReturns({ name, key, value }: HeaderField): HeaderField {
  return plainField(key, name, value.replaceAll('\r', ' '));
}

function bareCarriageReturn(position: number): Problem {
  return problemAt('bare-cr', position, 'CR without LF');
}

function problemAt(code: string, position: number, detail: string): Problem {
  return { code, position, status: 400, detail };
}
