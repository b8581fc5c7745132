/** Character classes of §25.1, one bit each, looked up by octet. */
export const TOKEN = 1;
export const DIGIT = 2;
export const HEX = 4;
/** What a host name may hold. The underscore is not in the grammar but in many networks. */
export const HOST = 8;
/** What may stand unescaped in the user part: unreserved, user-unreserved, ";" "?" and, beyond the grammar, "#" and 8-bit octets. */
export const USER = 16;
/** What a URI parameter may hold (paramchar), with "%" for its escapes and 8-bit octets let through. */
export const PARAM = 32;
/** Characters that end an unquoted header parameter value. */
export const STOP = 64;
/** What a scheme may hold after its first letter. */
export const SCHEME = 128;

export const SP = 0x20;
export const HT = 0x09;
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const COMMA = 0x2c;
export const EQUAL = 0x3d;
export const LESS = 0x3c;
export const GREATER = 0x3e;
export const QUESTION = 0x3f;
export const SLASH = 0x2f;
export const PERCENT = 0x25;
export const AT = 0x40;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;

const DIGITS = '0123456789';
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ALPHANUM = LETTERS + DIGITS;
const MARK = "-_.!~*'()";

const classes = new Uint8Array(256);
mark(TOKEN, `${ALPHANUM}-.!%*_+\`'~`);
mark(DIGIT, DIGITS);
mark(HEX, `${DIGITS}abcdefABCDEF`);
mark(HOST, `${ALPHANUM}-._`);
mark(USER, `${ALPHANUM}${MARK}&=+$,;?/%#`);
mark(PARAM, `${ALPHANUM}${MARK}[]/:&+$%`);
mark(STOP, ' \t";,<>=\\');
mark(SCHEME, `${ALPHANUM}+-.`);
for (let code = 0x80; code < 0x100; code++) classes[code] = (classes[code] ?? 0) | USER | PARAM;

function mark(bit: number, characters: string): void {
  for (let i = 0; i < characters.length; i++) {
    const code = characters.charCodeAt(i);
    classes[code] = (classes[code] ?? 0) | bit;
  }
}

/** Whether the octet belongs to the class. */
export function is(octet: number, bit: number): boolean {
  return ((classes[octet] as number) & bit) !== 0;
}

/** Whether the text is not empty and each of its characters is of the class. */
export function all(text: string, bit: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff || !is(code, bit)) return false;
  }
  return text.length > 0;
}

/**
 * The octets of a text, for the scanners: the engine reads them three times as fast as characters. Behind them stands a 0, which is of
 * no class, so that no one runs over the end (past the end of a text is NaN, and one of them slows down the reading of all). A 0 stands
 * for a character beyond one octet as well.
 */
export function octetsOf(text: string): Uint8Array {
  const octets = new Uint8Array(text.length + 1);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    octets[i] = code > 0xff ? 0 : code;
  }
  return octets;
}

/** The position of the first octet at or after `from` that is not of the class. What stops it may stand behind the value that is read. */
export function skip(octets: Uint8Array, from: number, bit: number): number {
  let i = from;
  while (is(octets[i] as number, bit)) i++;
  return i;
}

/** LWS: a folded value holds only SP and HT, the folds themselves are taken out before (§7.3.1). */
export function skipSpace(octets: Uint8Array, from: number): number {
  let i = from;
  while (octets[i] === SP || octets[i] === HT) i++;
  return i;
}

/** The position just after the quoted string that opens at `from`, or -1 when it is not closed before `to`. */
export function skipQuoted(octets: Uint8Array, from: number, to: number): number {
  for (let i = from + 1; i < to; i++) {
    if (octets[i] === BACKSLASH) i++;
    else if (octets[i] === QUOTE) return i + 1;
  }
  return -1;
}

/** A number of digits only, at most 2^53-1; undefined for anything else (§25.1 1*DIGIT). */
export function parseInteger(text: string, max: number = Number.MAX_SAFE_INTEGER): number | undefined {
  const value = all(text, DIGIT) ? Number(text) : Number.NaN;
  return value <= max ? value : undefined;
}

/** The same for the digits from `from` to `to`. */
export function integerIn(octets: Uint8Array, from: number, to: number, max: number): number | undefined {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = (octets[i] as number) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return from < to && value <= max ? value : undefined;
}
