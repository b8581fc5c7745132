/** Text and octets. UTF-8 for bodies and display names, Latin-1 (one character per octet) for headers on the wire. */

// Both hosts have these; the core's own `lib` and `types` know of no host.
const host = globalThis as unknown as {
  readonly TextEncoder: new () => {
    encode(text: string): Uint8Array;
    encodeInto(text: string, into: Uint8Array): { readonly read: number; readonly written: number };
  };
  readonly TextDecoder: new (label: string) => { decode(bytes: Uint8Array): string };
  /** Node's, whose methods take any octets: one copy, without a look at what they are. */
  readonly Buffer?: {
    readonly prototype: {
      latin1Slice?(this: Uint8Array, from: number, to: number): string;
      latin1Write?(this: Uint8Array, text: string, at: number, length: number): number;
    };
  };
};
const encoder = new host.TextEncoder();
const decoder = new host.TextDecoder('utf-8');
const { latin1Slice, latin1Write } = host.Buffer?.prototype ?? {};

/** The octets of text in UTF-8. */
export function utf8Encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Never throws: what is not UTF-8 becomes U+FFFD. */
export function utf8Decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Characters above U+00FF lose their upper bits: callers hand in text that came from `latin1Decode` or ASCII. */
export function latin1Encode(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  latin1EncodeInto(text, bytes);
  return bytes;
}

/**
 * Room for octets that the caller writes one and all. Small ones share memory, as Node's Buffers do: a memory of its own costs more than
 * printing a message into it.
 */
export function room(length: number): Uint8Array {
  if (length > SLAB / 4) return new Uint8Array(length);
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB);
    used = 0;
  }
  const from = used;
  used += length;
  return slab.subarray(from, used);
}

const SLAB = 32768;
let slab: Uint8Array = new Uint8Array(0);
let used = 0;

/** The same at the beginning of `into`, which has room for it. ASCII is UTF-8 and goes the host's way; anything else needs more room. */
export function latin1EncodeInto(text: string, into: Uint8Array): void {
  if (latin1Write?.call(into, text, 0, text.length) === text.length) return;
  const { read, written } = encoder.encodeInto(text, into);
  if (read === text.length && written === text.length) return;
  for (let i = 0; i < text.length; i++) into[i] = text.charCodeAt(i);
}

/**
 * Not `TextDecoder('latin1')`: by its standard that label means windows-1252, which moves 0x80 to 0x9F. ASCII, which nearly every head is,
 * is UTF-8 too and decodes at the speed of the host; whether it was ASCII shows by the length and by no replacement character.
 */
export function latin1Decode(octets: Uint8Array, from = 0, to: number = octets.length): string {
  if (latin1Slice) return latin1Slice.call(octets, from, to);
  const bytes = octets.subarray(from, to);
  const ascii = decoder.decode(bytes);
  if (ascii.length === bytes.length && !ascii.includes('\ufffd')) return ascii;
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    // Not spread: iterating a typed array costs ten times as much as handing it over as it is.
    text += Reflect.apply(String.fromCharCode, undefined, bytes.subarray(at, at + CHUNK));
  }
  return text;
}

const CHUNK = 4096;
