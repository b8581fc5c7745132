import type { ReconnectOptions } from './options.ts';

export const defaultReconnect: ReconnectOptions = {
  first: 300,
  low: 500,
  high: 2000,
  eager: 60_000,
  base: 30_000,
  max: 120_000,
  spareBase: 90_000,
  spareMax: 1_800_000,
  stable: 10_000,
  connect: 5_000,
};

export interface Outage {
  readonly since: number;
  /** Tries made so far, and how many of them were made after the eager time. */
  readonly tries: number;
  readonly lateTries: number;
}

/**
 * How long to wait before the next try, in ms: at once, then every half to two seconds for a minute, and from there on what RFC 5626 §4.5 asks
 * for: min(max, base · 2ⁿ), of which 50–100 %, so that the clients of a fallen server do not come back as one. With a `spare` flow up there
 * is no hurry, and after the first try it is as RFC 5626 §4.5 says.
 */
export function retryDelay(
  outage: Outage,
  now: number,
  dice: number,
  options: ReconnectOptions,
  spare: boolean = false,
): number {
  if (outage.tries === 0) return dice * options.first;
  if (!late(outage, now, options, spare)) return options.low + dice * (options.high - options.low);
  const [base, max] = spare ? [options.spareBase, options.spareMax] : [options.base, options.max];
  return Math.min(max, base * 2 ** Math.min(outage.lateTries, 20)) * (0.5 + dice / 2);
}

export function afterTry(outage: Outage, now: number, options: ReconnectOptions, spare: boolean = false): Outage {
  return {
    since: outage.since,
    tries: outage.tries + 1,
    lateTries: outage.lateTries + Number(late(outage, now, options, spare)),
  };
}

function late({ since }: Outage, now: number, { eager }: ReconnectOptions, spare: boolean): boolean {
  return spare || now - since >= eager;
}
