import { BACKSLASH, COMMA, GREATER, LESS, QUOTE } from './characters.ts';
import { trimmed } from './text.ts';

/**
 * The position of the first comma at or after `from` that separates two values, or -1.
 * Commas inside quoted strings and inside <…> belong to the value (§7.3.1).
 */
export function findComma(text: string, from: number, to: number = text.length): number {
  let bracket = false;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code === COMMA) {
      if (!bracket) return i;
    } else if (code === QUOTE && !bracket) {
      i = closingQuote(text, i);
    } else if (code === LESS) {
      bracket = true;
    } else if (code === GREATER) {
      bracket = false;
    }
  }
  return -1;
}

/** Where the value that begins at `from` ends: at its comma, or at `to`. */
export function valueEnd(text: string, from: number, to: number): number {
  let comma = text.indexOf(',', from);
  if (comma >= 0 && comma < to) comma = findComma(text, from, to);
  return comma < 0 || comma > to ? to : comma;
}

/** The comma-separated values of one header line, trimmed. Empty elements are kept: the grammar forbids them, the reader decides. */
export function splitCommas(text: string): string[] {
  let comma = findComma(text, 0);
  if (comma < 0) return [text];
  const values: string[] = [];
  let from = 0;
  while (comma >= 0) {
    values.push(trimmed(text.slice(from, comma)));
    from = comma + 1;
    comma = findComma(text, from);
  }
  values.push(trimmed(text.slice(from)));
  return values;
}

/** Whether every value of the line holds; looks no further than the first that does not, so that rubbish costs what one value costs. */
export function everyValue(text: string, holds: (value: string) => boolean): boolean {
  for (let from = 0; ; ) {
    const comma = findComma(text, from);
    if (!holds(trimmed(text.slice(from, comma < 0 ? undefined : comma)))) return false;
    if (comma < 0) return true;
    from = comma + 1;
  }
}

/** Position of the quote that closes the one at `open`, or the end of the text. */
function closingQuote(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i;
  }
  return text.length;
}
