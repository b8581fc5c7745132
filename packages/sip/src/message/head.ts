import { all, HT, SP, TOKEN } from './characters.ts';
import { canonicalName, knownName } from './header-names.ts';
import { type HeaderField, unfold } from './headers.ts';
import type { ParseLimits } from './limits.ts';

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
  readonly startLine: string;
  readonly fields: readonly HeaderField[];
  /** The first thing wrong; the lines behind it were still read, so that a 400 can be sent. */
  readonly problem: Problem | undefined;
}

const CR = 0x0d;
const LF = 0x0a;

/**
 * The position after the empty line that ends the head which begins at `from`, or -1 when it is not there yet.
 * A lone LF ends a line too: it is read so here because a lenient next hop would (§7 asks for CRLF), and printed as CRLF.
 */
export function findHeadEnd(bytes: Uint8Array, from: number): number {
  for (let lf = bytes.indexOf(LF, from); lf >= 0; lf = bytes.indexOf(LF, lf + 1)) {
    const next = bytes[lf + 1];
    if (next === LF) return lf + 2;
    if (next === CR && bytes[lf + 2] === LF) return lf + 3;
  }
  return -1;
}

/** Cuts the text of a head, one character per octet, into start line and header lines (§7.3.1). */
export function splitHead(head: string, limits: ParseLimits): Head {
  // Each line is found by its LF; only where one has no CR before it is the text made over.
  let text = head;
  const fields: HeaderField[] = [];
  let problem: Problem | undefined;
  let at = 0;
  let startLine: string | undefined;
  while (at < text.length) {
    let lf = text.indexOf('\n', at);
    let end = lf < 0 ? text.length : lf - 1;
    if (lf >= 0 && (lf === 0 || text.charCodeAt(end) !== CR)) {
      text = text.slice(0, at) + text.slice(at).replace(/\r?\n/g, '\r\n');
      lf = text.indexOf('\n', at);
      end = lf - 1;
    }
    if (startLine === undefined) {
      startLine = text.slice(at, end);
      if (startLine.includes('\r')) problem = bareCarriageReturn(0);
      at = end + 2;
      continue;
    }
    if (end === at) break;
    let next = text.charCodeAt(end + 2);
    let folded = false;
    while (next === SP || next === HT) {
      if (!folded && /[^\r]\n/.test(text.slice(end)))
        text = text.slice(0, end) + text.slice(end).replace(/\r?\n/g, '\r\n');
      folded = true;
      end = lineEnd(text, end + 2);
      next = text.charCodeAt(end + 2);
    }
    if (fields.length >= limits.headers) {
      problem ??= problemAt('too-many-headers', at, `more than ${limits.headers} header lines`);
      break;
    }
    if (end - at > limits.lineBytes) {
      problem ??= problemAt('line-too-long', at, `header line over ${limits.lineBytes} octets`);
    } else {
      const field = readLine(text, at, end, folded);
      if (field === undefined) problem ??= problemAt('header-line', at, 'a header line begins with a name and ":"');
      else {
        const cr = text.indexOf('\r', at);
        const bare = cr >= 0 && cr < end && hasBareCarriageReturn(text, cr, end);
        if (bare) problem ??= bareCarriageReturn(at);
        fields.push(bare ? withoutCarriageReturns(field) : field);
      }
    }
    at = end + 2;
  }
  return { startLine: startLine ?? '', fields, problem };
}

/** `header = name HCOLON value`; white space may stand before the colon (§25.1 HCOLON). */
function readLine(text: string, from: number, to: number, folded: boolean): HeaderField | undefined {
  const colon = text.indexOf(':', from);
  if (colon < 0 || colon >= to) return undefined;
  let nameEnd = colon;
  while (nameEnd > from && isSpace(text.charCodeAt(nameEnd - 1))) nameEnd--;
  const name = text.slice(from, nameEnd);
  const known = knownName(name);
  if (known === undefined && !all(name, TOKEN)) return undefined;
  const key = known ?? canonicalName(name);
  const raw = text.slice(from, to);
  if (folded) return { name, key, value: unfold(text.slice(colon + 1, to)).trim(), raw };
  let start = colon + 1;
  let end = to;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return { name, key, value: text.slice(start, end), raw };
}

/** Position of the CRLF that ends the line, or the end of the text. Lone LFs are made over up to the first line that has one: look again. */
function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\r\n', from);
  return end < 0 ? text.length : end;
}

function isSpace(code: number): boolean {
  return code === SP || code === HT;
}

function hasBareCarriageReturn(text: string, from: number, to: number): boolean {
  for (let cr = text.indexOf('\r', from); cr >= 0 && cr < to; cr = text.indexOf('\r', cr + 1)) {
    if (text.charCodeAt(cr + 1) !== LF) return true;
  }
  return false;
}

/** The line as it may be echoed in the 400: a CR that some would read as a line end must not leave here. */
function withoutCarriageReturns({ name, key, value }: HeaderField): HeaderField {
  return { name, key, value: value.replaceAll('\r', ' ') };
}

function bareCarriageReturn(position: number): Problem {
  return problemAt('bare-cr', position, 'CR without LF');
}

function problemAt(code: string, position: number, detail: string): Problem {
  return { code, position, status: 400, detail };
}
