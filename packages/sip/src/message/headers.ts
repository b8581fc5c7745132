import { type HeaderField, headerField, plainField, unfold } from './header-field.ts';
import { canonicalName, isCommaList } from './header-names.ts';
import { findComma, splitCommas } from './split.ts';
import { trimmed } from './text.ts';

/**
 * The header of a message: an immutable, ordered list of lines. Lines that no one touches keep their bytes.
 * Values are Latin-1 text, one character per octet; text in other alphabets goes in through `encodeText`.
 * Misuse (a name that is no token, a line break or a character beyond one octet in a value) throws.
 */
export class Headers {
  static readonly empty: Headers = new Headers([]);

  readonly fields: readonly HeaderField[];
  /** Readers and what they read, one after the other: there are few. */
  #read: unknown[] | undefined;

  constructor(fields: readonly HeaderField[]) {
    this.fields = fields;
  }

  /** `Headers.of(['To', '<sip:bob@example.com>'], ['Max-Forwards', '70'])` */
  static of(...entries: readonly (readonly [name: string, value: string])[]): Headers {
    return new Headers(entries.map(([name, value]) => headerField(name, value)));
  }

  /** The first line of that name. Long and compact forms are the same name. */
  field(name: string): HeaderField | undefined {
    return this.fields[this.#indexOf(name)];
  }

  /** The value of the first line of that name. */
  get(name: string): string | undefined {
    return this.field(name)?.value;
  }

  has(name: string): boolean {
    return this.#indexOf(name) >= 0;
  }

  /** How many lines of that name there are. */
  count(name: string): number {
    const key = canonicalName(name);
    let count = 0;
    for (const field of this.fields) if (field.key === key) count++;
    return count;
  }

  /** The values of that name, one per line, in order. */
  all(name: string): readonly string[] {
    const key = canonicalName(name);
    const values: string[] = [];
    for (const field of this.fields) if (field.key === key) values.push(field.value);
    return values;
  }

  /** The comma-separated values of all lines of that name, in order; the four authentication headers are never split (§7.3.1). */
  list(name: string): readonly string[] {
    const key = canonicalName(name);
    const values: string[] = [];
    for (const field of this.fields) {
      if (field.key !== key) continue;
      if (!isCommaList(key)) values.push(field.value);
      else if (field.value !== '') values.push(...splitCommas(field.value));
    }
    return values;
  }

  /** The topmost value of that name: what stands before the first comma of its first line. */
  first(name: string): string | undefined {
    const value = this.get(name);
    const comma = value === undefined || !isCommaList(canonicalName(name)) ? -1 : findComma(value, 0);
    return comma < 0 ? value : value && trimmed(value.slice(0, comma));
  }

  /** Replaces all lines of that name, at the place of the first; appends when there is none. */
  with(name: string, value: string | readonly string[]): Headers {
    const { fields } = this;
    const made = (typeof value === 'string' ? [value] : value).map((each) => headerField(name, each));
    const first = this.#indexOf(name);
    const key = fields[first]?.key;
    if (key === undefined) return new Headers([...fields, ...made]);
    if (made.length === 1 && !fields.some((field, i) => i > first && field.key === key))
      return new Headers(fields.with(first, made[0] as HeaderField));
    const after = fields.filter((field, i) => i > first && field.key !== key);
    return new Headers([...fields.slice(0, first), ...made, ...after]);
  }

  /** A new line before the first of that name, or at the very top when there is none. */
  prepend(name: string, value: string): Headers {
    return new Headers(this.fields.toSpliced(Math.max(0, this.#indexOf(name)), 0, headerField(name, value)));
  }

  /** A new line at the end. */
  append(name: string, value: string): Headers {
    return new Headers([...this.fields, headerField(name, value)]);
  }

  /** Takes away every line of that name. */
  without(name: string): Headers {
    const key = canonicalName(name);
    const fields = this.fields.filter((field) => field.key !== key);
    return fields.length === this.fields.length ? this : new Headers(fields);
  }

  /** Takes away the topmost value of that name (a Via, a Route); what stands behind its comma stays as written. */
  withoutFirst(name: string): Headers {
    return this.#changeFirst(name, undefined);
  }

  /** Puts `value` in place of the topmost value of that name; what stands behind its comma stays as written. */
  withFirst(name: string, value: string): Headers {
    headerField(name, value);
    return this.#changeFirst(name, value);
  }

  /** What `reader` makes of these headers, computed once: the lazily parsed values of a message hang here. */
  read<T>(reader: (headers: Headers) => T): T {
    this.#read ??= [];
    const read = this.#read;
    for (let i = 0; i < read.length; i += 2) if (read[i] === reader) return read[i + 1] as T;
    const value = reader(this);
    read.push(reader, value);
    return value;
  }

  #indexOf(name: string): number {
    const { fields } = this;
    // Nearly all callers know the canonical name.
    for (let i = 0; i < fields.length; i++) if ((fields[i] as HeaderField).key === name) return i;
    const key = canonicalName(name);
    return key === name ? -1 : fields.findIndex((field) => field.key === key);
  }

  #changeFirst(name: string, value: string | undefined): Headers {
    const index = this.#indexOf(name);
    const field = this.fields[index];
    if (field === undefined) return value === undefined ? this : this.prepend(name, value);
    const fields = [...this.fields];
    const rest = isCommaList(field.key) ? afterFirstValue(field) : undefined;
    if (rest === undefined) {
      if (value === undefined) fields.splice(index, 1);
      else fields[index] = headerField(field.name, value);
    } else {
      const body = value === undefined ? rest : `${value}, ${rest}`;
      fields[index] = plainField(field.key, field.name, unfold(body), `${field.name}: ${body}`);
    }
    return new Headers(fields);
  }
}

/** What follows the comma after the first value of the line, folds kept; undefined when there is only one value. */
function afterFirstValue(field: HeaderField): string | undefined {
  const text = field.raw.slice(field.raw.indexOf(':') + 1);
  const comma = findComma(text, 0);
  return comma < 0 ? undefined : trimmed(text.slice(comma + 1));
}
