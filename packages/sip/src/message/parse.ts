import { latin1Decode } from '../runtime/bytes.ts';
import { err, ok, type Result } from '../runtime/result.ts';
import { parsedFrom, parsedTo, parsedVia } from './addresses.ts';
import { all, DIGIT, TOKEN } from './characters.ts';
import { declaredLength } from './content-length.ts';
import { parsedCSeq } from './cseq.ts';
import type { SyntaxFailure } from './failure.ts';
import { findHeadEnd, type Head, type Problem, splitHead } from './head.ts';
import { Headers } from './headers.ts';
import { defaultParseLimits, type ParseLimits } from './limits.ts';
import { SipRequest, SipResponse } from './message.ts';
import type { NameAddr } from './name-addr.ts';
import { findComma } from './split.ts';
import { isSipUri, parseUri } from './uri.ts';
import { MAGIC_COOKIE, parseSentBy } from './via.ts';

/** Why octets are no message, and how to answer them. */
export interface ParseFailure {
  /** What kind of failure, for logs and counters: 'start-line', 'missing-header', 'content-length' … */
  readonly code: string;
  /** Offset of the fault from the start line on, as near as it is known (folds before it in its own value count as one). */
  readonly position: number;
  /** The status to answer with; undefined when the message is to be dropped: responses and ACKs are never answered. */
  readonly status: number | undefined;
  /** As much of the message as an answer needs: Via, From, To, Call-ID and CSeq are there. */
  readonly message: SipRequest | SipResponse | undefined;
  readonly detail: string;
}

/**
 * Reads one message from a datagram, a WebSocket message or a piece a `SipStreamFramer` cut out. Total: any input gives a
 * message or a failure. Octets beyond Content-Length are dropped, too few are an error (§18.3).
 *
 * Checked here is what every element needs: start line, line structure, Via, From, To, Call-ID, CSeq, Content-Length and
 * the limits. `validate` checks the rest, which a proxy should leave alone (§16.3).
 */
export function parseMessage(
  bytes: Uint8Array,
  limits?: Partial<ParseLimits>,
): Result<SipRequest | SipResponse, ParseFailure> {
  const allowed = limits === undefined ? defaultParseLimits : { ...defaultParseLimits, ...limits };
  const start = skipEmptyLines(bytes);
  const found = findHeadEnd(bytes, start);
  const headEnd = found < 0 ? bytes.length : found;
  // The head of an oversized message is still read, up to the limit, for the sake of the answer.
  const readEnd = Math.min(headEnd, start + allowed.messageBytes);
  const octets = start === 0 && readEnd === bytes.length ? bytes : bytes.subarray(start, readEnd);
  const head = splitHead(latin1Decode(octets), allowed);
  const headers = new Headers(head.fields);
  const line = parseStartLine(head.startLine, headers);
  const length = declaredLength(head.fields);
  const available = bytes.length - headEnd;
  const problem =
    sizeProblem(bytes.length, allowed) ??
    line.problem ??
    head.problem ??
    (found < 0 ? problemOf('no-empty-line', headEnd, 'the head does not end') : undefined) ??
    mandatoryProblem(headers, allowed) ??
    methodProblem(line.message, headers) ??
    lengthProblem(length, available, headEnd);
  const { message } = line;
  if (problem === undefined && message !== undefined && length !== 'malformed') {
    // A copy: the adapter may use its buffer again. Without Content-Length the body runs to the end (§18.3).
    const size = length ?? available;
    if (size === 0) return ok(message);
    const body = bytes.slice(headEnd, headEnd + size);
    return ok(message.kind === 'request' ? message.with({ body }) : message.with({ body }));
  }
  return err(failure(problem ?? problemOf('start-line', 0, 'not a SIP message'), message, head));
}

/** Empty lines before the start line are keep-alives that came along (§7.5). */
function skipEmptyLines(bytes: Uint8Array): number {
  let at = 0;
  while (bytes[at] === 0x0d || bytes[at] === 0x0a) at++;
  return at;
}

