import { latin1Decode } from '../runtime/bytes.ts';
import { err, ok, type Result } from '../runtime/result.ts';
import { all, DIGIT, TOKEN } from './characters.ts';
import { declaredLength } from './content-length.ts';
import { parseCSeq } from './cseq.ts';
import { findHeadEnd, type Head, type Problem, splitHead } from './head.ts';
import { Headers } from './headers.ts';
import { defaultParseLimits, type ParseLimits } from './limits.ts';
import { SipRequest, SipResponse } from './message.ts';
import { parseNameAddr } from './name-addr.ts';
import { findComma } from './split.ts';
import { isSipUri, parseUri } from './uri.ts';
import { MAGIC_COOKIE, parseSentBy, parseVia } from './via.ts';

export interface ParseFailure {
  /** What kind of failure, for logs and counters: 'start-line', 'missing-header', 'content-length' … */
  readonly code: string;
  /** Octet offset from the start of the message, as near as it is known. */
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
  const head = splitHead(latin1Decode(bytes.subarray(start, Math.min(headEnd, start + allowed.messageBytes))), allowed);
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
    const body = bytes.slice(headEnd, headEnd + (length ?? available));
    return ok(
      body.length === 0 ? message : message.kind === 'request' ? message.with({ body }) : message.with({ body }),
    );
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
  return { message, problem: undefined };
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
  const top = headers.first('via');
  if (top === undefined) return problemOf('missing-header', 0, 'Via');
  const via = parseVia(top);
  if (!via.ok) return problemOf('via', 0, via.error.detail);
  // It would make all such requests one transaction (RFC 4475 §3.2.1).
  if (via.value.branch === MAGIC_COOKIE) return problemOf('via', 0, 'a branch that is only the magic cookie');
  for (const key of ['from', 'to', 'call-id', 'cseq']) {
    const values = headers.all(key);
    if (values.length === 0) return problemOf('missing-header', 0, key);
    if (values.length > 1) return problemOf('duplicate-header', 0, key);
  }
  for (const key of ['from', 'to']) {
    const address = parseNameAddr(headers.get(key) ?? '');
    if (!address.ok) return problemOf(key, 0, address.error.detail);
    const { params } = address.value;
    if (params.has('tag') && (params.count('tag') > 1 || !all(params.raw('tag') ?? '', TOKEN)))
      return problemOf(key, 0, 'malformed tag');
  }
  if (!isCallId(headers.get('call-id') ?? '')) return problemOf('call-id', 0, 'malformed Call-ID');
  if (parseCSeq(headers.get('cseq') ?? '') === undefined) return problemOf('cseq', 0, 'malformed CSeq');
  if (countVias(headers, limits.vias) > limits.vias)
    return problemOf('too-many-vias', 0, `more than ${limits.vias} Vias`);
  return undefined;
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
  const method = parseCSeq(headers.get('cseq') ?? '')?.method;
  return method === message.method ? undefined : problemOf('cseq', 0, `CSeq says ${method}`);
}

function lengthProblem(length: number | 'malformed' | undefined, available: number, at: number): Problem | undefined {
  if (length === 'malformed') return problemOf('content-length', 0, 'malformed Content-Length');
  if (length === undefined || length <= available) return undefined;
  return problemOf('content-length', at, `body of ${available} octets, Content-Length ${length}`);
}

function problemOf(code: string, position: number, detail: string): Problem {
  return { code, position, status: 400, detail };
}

function failure(problem: Problem, message: SipRequest | SipResponse | undefined, head: Head): ParseFailure {
  const { code, position, detail } = problem;
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

/** Whether an answer can be built and find its way: it copies these headers as they are (§8.2.6.2). */
function isEchoable(headers: Headers): boolean {
  if (!['from', 'to', 'call-id', 'cseq'].every((key) => headers.has(key))) return false;
  return parseSentBy(headers.first('via') ?? '').ok;
}
