/** Anything that can tell how much it still holds. */
export type Countable = { readonly counts: Readonly<Record<string, number>> } | { readonly pendingTimers: number };

/** Throws unless nothing is left: no transaction, no dialog, no timer. */
export function assertIdle(...parts: readonly Countable[]): void {
  const left: string[] = [];
  for (const part of parts) {
    const counts = 'counts' in part ? part.counts : { pendingTimers: part.pendingTimers };
    for (const [name, count] of Object.entries(counts)) if (count !== 0) left.push(`${count} ${name}`);
  }
  if (left.length > 0) throw new Error(`not idle: ${left.join(', ')}`);
}
