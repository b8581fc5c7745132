import { latin1Decode, latin1Encode } from '../runtime/bytes.ts';
import { findHeadEnd, splitHead } from './head.ts';
import { Headers } from './headers.ts';
import { defaultParseLimits } from './limits.ts';
import type { SipMessage } from './message.ts';
import { type MediaType, readContentDisposition, readContentEncodings, readContentType } from './tokens.ts';

/** A body, or one part of a multipart body (RFC 5621). */
export interface BodyPart {
  readonly headers: Headers;
  /** Undefined when missing or malformed. */
  readonly contentType: MediaType | undefined;
  /** 'session', 'render', 'alert' …, in lower case. */
  readonly disposition: string | undefined;
  /** Whether the message cannot be understood without it: true unless `handling=optional` (§20.11). */
  readonly required: boolean;
  readonly body: Uint8Array;
}

/** The parts of the body in order: none, the body itself, or the parts of a multipart, nested ones laid flat. */
export function bodyParts(message: Pick<SipMessage, 'headers' | 'body'>): readonly BodyPart[] {
  if (message.body.length === 0) return [];
  const parts: BodyPart[] = [];
  collect(message.headers, message.body, true, 0, parts);
  return parts;
}

/** The first part of that type: `bodyOf(invite, 'application/sdp')`, also inside multipart/mixed. */
export function bodyOf(message: Pick<SipMessage, 'headers' | 'body'>, essence: string): Uint8Array | undefined {
  return bodyParts(message).find((part) => part.contentType?.essence === essence)?.body;
}

/** What a UAS must answer to a body it cannot take: 415 and the header that tells what it would (§8.2.3, §21.4.13). */
export interface BodyRefusal {
  readonly status: 415;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/**
 * Whether the body can be processed by one who knows `types` and no content coding. A part of another type is passed over when
 * its handling is optional, and the alternatives of a multipart/alternative need only one that is known.
 */
export function refuseBody(message: SipMessage, types: readonly string[]): BodyRefusal | undefined {
  if (message.body.length === 0) return undefined;
  if (message.contentEncodings.some((coding) => coding !== 'identity'))
    return message.contentDisposition?.params.get('handling')?.toLowerCase() === 'optional'
      ? undefined
      : { status: 415, headers: [['Accept-Encoding', 'identity']] };
  const understood = (part: BodyPart) => types.includes(part.contentType?.essence ?? '');
  const parts = bodyParts(message);
  const acceptable =
    message.contentType?.essence === 'multipart/alternative'
      ? parts.some(understood)
      : parts.every((part) => !part.required || understood(part));
  return acceptable ? undefined : { status: 415, headers: [['Accept', types.join(', ')]] };
}

const MAX_DEPTH = 4;
const MAX_PARTS = 64;

function collect(headers: Headers, body: Uint8Array, required: boolean, depth: number, parts: BodyPart[]): void {
  const contentType = headers.read(readContentType);
  const disposition = headers.read(readContentDisposition);
  const optional = disposition?.params.get('handling')?.toLowerCase() === 'optional';
  const boundary = contentType?.type === 'multipart' ? contentType.params.get('boundary') : undefined;
  const encoded = headers.read(readContentEncodings).some((coding) => coding !== 'identity');
  if (boundary === undefined || boundary === '' || depth >= MAX_DEPTH || encoded) {
    if (parts.length < MAX_PARTS)
      parts.push({
        headers,
        contentType,
        disposition: disposition?.token.toLowerCase(),
        required: required && !optional,
        body,
      });
    return;
  }
  for (const part of splitMultipart(body, boundary)) {
    const end = part.length === 0 || startsWithEmptyLine(part) ? emptyLineLength(part) : findHeadEnd(part, 0);
    const headEnd = end < 0 ? part.length : end;
    const { fields } = splitHead(`\r\n${latin1Decode(part.subarray(0, headEnd))}`, defaultParseLimits);
    collect(new Headers(fields), part.slice(headEnd), required && !optional, depth + 1, parts);
  }
}

/** `--boundary` at the beginning of a line opens a part; the CRLF before it belongs to it (RFC 2046 §5.1.1). */
function splitMultipart(body: Uint8Array, boundary: string): Uint8Array[] {
  const delimiter = latin1Encode(`--${boundary}`);
  const found: Uint8Array[] = [];
  let open = -1;
  for (let at = indexOf(body, delimiter, 0); at >= 0; at = indexOf(body, delimiter, at + 1)) {
    if (at > 0 && body[at - 1] !== LF) continue;
    if (open >= 0) found.push(body.subarray(open, at - (body[at - 2] === CR ? 2 : 1)));
    const after = at + delimiter.length;
    if (body[after] === HYPHEN && body[after + 1] === HYPHEN) return found;
    const lineEnd = body.indexOf(LF, after);
    if (lineEnd < 0) return found;
    open = lineEnd + 1;
  }
  // A multipart that is never closed still has its last part: better than to lose an offer.
  if (open >= 0 && open <= body.length) found.push(body.subarray(open));
  return found;
}

const CR = 0x0d;
const LF = 0x0a;
const HYPHEN = 0x2d;

function indexOf(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  const first = needle[0] ?? 0;
  for (let at = haystack.indexOf(first, from); at >= 0; at = haystack.indexOf(first, at + 1)) {
    let same = 1;
    while (same < needle.length && haystack[at + same] === needle[same]) same++;
    if (same === needle.length) return at;
  }
  return -1;
}

/** A part without headers begins with the empty line. */
function startsWithEmptyLine(part: Uint8Array): boolean {
  return emptyLineLength(part) > 0;
}

function emptyLineLength(part: Uint8Array): number {
  if (part[0] === LF) return 1;
  return part[0] === CR && part[1] === LF ? 2 : 0;
}
