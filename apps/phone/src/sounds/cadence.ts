/** The sounds of a phone as numbers: which frequencies, when on, how loud. All are made on the spot, none is fetched. */

export type LoopName = 'ring' | 'waiting' | 'ringback';
export type ShotName = 'busy' | 'congestion';

export interface Burst {
  /** Seconds from the start of the cadence. */
  readonly at: number;
  readonly length: number;
  readonly hertz: readonly number[];
}

export interface Cadence {
  readonly period: number;
  /** 0–1. */
  readonly volume: number;
  /** Seconds until full volume. */
  readonly fadeIn: number;
  /** Seconds after which it is silent whatever happens. */
  readonly limit: number;
  readonly bursts: readonly Burst[];
}

const warble = (start: number): readonly Burst[] =>
  [587.33, 739.99, 880, 739.99, 587.33, 739.99, 880].map((note, index) => ({
    at: start + index * 0.13,
    length: 0.12,
    hertz: [note, note * 2],
  }));

const beeps = (hertz: number, on: number, off: number): Cadence => ({
  period: on + off,
  volume: 0.12,
  fadeIn: 0,
  limit: 2,
  bursts: [{ at: 0, length: on, hertz: [hertz] }],
});

/** Tones as they are in most of Europe (ITU-T E.180 supplement 2). */
export const CADENCES: Readonly<Record<LoopName | ShotName, Cadence>> = {
  ring: { period: 3, volume: 0.3, fadeIn: 2, limit: 120, bursts: [...warble(0), ...warble(1.05)] },
  waiting: {
    period: 4,
    volume: 0.06,
    fadeIn: 0,
    limit: 120,
    bursts: [
      { at: 0, length: 0.2, hertz: [440] },
      { at: 0.4, length: 0.2, hertz: [440] },
    ],
  },
  ringback: { period: 5, volume: 0.1, fadeIn: 0, limit: 180, bursts: [{ at: 0, length: 1, hertz: [425] }] },
  busy: beeps(425, 0.5, 0.5),
  congestion: beeps(425, 0.25, 0.25),
};

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
const KEYS = '123A456B789C*0#D';

/** The two frequencies of a key (ITU-T Q.23), for the click one hears when pressing it. */
export function keyTone(digit: string): readonly number[] {
  const index = KEYS.indexOf(digit);
  if (digit.length !== 1 || index < 0) return [];
  return [ROWS[Math.floor(index / 4)] ?? 0, COLUMNS[index % 4] ?? 0];
}

/** Every burst until the limit: planned at once, so that a page in the background, whose timers sleep, goes on ringing. */
export function planned(cadence: Cadence): readonly Burst[] {
  const rounds = Math.ceil(cadence.limit / cadence.period);
  return Array.from({ length: rounds }, (_, round) =>
    cadence.bursts.map((burst) => ({ ...burst, at: burst.at + round * cadence.period })),
  )
    .flat()
    .filter((burst) => burst.at < cadence.limit);
}
