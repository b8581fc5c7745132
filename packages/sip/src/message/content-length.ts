import { type HeaderField, numberOf } from './header-field.ts';

/**
 * The length a head declares: undefined when it says none, `malformed` when a value is no number or two values differ.
 * Octets, never characters (§20.14). This is where messages are cut apart, so nothing is guessed.
 */
export function declaredLength(fields: readonly HeaderField[]): number | 'malformed' | undefined {
  let length: number | undefined;
  for (const field of fields) {
    if (field.key !== 'content-length') continue;
    const value = numberOf(field);
    if (value === undefined || (length !== undefined && length !== value)) return 'malformed';
    length = value;
  }
  return length;
}