interface StartLine {
  /** Without body; present whenever the line tells at least request from response. */
  readonly message: SipRequest | SipResponse | undefined;
  readonly problem: Problem | undefined;
}

const NO_BODY = new Uint8Array(0);

function parseStartLine(line: string, headers: Headers): StartLine {
  return /^sip\/[^ ]* /i.test(line) ? parseStatusLine(line, headers) : parseRequestLine(line, headers);
}

/** `Request-Line = Method SP Request-URI SP SIP-Version`, single spaces (§7.1). */
function parseRequestLine(line: string, headers: Headers): StartLine {
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const method = line.slice(0, Math.max(first, 0));
  if (!all(method, TOKEN)) return { message: undefined, problem: problemOf('start-line', 0, 'expected a method') };
  const uriText = line.slice(first + 1, Math.max(first + 1, last));
  const message = new SipRequest(method, uriText, headers, NO_BODY);
  const version = line.slice(last + 1);
  if (!isVersion2(version)) {
    const other = /^SIP\/\d{1,9}\.\d{1,9}$/i.test(version);
    return {
      message,
      problem: other
        ? { code: 'version', position: last + 1, status: 505, detail: `version ${version}` }
        : problemOf('start-line', Math.max(0, last), 'expected SIP/2.0'),
    };
  }
  const uri = parseUri(uriText);
  if (!uri.ok) return { message, problem: problemOf('request-uri', first + 1 + uri.error.position, uri.error.detail) };
  // They would have to be left out of whatever is sent on (§19.1.5; RFC 4475 §3.1.2.11).
  if (isSipUri(uri.value) && uri.value.headers !== undefined)
    return { message, problem: problemOf('request-uri', first + 1, 'a Request-URI carries no headers') };
  return { message: new SipRequest(method, uriText, headers, NO_BODY, uri.value), problem: undefined };
}

/** `Status-Line = SIP-Version SP Status-Code SP Reason-Phrase`; the phrase may be empty, and its space missing (§7.2). */
function parseStatusLine(line: string, headers: Headers): StartLine {
  const space = line.indexOf(' ');
  const code = line.slice(space + 1, space + 4);
  const status = Number(code);
  const reason = line.slice(space + 5);
  const message = new SipResponse(status, reason, headers, NO_BODY);
  if (!isVersion2(line.slice(0, space)))
    return { message, problem: { code: 'version', position: 0, status: 505, detail: line.slice(0, space) } };
  const separated = line.length === space + 4 || line.charAt(space + 4) === ' ';
  if (code.length !== 3 || !all(code, DIGIT) || status < 100 || status > 699 || !separated)
    return { message, problem: problemOf('start-line', space + 1, 'expected a status code') };
  return { message, problem: undefined };
}

function isVersion2(text: string): boolean {
  return text === 'SIP/2.0' || text.toUpperCase() === 'SIP/2.0';
}

function sizeProblem(length: number, limits: ParseLimits): Problem | undefined {
  if (length <= limits.messageBytes) return undefined;
  return { code: 'too-large', position: limits.messageBytes, status: 513, detail: `${length} octets` };
}

/** The headers every message has, well-formed and once each (§8.1.1, §20). */
function mandatoryProblem(headers: Headers, limits: ParseLimits): Problem | undefined {
  const via = headers.read(parsedVia);
  if (via === undefined) return problemOf('missing-header', 0, 'no Via');
  if (!via.ok) return headerProblem('via', via.error.detail, via.error.position);
  // It would make all such requests one transaction (RFC 4475 §3.2.1).
  if (via.value.branch === MAGIC_COOKIE) return headerProblem('via', 'a branch that is only the magic cookie');
  for (const key of ['from', 'to', 'call-id', 'cseq']) {
    const count = headers.count(key);
    if (count === 0) return problemOf('missing-header', 0, `no ${key}`);
    if (count > 1) return { ...headerProblem(key, `${key} given more than once`), code: 'duplicate-header' };
  }
  const addressProblem = tagProblem('from', headers.read(parsedFrom)) ?? tagProblem('to', headers.read(parsedTo));
  if (addressProblem !== undefined) return addressProblem;
  if (!isCallId(headers.get('call-id') ?? '')) return headerProblem('call-id', 'malformed Call-ID');
  if (headers.read(parsedCSeq) === undefined) return headerProblem('cseq', 'malformed CSeq');
  if (countVias(headers, limits.vias) > limits.vias)
    return { ...headerProblem('via', `more than ${limits.vias} Vias`), code: 'too-many-vias' };
  return undefined;
}

