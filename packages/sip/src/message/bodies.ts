import { latin1Decode, latin1Encode, utf8Encode } from '../runtime/bytes.ts';
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
  return message.body.length === 0 ? [] : leaves(whole(message));
}

/** The first part of that type that can be read: `bodyOf(invite, 'application/sdp')`, also inside a multipart. */
export function bodyOf(message: Pick<SipMessage, 'headers' | 'body'>, essence: string): Uint8Array | undefined {
  return bodyParts(message).find((part) => !isEncoded(part) && part.contentType?.essence === essence)?.body;
}

/** What a UAS must answer to a body it cannot take: 415 and the header that tells what it would (§8.2.3, §21.4.13). */
export interface BodyRefusal {
  readonly status: 415;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/**
 * Whether the body can be processed by one who knows `types` and no content coding, in one of `dispositions` or, without, in any. A part of
 * another type or disposition is passed over when its handling is optional, and so is a multipart with such a part that must be understood;
 * of a multipart/alternative one part is enough (RFC 5621 §8).
 */
export function refuseBody(
  message: Pick<SipMessage, 'headers' | 'body'>,
  types: readonly string[],
  dispositions?: readonly string[],
): BodyRefusal | undefined {
  const taken = readBody(message, types, dispositions);
  return 'status' in taken ? taken : undefined;
}

/** The parts that such a one processes, of a multipart/alternative the last that it understands (RFC 5621 §6.1); or why it can not. */
export function readBody(
  message: Pick<SipMessage, 'headers' | 'body'>,
  types: readonly string[],
  dispositions?: readonly string[],
): readonly BodyPart[] | BodyRefusal {
  if (message.body.length === 0) return [];
  const root = whole(message);
  const taken = take(root, ({ contentType, disposition }) => {
    const essence = contentType?.essence ?? '';
    const meant = disposition ?? (essence === 'application/sdp' ? 'session' : 'render');
    return types.includes(essence) && (dispositions?.includes(meant) ?? true);
  });
  if (Array.isArray(taken)) return taken;
  if (!root.required) return [];
  const [name, value] = isEncoded(taken) ? ['Accept-Encoding', 'identity'] : ['Accept', types.join(', ')];
  return { status: 415, headers: [[name, value] as const] };
}

/** A part of a multipart to be sent. */
export interface NewPart {
  readonly contentType: string;
  /** As `render;handling=optional`; default: `session` of a session description, `render` of everything else. */
  readonly disposition?: string;
  readonly body: Uint8Array | string;
}

/** A multipart/mixed of these parts; none of them may hold the boundary. */
export function printMultipart(parts: readonly NewPart[], boundary: string): Uint8Array {
  const pieces = parts.flatMap(({ contentType, disposition, body }) => {
    const fields: [string, string][] = [['Content-Type', contentType]];
    if (disposition !== undefined) fields.push(['Content-Disposition', disposition]);
    const head = Headers.of(...fields).fields.map(({ name, value }) => `${name}: ${value}\r\n`);
    const octets = typeof body === 'string' ? utf8Encode(body) : body;
    if (latin1Decode(octets).includes(`--${boundary}`)) throw new TypeError('a part holds the boundary');
    return [latin1Encode(`--${boundary}\r\n${head.join('')}\r\n`), octets, latin1Encode('\r\n')];
  });
  pieces.push(latin1Encode(`--${boundary}--\r\n`));
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

const MAX_DEPTH = 4;
const MAX_PARTS = 64;

/** A part, and, of a multipart that is opened, its parts. */
interface Node extends BodyPart {
  readonly parts?: readonly Node[];
}

function whole({ headers, body }: Pick<SipMessage, 'headers' | 'body'>): Node {
  return open(headers, body, 0, { left: MAX_PARTS });
}

/** One that is encoded, nested too deep or has too many parts stays closed, and so is understood by nobody. */
function open(headers: Headers, body: Uint8Array, depth: number, budget: { left: number }): Node {
  const contentType = headers.read(readContentType);
  const disposition = headers.read(readContentDisposition);
  const part: BodyPart = {
    headers,
    contentType,
    disposition: disposition?.token.toLowerCase(),
    required: disposition?.params.get('handling')?.toLowerCase() !== 'optional',
    body,
  };
  const boundary = contentType?.type === 'multipart' ? contentType.params.get('boundary') : undefined;
  // RFC 2046 §5.1.1 gives a boundary 70 characters.
  if (!boundary || boundary.length > 70 || depth >= MAX_DEPTH || isEncoded(part)) return part;
  const pieces = splitMultipart(body, boundary);
  budget.left -= pieces.length;
  if (budget.left < 0) return part;
  const parts = pieces.map((piece) => {
    const end = emptyLineLength(piece) || findHeadEnd(piece, 0);
    const headEnd = end < 0 ? piece.length : end;
    const { fields } = splitHead(`\r\n${latin1Decode(piece.subarray(0, headEnd))}`, defaultParseLimits);
    return open(new Headers(fields), piece.slice(headEnd), depth + 1, budget);
  });
  return { ...part, parts };
}

/** Flat, and required only where all around them is. */
function leaves({ parts, ...part }: Node, required = true): BodyPart[] {
  const needed = required && part.required;
  return parts?.flatMap((each) => leaves(each, needed)) ?? [{ ...part, required: needed }];
}

/** What is processed of a part, or the part in it that ought to be understood and is not. */
function take(node: Node, understood: (part: BodyPart) => boolean): BodyPart[] | BodyPart {
  const { parts } = node;
  if (!parts) return !isEncoded(node) && understood(node) ? [node] : node;
  const tries = parts.map((each) => take(each, understood));
  if (node.contentType?.essence === 'multipart/alternative') {
    // Their own handling counts for nothing (RFC 5621 §8.3).
    return tries.findLast((each) => Array.isArray(each)) ?? tries[0] ?? node;
  }
  const refused = tries.find((each, index) => !Array.isArray(each) && parts[index]?.required);
  return refused ?? tries.flatMap((each) => (Array.isArray(each) ? each : []));
}

function isEncoded({ headers }: BodyPart): boolean {
  return headers.read(readContentEncodings).some((coding) => coding !== 'identity');
}

/** `--boundary` at the beginning of a line opens a part; the CRLF before it belongs to it (RFC 2046 §5.1.1). Each octet is looked at once. */
function splitMultipart(body: Uint8Array, boundary: string): Uint8Array[] {
  const delimiter = latin1Encode(`--${boundary}`);
  const found: Uint8Array[] = [];
  let open = -1;
  for (let at = 0, next = 0; at < body.length && found.length <= MAX_PARTS; at = next) {
    next = body.indexOf(LF, at) + 1 || body.length;
    if (!delimiter.every((octet, index) => body[at + index] === octet)) continue;
    const after = at + delimiter.length;
    const ends = body[after] === HYPHEN && body[after + 1] === HYPHEN;
    // Else it is a longer boundary that begins like this one.
    if (!ends && !LINE_END.includes(body[after])) continue;
    if (open >= 0) found.push(body.subarray(open, at - (body[at - 2] === CR ? 2 : 1)));
    if (ends || body[next - 1] !== LF) return found;
    open = next;
  }
  // A multipart that is never closed still has its last part: better than to lose an offer.
  if (open >= 0) found.push(body.subarray(open));
  return found;
}

const CR = 0x0d;
const LF = 0x0a;
const HYPHEN = 0x2d;
const LINE_END: readonly (number | undefined)[] = [CR, LF, 0x20, 0x09, undefined];

/** A part without headers begins with the empty line. */
function emptyLineLength(part: Uint8Array): number {
  if (part[0] === LF) return 1;
  return part[0] === CR && part[1] === LF ? 2 : 0;
}
