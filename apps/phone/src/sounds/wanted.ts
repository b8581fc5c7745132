import type { CallEnd } from '../bridge/index.ts';
import type { TabCalls } from '../store/selectors.ts';
import type { LoopName, ShotName } from './cadence.ts';

/** Which sound the calls of this tab ask for. In a call a second one only knocks; the ringtone would deafen. */
export function wantedLoop({ incoming, own }: TabCalls): LoopName | undefined {
  if (incoming.length > 0) return own.length > 0 ? 'waiting' : 'ring';
  // Audio before the answer comes from the far side; the local tone must not cover it.
  const calling = own.find((call) => call.state === 'ringing' && call.media.state !== 'connected');
  return calling === undefined ? undefined : 'ringback';
}

/** The short tone after a call that did not come about, or was cut. */
export function endTone(end: CallEnd | undefined): ShotName | undefined {
  if (end === undefined || end.by === 'here') return undefined;
  switch (end.outcome) {
    case 'busy':
    case 'declined':
      return 'busy';
    case 'completed':
    case 'cancelled':
    case 'missed':
    case 'answered-elsewhere':
    case 'microphone':
      return undefined;
    default:
      return 'congestion';
  }
}
