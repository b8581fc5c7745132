import { ladder } from '@ringback/sip/ladder';
import type { Ladder, Lane } from './rows.ts';

/** The ladder to be pasted somewhere: its messages between its lanes, printed as the core prints ladders. */
export function ladderText({ lanes, rows }: Ladder, nameOf: (lane: Lane) => string): string {
  const key = (index: number): string => lanes[index]?.key ?? '';
  const entries = rows.flatMap((row) =>
    row.kind === 'arrow' ? [{ at: row.entry.at, from: key(row.from), to: key(row.to), message: row.entry.text }] : [],
  );
  return ladder(entries, { names: Object.fromEntries(lanes.map((lane) => [lane.key, nameOf(lane)])) });
}
