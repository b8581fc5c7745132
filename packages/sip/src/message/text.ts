import { latin1Decode, latin1Encode, utf8Decode, utf8Encode } from '../runtime/bytes.ts';

/** Octets of a header as readable text: UTF-8 (§7.3.1), with U+FFFD where it is not. */
export function decodeText(octets: string): string {
  return isAscii(octets) ? octets : utf8Decode(latin1Encode(octets));
}

/** Readable text as the octets of a header: UTF-8, one character per octet; line breaks become spaces. */
export function encodeText(text: string): string {
  const line = text.replace(/[\r\n]+/g, ' ');
  return isAscii(line) ? line : latin1Decode(utf8Encode(line));
}

/** `quoted-string = DQUOTE *(qdtext / quoted-pair) DQUOTE` */
export function quote(octets: string): string {
  return `"${octets.replace(/["\\]/g, '\\$&')}"`;
}

/** The content of a quoted string with its quoted-pairs resolved; any other text as it is. */
export function unquote(text: string): string {
  if (text.charAt(0) !== '"') return text;
  const inner = text.slice(1, text.length > 1 && text.endsWith('"') ? -1 : undefined);
  if (!inner.includes('\\')) return inner;
  let plain = '';
  for (let i = 0; i < inner.length; i++) {
    if (inner.charAt(i) === '\\' && i + 1 < inner.length) i++;
    plain += inner.charAt(i);
  }
  return plain;
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
