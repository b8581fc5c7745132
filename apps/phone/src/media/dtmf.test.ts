import { describe, expect, it } from 'vitest';
import { carriesEvents } from './dtmf.ts';

const opus = { mimeType: 'audio/opus', clockRate: 48000 };
const pcmu = { mimeType: 'audio/PCMU', clockRate: 8000 };
const events = (clockRate: number) => ({ mimeType: 'audio/telephone-event', clockRate });

describe('whether a digit can go as a named event, RFC 4733 §2.1', () => {
  it('can when events were agreed at the clock rate of the audio', () => {
    expect(carriesEvents([opus, events(48000), events(8000)])).toBe(true);
    expect(carriesEvents([pcmu, events(8000)])).toBe(true);
  });
  it('cannot over Opus when the far side took only telephone-event/8000', () => {
    expect(carriesEvents([opus, events(8000)])).toBe(false);
  });
  it('cannot without telephone-event', () => {
    expect(carriesEvents([pcmu])).toBe(false);
    expect(carriesEvents([])).toBe(false);
  });
});
