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

/** Without the white space around it: SP, HT and the line ends of folds. Not `trim`, which takes 0xA0 for white space too, the end of many a character. */
export function trimmed(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}