function tagProblem(key: string, address: Result<NameAddr, SyntaxFailure> | undefined): Problem | undefined {
  if (address === undefined) return undefined;
  if (!address.ok) return headerProblem(key, address.error.detail, address.error.position);
  const { params } = address.value;
  if (!params.has('tag')) return undefined;
  return params.count('tag') === 1 && all(params.raw('tag') ?? '', TOKEN)
    ? undefined
    : headerProblem(key, 'malformed tag');
}

/** `callid = word [ "@" word ]`: anything visible; no white space, which would let one id pass for another. */
function isCallId(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) <= 0x20) return false;
  return text.length > 0;
}

/** Counts no further than one beyond the limit. */
function countVias(headers: Headers, limit: number): number {
  let count = 0;
  for (const field of headers.fields) {
    if (field.key !== 'via') continue;
    count++;
    if (!field.value.includes(',')) continue;
    for (
      let comma = findComma(field.value, 0);
      comma >= 0 && count <= limit;
      comma = findComma(field.value, comma + 1)
    ) {
      count++;
    }
  }
  return count;
}

/** The method of CSeq is that of the request (§8.1.1.5). */
function methodProblem(message: SipRequest | SipResponse | undefined, headers: Headers): Problem | undefined {
  if (message?.kind !== 'request') return undefined;
  const method = headers.read(parsedCSeq)?.method;
  return method === message.method ? undefined : headerProblem('cseq', `CSeq says ${method}`);
}

function lengthProblem(length: number | 'malformed' | undefined, available: number, at: number): Problem | undefined {
  if (length === 'malformed') return headerProblem('content-length', 'malformed Content-Length');
  if (length === undefined || length <= available) return undefined;
  return problemOf('content-length', at, `body of ${available} octets, Content-Length ${length}`);
}

function problemOf(code: string, position: number, detail: string): Problem {
  return { code, position, status: 400, detail };
}

function headerProblem(header: string, detail: string, position = 0): Problem {
  return { code: header, header, position, status: 400, detail };
}

/** Where the value of the first line of that name begins. */
function valueOffset(head: Head, key: string): number {
  let at = head.startLine.length + 2;
  for (const { key: each, raw = '', value } of head.fields) {
    if (each === key) return at + Math.max(raw.indexOf(value, raw.indexOf(':') + 1), 0);
    at += raw.length + 2;
  }
  return 0;
}

function failure(problem: Problem, message: SipRequest | SipResponse | undefined, head: Head): ParseFailure {
  const { code, header, detail } = problem;
  const position = problem.position + (header === undefined ? 0 : valueOffset(head, header));
  const echoable = message !== undefined && isEchoable(message.headers);
  const answered = message?.kind === 'request' && message.method !== 'ACK' && echoable;
  return {
    code,
    position,
    status: answered ? problem.status : undefined,
    message: echoable ? message : undefined,
    detail: head.fields.length === 0 ? `${detail} (no header lines)` : detail,
  };
}

/** Whether an answer can find its way and its request: it copies what there is of From, To and Call-ID (§8.2.6.2, RFC 4475 §3.3.1). */
function isEchoable(headers: Headers): boolean {
  if (!headers.has('cseq')) return false;
  return parseSentBy(headers.first('via') ?? '').ok;
}
