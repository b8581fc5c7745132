import { latin1Decode } from '../runtime/bytes.ts';
import { err, ok, type Result } from '../runtime/result.ts';
import { addressOf, viaOf } from './addresses.ts';
import { integerIn, octetsOf, SLASH, SP, skip, TOKEN } from './characters.ts';
import { declaredLength } from './content-length.ts';
import { cseqOf } from './cseq.ts';
import { findHeadEnd, type Head, type Problem, splitHead } from './head.ts';
import type { HeaderField } from './header-field.ts';
import { Headers } from './headers.ts';
import { defaultParseLimits, type ParseLimits } from './limits.ts';
import { SipRequest, SipResponse } from './message.ts';
import { valueEnd } from './split.ts';
import { readUri, type SipUri } from './uri.ts';
import { MAGIC_COOKIE, viaForAnswer } from './via.ts';

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
 * message or a failure. Octets beyond Content-Length are dropped, too few are an error (§18.3). The body is a view of `bytes`:
 * from now on they belong to the message, and no one may write to them.
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
  // The head of an oversized message is still read, up to the limit, for the sake of the answer.
  const readEnd = Math.min(bytes.length, start + allowed.messageBytes);
  // Few heads are longer than this, and a long body need not become text.
  let text = latin1Decode(bytes, start, Math.min(readEnd, start + USUAL_HEAD));
  let empty = text.indexOf('\r\n\r\n');
  if (empty < 0 && readEnd > start + USUAL_HEAD) {
    const end = findHeadEnd(bytes, start);
    text = latin1Decode(bytes, start, end < 0 ? readEnd : Math.min(end, readEnd));
    empty = text.indexOf('\r\n\r\n');
  }
  // Whoever keeps an address keeps the octets it was found in, and shall not keep a long body with them. A head without an end gets one,
  // so that no scanner runs on.
  const end = start + empty + 4;
  const small = start === 0 && bytes.length - end <= USUAL_HEAD;
  const octets = empty < 0 ? octetsOf(text) : small ? bytes : bytes.slice(start, end);
  const head = splitHead(text, allowed, empty < 0 ? text.length : empty + 4, octets);
  const found = head.lenient ? findHeadEnd(bytes, start) : empty < 0 ? -1 : start + empty + 4;
  const headEnd = found < 0 ? bytes.length : found;
  const headers = new Headers(head.fields);
  const length = declaredLength(head.fields);
  const available = bytes.length - headEnd;
  // Without Content-Length the body runs to the end (§18.3).
  const size = length === 'malformed' ? 0 : Math.min(length ?? available, available);
  const body = size === 0 ? NO_BODY : new Uint8Array(bytes.buffer, bytes.byteOffset + headEnd, size);
  const { message, problem: lineProblem } = parseStartLine(head, headers, body);
  const problem =
    sizeProblem(bytes.length, allowed) ??
    lineProblem ??
    head.problem ??
    (found < 0 ? problemOf('no-empty-line', headEnd, 'the head does not end') : undefined) ??
    mandatoryProblem(headers, allowed) ??
    methodProblem(message, headers) ??
    lengthProblem(length, available, headEnd);
  if (problem === undefined && message !== undefined) return ok(message);
  return err(failure(problem ?? problemOf('start-line', 0, 'not a SIP message'), message, head));
}

const USUAL_HEAD = 2048;

/** Empty lines before the start line are keep-alives that came along (§7.5). */
function skipEmptyLines(bytes: Uint8Array): number {
  let at = 0;
  while (bytes[at] === 0x0d || bytes[at] === 0x0a) at++;
  return at;
}

interface StartLine {
  /** Present whenever the line tells at least request from response. */
  readonly message: SipRequest | SipResponse | undefined;
  readonly problem: Problem | undefined;
}

const NO_BODY = new Uint8Array(0);

function parseStartLine(head: Head, headers: Headers, body: Uint8Array): StartLine {
  const first = head.text.indexOf(' ');
  // A method may begin so too, but it has no slash.
  return head.octets[3] === SLASH && first > 3 && first < head.startLineEnd && /^sip\//i.test(head.text)
    ? parseStatusLine(head, first, headers, body)
    : parseRequestLine(head, first, headers, body);
}

/** `Request-Line = Method SP Request-URI SP SIP-Version`, single spaces (§7.1). */
function parseRequestLine(head: Head, first: number, headers: Headers, body: Uint8Array): StartLine {
  const { text, octets, startLineEnd: to } = head;
  const method = text.slice(0, Math.max(first, 0));
  if (first >= to || first < 1 || skip(octets, 0, TOKEN) !== first)
    return { message: undefined, problem: problemOf('start-line', 0, 'expected a method') };
  const last = Math.max(text.lastIndexOf(' ', to), first);
  const uriFrom = first + 1;
  const uriTo = Math.max(uriFrom, last);
  const uri = readUri(text, octets, uriFrom, uriTo);
  const request = new SipRequest(
    method,
    text.slice(uriFrom, uriTo),
    headers,
    body,
    typeof uri === 'number' ? undefined : uri,
  );
  let problem: Problem | undefined;
  if (!isVersion2(text, last + 1, to)) {
    const version = text.slice(last + 1, to);
    problem = /^SIP\/\d{1,9}\.\d{1,9}$/i.test(version)
      ? { code: 'version', position: last + 1, status: 505, detail: `version ${version}` }
      : problemOf('start-line', last, 'expected SIP/2.0');
  } else if (typeof uri === 'number') {
    problem = problemOf('request-uri', uri, 'malformed Request-URI');
  } else if ((uri as SipUri).headers !== undefined) {
    // They would have to be left out of whatever is sent on (§19.1.5; RFC 4475 §3.1.2.11).
    problem = problemOf('request-uri', uriFrom, 'a Request-URI carries no headers');
  }
  return { message: request, problem };
}

