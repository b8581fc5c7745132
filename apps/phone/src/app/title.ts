import type { CallSnapshot } from '../bridge/index.ts';
import { clockText } from '../words/times.ts';

export interface TitleFacts {
  readonly incoming: string | undefined;
  readonly call: CallSnapshot | undefined;
  readonly name: string;
  readonly missed: number;
  readonly now: number;
}

/** The tab's title: who rings, how long the call has been, and whether one is muted, seen from any other tab. */
export function titleText({ incoming, call, name, missed, now }: TitleFacts): string {
  if (incoming !== undefined) return `☎ ${incoming} is calling`;
  if (call !== undefined) {
    const clock = call.answeredAt === undefined ? 'Calling' : clockText(now - call.answeredAt);
    const state = call.muted ? '🔇 ' : call.hold.here ? '⏸ ' : '';
    return `${state}${clock} ${name}`;
  }
  return missed > 0 ? `(${missed}) Ringback` : 'Ringback';
}
