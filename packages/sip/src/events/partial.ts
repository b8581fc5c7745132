import type { EventReading } from './event-package.ts';

/**
 * What becomes of a document with a version (RFC 4235 §4.2, RFC 4575 §4.4, RFC 3680 §5.2): `whole` and `part` are taken, by `make`; one older
 * than what is known is passed over; a part that does not follow at once is a gap.
 */
export function readVersioned<T extends { readonly version: number }>(
  version: number | undefined,
  whole: boolean,
  before: T | undefined,
  make: (before: T | undefined) => T,
): EventReading<T> {
  if (version === undefined) return { ok: false, reason: 'malformed' };
  if (before && (version < before.version || (!whole && version === before.version)))
    return { ok: true, value: before };
  if (!whole && version !== (before?.version ?? Number.NaN) + 1) return { ok: false, reason: 'gap' };
  return { ok: true, value: make(whole ? undefined : before) };
}

/** The rows of a table with some changed: by `key`, in the order of their first coming. Undefined takes a row away. */
export function updateRows<T, C>(
  rows: readonly T[] | undefined,
  changes: readonly C[],
  key: { readonly row: (row: T) => string; readonly change: (change: C) => string },
  update: (change: C, row: T | undefined) => T | undefined,
): readonly T[] {
  const table = new Map((rows ?? []).map((row) => [key.row(row), row]));
  for (const change of changes) {
    const id = key.change(change);
    const row = update(change, table.get(id));
    if (row === undefined) table.delete(id);
    else table.set(id, row);
  }
  return [...table.values()];
}