/** `Status-Line = SIP-Version SP Status-Code SP Reason-Phrase`; the phrase may be empty, and its space missing (§7.2). */
function parseStatusLine(head: Head, space: number, headers: Headers, body: Uint8Array): StartLine {
  const { text, octets, startLineEnd: to } = head;
  const end = Math.min(space + 4, to);
  const status = integerIn(octets, space + 1, end, 999) ?? Number.NaN;
  const message = new SipResponse(status, text.slice(Math.min(space + 5, to), to), headers, body);
  if (!isVersion2(text, 0, space))
    return { message, problem: { code: 'version', position: 0, status: 505, detail: text.slice(0, space) } };
  const separated = end === to || octets[end] === SP;
  if (end !== space + 4 || !(status >= 100 && status <= 699) || !separated)
    return { message, problem: problemOf('start-line', space + 1, 'expected a status code') };
  return { message, problem: undefined };
}

function isVersion2(text: string, from: number, to: number): boolean {
  return to - from === 7 && (text.startsWith('SIP/2.0', from) || text.slice(from, to).toUpperCase() === 'SIP/2.0');
}

function sizeProblem(length: number, limits: ParseLimits): Problem | undefined {
  if (length <= limits.messageBytes) return undefined;
  return { code: 'too-large', position: limits.messageBytes, status: 513, detail: `${length} octets` };
}

/** The headers every message has, well-formed and once each (§8.1.1, §20). */
function mandatoryProblem(headers: Headers, limits: ParseLimits): Problem | undefined {
  let via: HeaderField | undefined;
  let from: HeaderField | undefined;
  let to: HeaderField | undefined;
  let callId: HeaderField | undefined;
  let cseq: HeaderField | undefined;
  let twice: HeaderField | undefined;
  for (const field of headers.fields) {
    switch (field.key) {
      case 'via':
        via ??= field;
        break;
      case 'from':
        if (from) twice ??= field;
        from = field;
        break;
      case 'to':
        if (to) twice ??= field;
        to = field;
        break;
      case 'call-id':
        if (callId) twice ??= field;
        callId = field;
        break;
      case 'cseq':
        if (cseq) twice ??= field;
        cseq = field;
        break;
    }
  }
  if (via === undefined) return problemOf('missing-header', 0, 'no Via');
  const first = via.read(viaOf);
  if (typeof first === 'number') return headerProblem('via', 'malformed Via', first - via.from);
  // It would make all such requests one transaction (RFC 4475 §3.2.1).
  if (first.branch === MAGIC_COOKIE) return headerProblem('via', 'a branch that is only the magic cookie');
  if (twice !== undefined)
    return { ...headerProblem(twice.key, `${twice.key} given more than once`), code: 'duplicate-header' };
  if (!from || !to || !callId || !cseq) {
    const missing = !from ? 'from' : !to ? 'to' : !callId ? 'call-id' : 'cseq';
    return problemOf('missing-header', 0, `no ${missing}`);
  }
  const addressProblem = tagProblem(from) ?? tagProblem(to);
  if (addressProblem !== undefined) return addressProblem;
  if (!isCallId(callId)) return headerProblem('call-id', 'malformed Call-ID');
  if (cseq.read(cseqOf) === undefined) return headerProblem('cseq', 'malformed CSeq');
  if (countVias(headers, limits.vias) > limits.vias)
    return { ...headerProblem('via', `more than ${limits.vias} Vias`), code: 'too-many-vias' };
  return undefined;
}

function tagProblem(field: HeaderField): Problem | undefined {
  const address = field.read(addressOf);
  if (typeof address === 'number') return headerProblem(field.key, 'malformed address', address - field.from);
  return address.tags < 2 && address.isTagSound ? undefined : headerProblem(field.key, 'malformed tag');
}

/** `callid = word [ "@" word ]`: anything visible; no white space, which would let one id pass for another. */
function isCallId({ octets, from, to }: HeaderField): boolean {
  for (let i = from; i < to; i++) if ((octets[i] as number) <= 0x20) return false;
  return to > from;
}

/** Counts no further than one beyond the limit. */
function countVias(headers: Headers, limit: number): number {
  let count = 0;
  for (const field of headers.fields) {
    if (field.key !== 'via') continue;
    count++;
    const { text, to } = field;
    for (let end = valueEnd(text, field.from, to); end < to && count <= limit; end = valueEnd(text, end + 1, to))
      count++;
  }
  return count;
}

/** The method of CSeq is that of the request (§8.1.1.5). */
function methodProblem(message: SipRequest | SipResponse | undefined, headers: Headers): Problem | undefined {
  if (message?.kind !== 'request') return undefined;
  const method = headers.field('cseq')?.read(cseqOf)?.method;
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
  let at = head.startLineEnd + 2;
  for (const { key: each, raw, value } of head.fields) {
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
  return viaForAnswer(headers.first('via') ?? '') !== undefined;
}
