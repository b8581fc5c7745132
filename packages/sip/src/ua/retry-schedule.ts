import type { Random } from '../runtime/index.ts';
import type { ReconnectOptions } from './options.ts';

export const defaultReconnect: ReconnectOptions = {
  first: 300,
  low: 500,
  high: 2000,
  eager: 60_000,
  base: 30_000,
  max: 120_000,
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
 * for: min(max, base · 2ⁿ), of which 50–100 %, so that the clients of a fallen server do not come back as one.
 */
export function retryDelay(outage: Outage, now: number, random: Random, options: ReconnectOptions): number {
  if (outage.tries === 0) return random.number() * options.first;
  if (now - outage.since < options.eager) return options.low + random.number() * (options.high - options.low);
  const wait = Math.min(options.max, options.base * 2 ** Math.min(outage.lateTries, 20));
  return wait * (0.5 + random.number() / 2);
}

export function afterTry(outage: Outage, now: number, options: ReconnectOptions): Outage {
  const late = now - outage.since >= options.eager;
  return { since: outage.since, tries: outage.tries + 1, lateTries: outage.lateTries + (late ? 1 : 0) };
}
