import { utf8Encode } from '../runtime/bytes.ts';
import { all, TOKEN } from './characters.ts';
import { type HeaderField, headerField } from './header-field.ts';
import { Headers } from './headers.ts';
import { SipRequest, SipResponse } from './message.ts';
import { reasonPhrase } from './reason-phrase.ts';
import { encodeText } from './text.ts';
import { printUri, type Uri } from './uri.ts';

/** `createRequest({ method: 'OPTIONS', uri: 'sip:bob@example.com', headers: Headers.of(…) })`; Content-Length is written by the printer. */
export function createRequest(parts: {
  readonly method: string;
  readonly uri: Uri | string;
  readonly headers: Headers;
  readonly body?: Uint8Array | string | undefined;
}): SipRequest {
  if (!all(parts.method, TOKEN)) throw new TypeError(`not a method: ${JSON.stringify(parts.method)}`);
  const uri = typeof parts.uri === 'string' ? parts.uri : printUri(parts.uri);
  if (uri === '' || !isOneWord(uri)) throw new TypeError(`not a Request-URI: ${JSON.stringify(uri)}`);
  return new SipRequest(parts.method, uri, parts.headers, bodyOctets(parts.body));
}

/** What a response is made of, beside its request and status (§8.2.6). */
export interface ResponseParts {
  /** Text; the usual words when absent. */
  readonly reason?: string | undefined;
  /** Added to To, unless it has a tag or the status is 100 (§8.2.6.2). */
  readonly toTag?: string | undefined;
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined;
  readonly body?: Uint8Array | string | undefined;
  readonly contentType?: string | undefined;
}

/**
 * A response as §8.2.6 builds it: all Vias in order, From, To, Call-ID and CSeq with the bytes of the request, Timestamp in
 * a 100, and the Record-Routes in whatever may form a dialog (§12.1.1): 101 to 299 to INVITE, SUBSCRIBE, REFER and NOTIFY.
 */
export function createResponse(request: SipRequest, status: number, parts: ResponseParts = {}): SipResponse {
  if (!Number.isInteger(status) || status < 100 || status > 699) throw new RangeError(`not a status: ${status}`);
  const copied = copiedHeaders(request, status);
  const fields: HeaderField[] = [];
  for (const field of request.headers.fields) {
    if (!copied.has(field.key)) continue;
    const tagged = field.key === 'to' && status > 100 && parts.toTag !== undefined && request.toTag === undefined;
    fields.push(tagged ? headerField(field.name, `${field.value};tag=${parts.toTag}`) : field);
  }
  for (const [name, value] of parts.headers ?? []) fields.push(headerField(name, value));
  if (parts.contentType !== undefined) fields.push(headerField('Content-Type', parts.contentType));
  const reason = parts.reason === undefined ? reasonPhrase(status) : encodeText(parts.reason);
  return new SipResponse(status, reason, new Headers(fields), bodyOctets(parts.body));
}

const ALWAYS = new Set(['via', 'from', 'to', 'call-id', 'cseq']);
const TRYING = new Set([...ALWAYS, 'timestamp']);
const DIALOG_FORMING = new Set([...ALWAYS, 'record-route']);
const DIALOG_METHODS = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'NOTIFY']);

function copiedHeaders(request: SipRequest, status: number): ReadonlySet<string> {
  if (status === 100) return TRYING;
  return status < 300 && DIALOG_METHODS.has(request.method) ? DIALOG_FORMING : ALWAYS;
}

function bodyOctets(body: Uint8Array | string | undefined): Uint8Array {
  if (body === undefined) return NO_BODY;
  return typeof body === 'string' ? utf8Encode(body) : body;
}

const NO_BODY = new Uint8Array(0);

function isOneWord(text: string): boolean {
  return /^[\x21-\xff]*$/.test(text);
}
