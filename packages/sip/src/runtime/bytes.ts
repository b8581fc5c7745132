/** Text and octets. UTF-8 for bodies and display names, Latin-1 (one character per octet) for headers on the wire. */

// Both hosts have these; the core's own `lib` and `types` know of no host.
const { TextEncoder, TextDecoder } = globalThis as unknown as {
  readonly TextEncoder: new () => {
    encode(text: string): Uint8Array;
    encodeInto(text: string, into: Uint8Array): { readonly read: number; readonly written: number };
  };
  readonly TextDecoder: new (label: string) => { decode(bytes: Uint8Array): string };
};
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8');

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

/** The same at the beginning of `into`, which has room for it. ASCII is UTF-8 and goes the host's way; anything else needs more room. */
export function latin1EncodeInto(text: string, into: Uint8Array): void {
  const { read, written } = encoder.encodeInto(text, into);
  if (read === text.length && written === text.length) return;
  for (let i = 0; i < text.length; i++) into[i] = text.charCodeAt(i);
}

/**
 * Not `TextDecoder('latin1')`: by its standard that label means windows-1252, which moves 0x80 to 0x9F. ASCII, which nearly every head is,
 * is UTF-8 too and decodes at the speed of the host; whether it was ASCII shows by the length and by no replacement character.
 */
export function latin1Decode(bytes: Uint8Array): string {
  const ascii = decoder.decode(bytes);
  if (ascii.length === bytes.length && !ascii.includes('\ufffd')) return ascii;
  let text = '';
  for (let from = 0; from < bytes.length; from += CHUNK) {
    // Not spread: iterating a typed array costs ten times as much as handing it over as it is.
    text += Reflect.apply(String.fromCharCode, undefined, bytes.subarray(from, from + CHUNK));
  }
  return text;
}

const CHUNK = 4096;
