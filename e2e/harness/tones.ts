/** What is heard in a piece of audio: steady tones and silence. Samples are −1…1. */
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

const dominatedBy =
  ({ rate }: Audio, hz: number) =>
  (window: Float32Array): boolean =>
    loudness(window) > SILENCE && share(window, rate, hz) > 0.6;

/** The longest run, in seconds, in which nothing is heard. */
export function silentSeconds(audio: Audio): number {
  return longest(audio, (window) => loudness(window) <= SILENCE);
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
