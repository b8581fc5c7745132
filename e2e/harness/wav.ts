import { readFileSync } from 'node:fs';
import type { Audio } from './tones.ts';

/** Reads 16-bit PCM WAV, first channel. A recording still being written has no lengths yet: then all that is there counts. */
export function readWav(path: string): Audio {
  const bytes = readFileSync(path);
  let [channels, rate] = [1, 8000];
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    if (id === 'fmt ') [channels, rate] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 12)];
    if (id === 'data') {
      const frames = Math.floor((bytes.length - at - 8) / (2 * channels));
      const samples = Float32Array.from(
        { length: frames },
        (_, frame) => bytes.readInt16LE(at + 8 + frame * 2 * channels) / 32768,
      );
      return { rate, samples };
    }
    at += 8 + length + (length % 2);
  }
  return { rate, samples: new Float32Array(0) };
}
