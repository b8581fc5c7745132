import { describe, expect, it } from 'vitest';
import { type Audio, silentSeconds, toneSeconds } from './tones.ts';

const rate = 8000;
const sound = (...parts: readonly (readonly [seconds: number, ...hz: number[]])[]): Audio => ({
  rate,
  samples: Float32Array.from(
    parts.flatMap(([seconds, ...tones]) =>
      Array.from({ length: seconds * rate }, (_, n) =>
        tones.reduce((sum, hz) => sum + 0.2 * Math.sin((2 * Math.PI * hz * n) / rate), 0),
      ),
    ),
  ),
});

describe('listening', () => {
  it('counts how long a tone sounds', () => {
    expect(toneSeconds(sound([1, 440], [0.2], [2, 440]), 440)).toBeCloseTo(3);
  });

  it('does not take another tone for it', () => {
    expect(toneSeconds(sound([1, 660]), 440)).toBe(0);
  });

  it('does not hear a tone in two tones', () => {
    expect(toneSeconds(sound([1, 440, 660]), 440)).toBe(0);
  });

  it('measures silence', () => {
    expect(silentSeconds(sound([1, 440], [0.5], [1, 440]))).toBeCloseTo(0.5);
  });
});
