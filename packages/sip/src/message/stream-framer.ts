import { latin1Decode } from '../runtime/bytes.ts';
import { declaredLength } from './content-length.ts';
import { findHeadEnd, splitHead } from './head.ts';
import { defaultParseLimits, type ParseLimits } from './limits.ts';

/** What was found in a stream (§18.3). */
export type FramerEvent =
  /** One whole message, for `parseMessage`. */
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  /** CRLF CRLF between messages: answer with one CRLF (RFC 5626 §4.4.1). */
  | { readonly type: 'ping' }
  /** CRLF between messages: the answer to a ping of ours. */
  | { readonly type: 'pong' }
  /** The stream can no longer be cut: close it. `head` is what may still be answered with a 400 through `parseMessage`. */
  | { readonly type: 'error'; readonly code: 'too-large' | 'content-length'; readonly head: Uint8Array | undefined };

const CR = 0x0d;
const LF = 0x0a;

/**
 * Cuts a TCP or TLS stream into messages by Content-Length (§18.3). The events do not depend on how the stream was split
 * into reads. A message without Content-Length has no body. After an error nothing comes any more.
 *
 * `crlf` says what empty lines mean here. The side that accepted the connection expects pings: two CRLF make one. The side
 * that opened it expects pongs: each CRLF is one.
 */
export class SipStreamFramer {
  readonly #limits: ParseLimits;
  readonly #crlf: 'ping' | 'pong';
  #buffer: Uint8Array = new Uint8Array(0);
  /** The octets not yet delivered are those from `#start` to `#end`. */
  #start = 0;
  #end = 0;
  /** How far the search for the end of the head has come, so that slow senders cost no more than fast ones. */
  #searched = 0;
  /** Whole length of the message under way, once its head is known. */
  #expected: number | undefined;
  #emptyLines = 0;
  #failed = false;

  constructor(options: { readonly limits?: Partial<ParseLimits>; readonly crlf?: 'ping' | 'pong' } = {}) {
    this.#limits = { ...defaultParseLimits, ...options.limits };
    this.#crlf = options.crlf ?? 'ping';
  }

  /** Octets held back because their message is not complete. */
  get pending(): number {
    return this.#end - this.#start;
  }

  push(chunk: Uint8Array): readonly FramerEvent[] {
    if (this.#failed) return [];
    this.#append(chunk);
    const events: FramerEvent[] = [];
    for (let event = this.#next(); event !== undefined; event = this.#next()) {
      events.push(event);
      if (event.type === 'error') {
        this.#failed = true;
        this.#buffer = new Uint8Array(0);
        this.#start = this.#end = 0;
        break;
      }
    }
    return events;
  }

  #next(): FramerEvent | undefined {
    if (this.#expected === undefined) {
      const keepAlive = this.#takeEmptyLine();
      if (keepAlive !== undefined) return keepAlive;
      const measured = this.#measure();
      if (measured !== undefined) return measured;
    }
    if (this.#expected === undefined || this.pending < this.#expected) return undefined;
    const bytes = this.#buffer.slice(this.#start, this.#start + this.#expected);
    this.#start += this.#expected;
    this.#searched = this.#start;
    this.#expected = undefined;
    return { type: 'message', bytes };
  }

  /** Takes empty lines before a start line one by one (§7.5). */
  #takeEmptyLine(): FramerEvent | undefined {
    while (this.pending > 0) {
      const first = this.#buffer[this.#start];
      if (first === CR && this.pending === 1) return undefined;
      const length = first === LF ? 1 : first === CR && this.#buffer[this.#start + 1] === LF ? 2 : 0;
      if (length === 0) {
        this.#emptyLines = 0;
        return undefined;
      }
      this.#start += length;
      this.#searched = this.#start;
      this.#emptyLines++;
      if (this.#crlf === 'pong') return { type: 'pong' };
      if (this.#emptyLines % 2 === 0) return { type: 'ping' };
    }
    return undefined;
  }

  /** Finds the end of the head and with it the length of the message. */
  #measure(): FramerEvent | undefined {
    if (this.pending === 0) return undefined;
    const octets = this.#buffer.subarray(0, this.#end);
    const headEnd = findHeadEnd(octets, this.#searched);
    if (headEnd < 0) {
      // The end of line may have been cut through: look at the last octets again.
      this.#searched = Math.max(this.#start, this.#end - 3);
      return this.pending > this.#limits.messageBytes
        ? { type: 'error', code: 'too-large', head: undefined }
        : undefined;
    }
    const headLength = headEnd - this.#start;
    const bytes = octets.slice(this.#start, headEnd);
    const { fields, problem } = splitHead(latin1Decode(bytes), this.#limits);
    const length = declaredLength(fields);
    // A line that was left out may have told the length, and what is taken for the next message would be a body.
    const lost = length === undefined && problem !== undefined && problem.code !== 'bare-cr';
    if (length === 'malformed' || lost) return { type: 'error', code: 'content-length', head: bytes };
    if (headLength + (length ?? 0) > this.#limits.messageBytes)
      return { type: 'error', code: 'too-large', head: bytes };
    this.#expected = headLength + (length ?? 0);
    return undefined;
  }

  #append(chunk: Uint8Array): void {
    const { pending } = this;
    if (this.#end + chunk.length > this.#buffer.length) {
      const moved = this.#start;
      const wanted = pending + chunk.length;
      const target = wanted > this.#buffer.length ? new Uint8Array(Math.max(wanted, 2 * pending, 2048)) : this.#buffer;
      target.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = target;
      this.#start = 0;
      this.#end = pending;
      this.#searched -= moved;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }
}
