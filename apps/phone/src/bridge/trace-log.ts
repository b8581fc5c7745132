import type { TraceEntry } from './protocol.ts';

/** Ladder entries of what is watched in this tab, in the order they happened, each once. */
export class TraceLog {
  readonly #entries = new Map<string, readonly TraceEntry[]>();

  get(key: string): readonly TraceEntry[] {
    return this.#entries.get(key) ?? NONE;
  }

  add(key: string, entries: readonly TraceEntry[]): void {
    const known = this.get(key);
    const seen = new Set(known.map(idOf));
    const fresh = entries.filter((entry) => !seen.has(idOf(entry)));
    if (fresh.length === 0) return;
    // Two sources in the same millisecond stay as they came; one source's entries are in its own order.
    const all = [...known, ...fresh].sort((a, b) => a.at - b.at || (a.source === b.source ? a.seq - b.seq : 0));
    this.#entries.set(key, all);
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }
}

const NONE: readonly TraceEntry[] = [];

const idOf = (entry: TraceEntry): string => `${entry.source} ${entry.seq} ${entry.at}`;
