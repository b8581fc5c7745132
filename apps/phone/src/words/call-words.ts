import type { CallEnd, CallOutcome, CallSnapshot, RecentCall } from '../bridge/index.ts';
import { type MicrophoneWords, microphoneWords } from './microphone-words.ts';

/** The one line under the name of a live call. */
export function statusLine(call: CallSnapshot, name: string): string {
  switch (call.state) {
    case 'dialing':
      return 'Calling…';
    case 'ringing':
      return 'Ringing…';
    case 'incoming':
      return 'Incoming call';
    case 'answering':
      return 'Connecting…';
    case 'ending':
      return 'Ending…';
    case 'ended':
      return 'Call ended';
    case 'connected':
      return connectedLine(call, name);
  }
}

function connectedLine(call: CallSnapshot, name: string): string {
  if (call.reconnecting || call.media.state === 'interrupted') return 'Reconnecting…';
  if (call.hold.here && call.hold.there) return 'On hold on both sides';
  if (call.hold.here) return `You put ${name} on hold`;
  if (call.hold.there) return `${name} put you on hold`;
  return call.media.state === 'connected' ? 'Connected' : 'Connecting audio…';
}

export type EndAction = 'call-again' | 'edit-number' | 'none';

export interface EndWords {
  readonly headline: string;
  /** What it means or what to do; only when there is something to say. */
  readonly hint?: string;
  readonly action: EndAction;
  readonly tone: 'plain' | 'error';
}

/** How a call ended, in words for a person; the SIP status is under Details and never here. */
export function endWords(end: CallEnd, name: string, domain = ''): EndWords {
  switch (end.outcome) {
    case 'completed':
      return plain(end.by === 'there' ? `${name} hung up` : 'Call ended', 'call-again');
    case 'cancelled':
      return plain('Call cancelled', 'call-again');
    case 'declined':
      return end.by === 'here'
        ? plain('You declined the call', 'call-again')
        : plain(`${name} declined the call`, 'call-again');
    case 'busy':
      return plain(`${name} is busy`, 'call-again');
    case 'missed':
      return plain(`You missed a call from ${name}`, 'call-again');
    case 'answered-elsewhere':
      return plain('Answered on another device', 'none');
    case 'not-found':
      return notFound(end, name, domain);
    case 'unavailable':
      return plain(`${name} is not available`, 'call-again', 'Nobody is signed in there right now. Try again later.');
    case 'no-answer':
      return plain(`${name} did not answer`, 'call-again');
    case 'no-common-media':
      return error('No common audio format', 'call-again', `${name}’s phone cannot speak with a browser directly.`);
    case 'forbidden':
      return end.status === 401 || end.status === 407
        ? error('The server did not accept your sign-in', 'call-again', 'Sign in again, then call.')
        : error('You are not allowed to call this number', 'edit-number');
    case 'microphone':
      return ofMicrophone(microphoneWords(end.mediaError ?? '', 'unknown'));
    case 'interrupted':
      return error(
        'The call was cut off',
        'call-again',
        end.by === 'here'
          ? 'The page that held the call was reloaded or closed.'
          : 'The connection was lost and did not come back.',
      );
    case 'failed':
      return failed(end);
  }
}

function notFound(end: CallEnd, name: string, domain: string): EndWords {
  if (end.status === 484)
    return error('Number incomplete', 'edit-number', 'The number seems to be missing some digits.');
  const where = domain === '' || name.includes('@') ? '' : ` at ${domain}`;
  return error('Number not found', 'edit-number', `There is no “${name}”${where}.`);
}

function failed(end: CallEnd): EndWords {
  const status = end.status ?? 0;
  if (status === 503) return error('The phone service is unavailable', 'call-again', 'Try again in a moment.');
  if (status >= 500) return error('The phone service had a problem', 'call-again', 'Try again in a moment.');
  if (status === 482 || status === 483)
    return error('The call went round in circles', 'call-again', 'The far side forwards calls in a loop.');
  if (status === 421 || status === 420) return error('The phones do not understand each other', 'call-again');
  if (status === 416) return unsupportedAddress(end);
  if (status === 408 || (status === 0 && end.by === 'network')) {
    return error('The phone service did not answer', 'call-again', 'Check your connection and try again.');
  }
  return error('The call did not go through', 'call-again');
}

function unsupportedAddress(end: CallEnd): EndWords {
  return end.by === 'here'
    ? error(
        'This address needs a secure connection',
        'edit-number',
        'It begins with “sips:”, and your connection to the phone service is not encrypted.',
      )
    : error('This kind of address cannot be called there', 'edit-number');
}

function ofMicrophone(words: MicrophoneWords): EndWords {
  return error(words.headline, 'call-again', words.hint);
}

const plain = (headline: string, action: EndAction, hint?: string): EndWords =>
  hint === undefined ? { headline, action, tone: 'plain' } : { headline, action, hint, tone: 'plain' };
const error = (headline: string, action: EndAction, hint?: string): EndWords => ({
  ...plain(headline, action, hint),
  tone: 'error',
});

/** Outcome of a call in a list, two words at most; the direction is told by the icon and by `recentWords`. */
const OUTCOME: Record<CallOutcome, string> = {
  completed: 'Answered',
  cancelled: 'Cancelled',
  declined: 'Declined',
  busy: 'Busy',
  missed: 'Missed',
  'answered-elsewhere': 'Answered elsewhere',
  'not-found': 'Not found',
  unavailable: 'Not available',
  'no-answer': 'No answer',
  'no-common-media': 'No common audio',
  forbidden: 'Not allowed',
  microphone: 'Microphone problem',
  interrupted: 'Cut off',
  failed: 'Failed',
};

export type RecentKind = 'outgoing' | 'incoming' | 'missed' | 'declined' | 'elsewhere' | 'failed';

export interface RecentWords {
  readonly kind: RecentKind;
  readonly text: string;
}

/** A call of the history as icon and text. Answered elsewhere is not missed. */
export function recentWords(call: RecentCall): RecentWords {
  const { outcome } = call.end;
  if (outcome === 'completed')
    return { kind: call.direction, text: call.direction === 'incoming' ? 'Incoming' : 'Outgoing' };
  if (outcome === 'answered-elsewhere') return { kind: 'elsewhere', text: OUTCOME[outcome] };
  if (isMissed(call)) return { kind: 'missed', text: OUTCOME.missed };
  if (outcome === 'declined' && call.direction === 'incoming') return { kind: 'declined', text: 'Declined' };
  if (outcome === 'cancelled' && call.direction === 'outgoing') return { kind: 'outgoing', text: 'Cancelled' };
  return { kind: 'failed', text: OUTCOME[outcome] };
}

/** An incoming call nobody here picked up or refused. */
export function isMissed(call: RecentCall): boolean {
  if (call.direction !== 'incoming') return false;
  return (
    call.end.outcome === 'missed' ||
    (call.end.outcome === 'cancelled' && call.end.by !== 'here') ||
    call.end.outcome === 'no-answer'
  );
}
