import { LazyMap } from '../runtime/lazy.ts';

/** The three parts of a dialog's name (§12). */
export interface DialogId {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
}

/** Finds what belongs to a dialog by its triple. */
export class DialogTable<T> {
  readonly #dialogs = new LazyMap<string, T>();

  get size(): number {
    return this.#dialogs.size;
  }

  values(): Iterable<T> {
    return this.#dialogs.values();
  }

  get(id: DialogId): T | undefined {
    return this.#dialogs.get(keyOf(id));
  }

  set(id: DialogId, value: T): void {
    this.#dialogs.set(keyOf(id), value);
  }

  /** Removes the entry, only when it still holds `value`: a successor that took the place stays. */
  delete(id: DialogId, value: T): void {
    if (this.get(id) === value) this.#dialogs.delete(keyOf(id));
  }
}

/** Joined by what none of the parts can contain: tags `a` + `bc` and `ab` + `c` are different dialogs. */
function keyOf({ callId, localTag, remoteTag }: DialogId): string {
  return [callId, localTag, remoteTag].join('\n');
}
