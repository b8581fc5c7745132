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

/** The longest run, in seconds, in which `hz` dominates without a gap. */
export function toneSeconds(audio: Audio, hz: number): number {
  return longest(audio, (window) => loudness(window) > SILENCE && share(window, audio.rate, hz) > 0.6);
}

/** The longest run, in seconds, in which nothing is heard. */
export function silentSeconds(audio: Audio): number {
  return longest(audio, (window) => loudness(window) <= SILENCE);
}

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
const KEYS = ['123A', '456B', '789C', '*0#D'];

/** The digits dialled, each once however long it sounds, as their two tones (Q.23). */
export function digits(audio: Audio): string {
  const size = Math.round(audio.rate * 0.03);
  let [heard, current] = ['', ''];
  for (let at = 0; at + size <= audio.samples.length; at += size) {
    const key = keyIn(audio.samples.subarray(at, at + size), audio.rate);
    if (key !== current && key !== '') heard += key;
    current = key;
  }
  return heard;
}

function keyIn(window: Float32Array, rate: number): string {
  if (loudness(window) <= SILENCE) return '';
  const strongest = (tones: readonly number[]): readonly [number, number] =>
    tones
      .map((hz, at) => [share(window, rate, hz), at] as const)
      .reduce((best, next) => (next[0] > best[0] ? next : best));
  const [row, y] = strongest(ROWS);
  const [column, x] = strongest(COLUMNS);
  return row > 0.2 && column > 0.2 && row + column > 0.75 ? (KEYS[y]?.[x] ?? '') : '';
}

function longest({ samples, rate }: Audio, holds: (window: Float32Array) => boolean): number {
  const size = Math.round(rate * WINDOW_SECONDS);
  let [best, run] = [0, 0];
  for (let at = 0; at + size <= samples.length; at += size) {
    run = holds(samples.subarray(at, at + size)) ? run + 1 : 0;
    best = Math.max(best, run);
  }
  return best * WINDOW_SECONDS;
}

function loudness(window: Float32Array): number {
  return Math.sqrt(window.reduce((sum, sample) => sum + sample * sample, 0) / window.length);
}
