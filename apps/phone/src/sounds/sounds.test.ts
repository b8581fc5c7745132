import { describe, expect, it } from 'vitest';
import type { CallSnapshot } from '../bridge/index.ts';
import { connectedCall } from '../bridge/testing/examples.ts';
import { CADENCES, keyTone, planned } from './cadence.ts';
import { endTone, wantedLoop } from './wanted.ts';

const call = (change: Partial<CallSnapshot>): CallSnapshot => ({ ...connectedCall, ...change });
const calls = (incoming: CallSnapshot[], own: CallSnapshot[]) => ({ incoming, own, elsewhere: [] });

describe('which sound is wanted', () => {
  const ringing = call({ state: 'ringing', media: { state: 'none' } });

  it('rings for a call, and only knocks for a second one', () => {
    expect(wantedLoop(calls([call({ state: 'incoming' })], []))).toBe('ring');
    expect(wantedLoop(calls([call({ state: 'incoming' })], [connectedCall]))).toBe('waiting');
  });

  it('plays ringback until the far side sends audio of its own', () => {
    expect(wantedLoop(calls([], [ringing]))).toBe('ringback');
    expect(wantedLoop(calls([], [{ ...ringing, media: { state: 'connected' } }]))).toBeUndefined();
    expect(wantedLoop(calls([], [connectedCall]))).toBeUndefined();
  });

  it('plays a tone for what the far side or the network ended, not for what was ended here', () => {
    expect(endTone({ outcome: 'busy', by: 'there' })).toBe('busy');
    expect(endTone({ outcome: 'not-found', by: 'there' })).toBe('congestion');
    expect(endTone({ outcome: 'completed', by: 'there' })).toBeUndefined();
    expect(endTone({ outcome: 'cancelled', by: 'here' })).toBeUndefined();
  });
});

it('knows the two frequencies of every key (ITU-T Q.23)', () => {
  expect(keyTone('1')).toEqual([697, 1209]);
  expect(keyTone('0')).toEqual([941, 1336]);
  expect(keyTone('D')).toEqual([941, 1633]);
  expect(keyTone('x')).toEqual([]);
});

it('plans the whole ringing at once, never beyond its limit', () => {
  const bursts = planned(CADENCES.ring);
  expect(bursts).toHaveLength(40 * 14);
  expect(Math.max(...bursts.map((burst) => burst.at))).toBeLessThan(120);
});
