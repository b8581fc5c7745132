import { all, integerIn, octetsOf, TOKEN } from './characters.ts';
import { canonicalName } from './header-names.ts';
import { trimmed } from './text.ts';

/**
 * One header line, as positions in a text: the head it was received in, or a line of its own. Nothing is copied out before
 * somebody asks; lines that no one touches keep their bytes.
 */
export class HeaderField {
  /** The canonical long name in lower case: 'via', 'call-id'. */
  readonly key: string;
  /** Holds the line, from `start` to `end`, and in it the value, from `from` to `to`: trimmed, each fold one space (§7.3.1). */
  readonly text: string;
  readonly start: number;
  readonly from: number;
  readonly to: number;
  readonly end: number;
  #octets: Uint8Array | undefined;
  readonly #folded: string | undefined;
  #reader: unknown;
  #value: unknown;

  /** `octets`: those of `text`, if they are there. `folded`: the line with its folds, where `text` has it without. */
  constructor(
    key: string,
    text: string,
    start: number,
    from: number,
    to: number,
    end: number,
    octets?: Uint8Array,
    folded?: string,
  ) {
    this.key = key;
    this.text = text;
    this.start = start;
    this.from = from;
    this.to = to;
    this.end = end;
    this.#octets = octets;
    this.#folded = folded;
    this.#reader = undefined;
    this.#value = undefined;
  }

  /** The octets of `text`, for the scanners. */
  get octets(): Uint8Array {
    this.#octets ??= octetsOf(this.text);
    return this.#octets;
  }

  /** The name as written. */
  get name(): string {
    return this.text.slice(this.start, this.text.indexOf(':', this.start)).trimEnd();
  }

  /** The value, trimmed, each fold read as one space (§7.3.1). One character per octet. */
  get value(): string {
    return this.text.slice(this.from, this.to);
  }

  /** The line exactly as received, folds included, without its final CRLF. */
  get raw(): string {
    return this.#folded ?? this.text.slice(this.start, this.end);
  }

  /** What `reader` makes of the line, computed once; headers that share the line share it. */
  read<T>(reader: (field: HeaderField) => T): T {
    if (this.#reader !== reader) {
      this.#value = reader(this);
      this.#reader = reader;
    }
    return this.#value as T;
  }
}

/** A line made here, checked: this is where header injection ends. */
export function headerField(name: string, value: string): HeaderField {
  if (!all(name, TOKEN)) throw new TypeError(`not a header name: ${JSON.stringify(name)}`);
  if (NOT_IN_VALUE.test(value)) {
    throw new TypeError(`a header value holds one octet per character and no line break: ${JSON.stringify(value)}`);
  }
  return plainField(canonicalName(name), name, trimmed(value));
}

const NOT_IN_VALUE = /[\r\n\u0100-\uffff]/;

/** A line of parts that are known to be sound; `folded`: as it was received, with its folds. */
export function plainField(key: string, name: string, value: string, folded?: string): HeaderField {
  const text = `${name}: ${value}`;
  return new HeaderField(key, text, 0, name.length + 2, text.length, text.length, undefined, folded);
}

/** The number a line holds (§25.1 1*DIGIT); undefined for anything else. */
export function numberOf({ octets, from, to }: HeaderField, max: number = Number.MAX_SAFE_INTEGER): number | undefined {
  return integerIn(octets, from, to, max);
}

/** A fold, CRLF and the white space around it, counts as one SP (§7.3.1). */
export function unfold(text: string): string {
  return text.includes('\r\n') ? trimmed(text.replace(/[ \t]*\r\n[ \t]+/g, ' ')) : text;
}
