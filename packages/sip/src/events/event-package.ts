/**
 * An event package (RFC 6665 §5) as a plug-in: how the state it reports is read and written. A plain value, without timers or dialogs.
 *
 * @example
 * const mood: EventPackage<string> = {
 *   name: 'mood',
 *   accept: ['text/plain'],
 *   read: (_type, body) => ({ ok: true, value: new TextDecoder().decode(body) }),
 * };
 */
export interface EventPackage<T> {
  /** As in the Event header, without parameters: `presence`, `message-summary`. */
  readonly name: string;
  /** Media types that can be read, in lower case and without parameters; the Accept of SUBSCRIBE. */
  readonly accept: readonly string[];
  /**
   * The state that `body` tells: whole, or `before` with a part changed. `contentType` is the essence, in lower case. `gap`: the part does not
   * fit `before`, so the whole state has to be asked for anew. Never throws.
   */
  read(contentType: string, body: Uint8Array, before: T | undefined): EventReading<T>;
  /** The whole state as a body: what a notifier or PUBLISH sends. */
  write?(value: T): EventBody;
}

/** What reading a NOTIFY gave: a value, or why there is none. */
export type EventReading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: 'malformed' | 'gap' };

/** State as it is sent. */
export interface EventBody {
  readonly contentType: string;
  readonly body: string;
}
