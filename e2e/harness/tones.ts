/** What is heard in a piece of audio: steady tones, silence, dialled digits. Samples are −1…1. */
export interface Audio {
  readonly rate: number;
  readonly samples: Float32Array;
}

const WINDOW_SECONDS = 0.1;
/** −46 dBFS: comfort noise and codec residue stay below it. */
const SILENCE = 0.005;

/** The share (0…1) of the energy of `samples` that lies at `hz` (Goertzel). */
export function share(samples: Float32Array, rate: number, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let [before, last, energy] = [0, 0, 0];
  for (const sample of samples) {
    [before, last] = [last, sample + coefficient * last - before];
    energy += sample * sample;
  }
  if (energy === 0) return 0;
  const power = last * last + before * before - coefficient * last * before;
  return (2 * power) / (samples.length * energy);
}

/** For how many seconds in all `hz` dominates; a busy machine drops a packet now and then. */
export function toneSeconds(audio: Audio, hz: number): number {
  return WINDOW_SECONDS * windows(audio).filter(dominatedBy(audio, hz)).length;
}

/** The longest time, in seconds, without `hz`. */
export function gapSeconds(audio: Audio, hz: number): number {
  const has = dominatedBy(audio, hz);
  return longest(audio, (window) => !has(window));
}

const dominatedBy =
  ({ rate }: Audio, hz: number) =>
  (window: Float32Array): boolean =>
    loudness(window) > SILENCE && share(window, rate, hz) > 0.6;

/** The longest run, in seconds, in which nothing is heard. */
export function silentSeconds(audio: Audio): number {
  return longest(audio, (window) => loudness(window) <= SILENCE);
}

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
const KEYS = ['123A', '456B', '789C', '*0#D'];

/**
 * The digits dialled, each once however long it sounds, as their two tones (Q.23). Chromium plays an event of 100 ms
 * for about 50 ms and what the microphone sends fills the rest: the windows overlap, two in a row decide, and a digit
 * heard again within 80 ms is the same one: the phone leaves more between two, and a busy machine less within one.
 */
export function digits({ samples, rate }: Audio): string {
  const [size, hop] = [Math.round(rate * 0.016), Math.round(rate * 0.004)];
  let [heard, before, current, silent] = ['', '', '', 0];
  for (let at = 0; at + size <= samples.length; at += hop) {
    const key = keyIn(samples.subarray(at, at + size), rate);
    silent = key === '' ? silent + 1 : 0;
    if (silent > 20) current = '';
    if (key !== '' && key === before && key !== current) {
      heard += key;
      current = key;
    }
    before = key;
  }
  return heard;
}

function keyIn(window: Float32Array, rate: number): string {
  if (loudness(window) <= SILENCE) return '';
  const [row, y] = strongest(window, rate, ROWS);
  const [column, x] = strongest(window, rate, COLUMNS);
  return row > 0.15 && column > 0.15 && row + column > 0.8 ? (KEYS[y]?.[x] ?? '') : '';
}

function strongest(window: Float32Array, rate: number, tones: readonly number[]): readonly [share: number, at: number] {
  let best: readonly [number, number] = [0, 0];
  for (const [at, hz] of tones.entries()) {
    const part = share(window, rate, hz);
    if (part > best[0]) best = [part, at];
  }
  return best;
}

function longest(audio: Audio, holds: (window: Float32Array) => boolean): number {
  let [best, run] = [0, 0];
  for (const window of windows(audio)) {
    run = holds(window) ? run + 1 : 0;
    best = Math.max(best, run);
  }
  return best * WINDOW_SECONDS;
}

function windows({ samples, rate }: Audio): readonly Float32Array[] {
  const size = Math.round(rate * WINDOW_SECONDS);
  return Array.from({ length: Math.floor(samples.length / size) }, (_, n) =>
    samples.subarray(n * size, (n + 1) * size),
  );
}

function loudness(window: Float32Array): number {
  return Math.sqrt(window.reduce((sum, sample) => sum + sample * sample, 0) / window.length);
}
