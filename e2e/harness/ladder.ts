import type { Arrow } from './phone.ts';
import type { Captured } from './tap.ts';

/** What the wire between two browsers and the gateway says the ladder of a call must show. */
export function arrowsOnTheWire(captured: readonly Captured[]): readonly Arrow[] {
  const caller = captured[0]?.connection;
  return captured.map(({ connection, direction, startLine }) => {
    const party = connection === caller ? 'caller' : 'callee';
    const status = /^SIP\/2\.0 (\d+)/.exec(startLine)?.[1];
    const what = status ?? startLine.split(' ')[0] ?? '';
    return direction === 'in' ? { what, from: party, to: 'gateway' } : { what, from: 'gateway', to: party };
  });
}

/**
 * The messages of one leg, those to the gateway first. Two wires have no common order, and nor have the two directions of
 * one: what crosses on the way passes the gateway and the tap in front of it in different orders.
 */
export const leg = (arrows: readonly Arrow[], party: string): readonly string[] =>
  [arrows.filter(({ from }) => from === party), arrows.filter(({ to }) => to === party)]
    .flat()
    .map(({ what, from, to }) => `${from} → ${to}: ${what}`);
