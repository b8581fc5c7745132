import { LazyMap } from '../runtime/lazy.ts';
/** The three parts of a dialog's name (§12). */
export interface DialogId {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
}

/**
 * Finds what belongs to a dialog by its triple. The levels are kept apart instead of gluing the parts into one string: tags `a` + `bc` and
 * `ab` + `c` are different dialogs.
 */
export class DialogTable<T> {
  readonly #calls = new LazyMap<string, Map<string, Map<string, T>>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  *values(): Iterable<T> {
    for (const call of this.#calls.values()) for (const side of call.values()) yield* side.values();
  }

  get(id: DialogId): T | undefined {
    return this.#calls.get(id.callId)?.get(id.localTag)?.get(id.remoteTag);
  }

  set(id: DialogId, value: T): void {
    const call = within(this.#calls, id.callId);
    const side = within(call, id.localTag);
    if (!side.has(id.remoteTag)) this.#size += 1;
    side.set(id.remoteTag, value);
  }

  /** Removes the entry, only when it still holds `value`: a successor that took the place stays. */
  delete(id: DialogId, value: T): void {
    const call = this.#calls.get(id.callId);
    const side = call?.get(id.localTag);
    if (!call || !side || side.get(id.remoteTag) !== value) return;
    side.delete(id.remoteTag);
    this.#size -= 1;
    if (side.size === 0) call.delete(id.localTag);
    if (call.size === 0) this.#calls.delete(id.callId);
  }
}

function within<K, V>(
  map: Pick<Map<string, Map<K, V>>, 'get'> & { set(key: string, value: Map<K, V>): unknown },
  key: string,
): Map<K, V> {
  const present = map.get(key);
  if (present) return present;
  const made = new Map<K, V>();
  map.set(key, made);
  return made;
}
