import type { SessionEnd } from '@ringback/sip';
import type { CallEnd, CallOutcome } from '../bridge/protocol.ts';

/** What this side knows of the end that SIP does not tell. */
export type LocalCause =
  /** The microphone did not open: `name` is the DOMException's. */
  | { readonly kind: 'microphone'; readonly name: string; readonly detail: string }
  /** The description of the far side was not one a browser can talk to. */
  | { readonly kind: 'no-common-media'; readonly detail: string }
  /** The tab with the microphone went away. */
  | { readonly kind: 'owner-gone' }
  /** Refused by the engine itself, since there are calls enough. */
  | { readonly kind: 'all-lines-busy' };

export interface EndFacts {
  readonly direction: 'outgoing' | 'incoming';
  readonly answered: boolean;
  readonly end: SessionEnd;
  readonly cause?: LocalCause;
}

/** From the end of a session to what a person is told. */
export function callEnd({ direction, answered, end, cause }: EndFacts): CallEnd {
  const detail = detailOf(end);
  const facts = {
    by: BY[end.by],
    ...(end.status !== undefined && { status: end.status }),
    ...(detail !== '' && { detail }),
  };
  switch (cause?.kind) {
    case 'microphone':
      return { outcome: 'microphone', by: 'here', mediaError: cause.name, detail: cause.detail };
    case 'no-common-media':
      return { ...facts, outcome: 'no-common-media', by: 'here', status: end.status ?? 488, detail: cause.detail };
    case 'owner-gone':
      return { ...facts, outcome: answered ? 'interrupted' : 'cancelled', by: 'here' };
    case 'all-lines-busy':
      return { ...facts, outcome: 'missed', by: 'here' };
    case undefined:
      return { ...facts, outcome: answered ? answeredOutcome(end) : unanswered(direction, end) };
  }
}

const BY = { local: 'here', remote: 'there', network: 'network' } as const;

function answeredOutcome(end: SessionEnd): CallOutcome {
  switch (end.kind) {
    case 'hangup':
    case 'replaced':
    case 'cancelled':
    case 'rejected':
    case 'answered-elsewhere':
      return 'completed';
    case 'failed':
    case 'timeout':
      return end.status === undefined
        ? 'interrupted'
        : BY_STATUS.get(end.status) === 'no-common-media'
          ? 'no-common-media'
          : 'interrupted';
  }
}

function unanswered(direction: EndFacts['direction'], end: SessionEnd): CallOutcome {
  if (end.kind === 'answered-elsewhere') return 'answered-elsewhere';
  if (direction === 'incoming') {
    if (end.by === 'local') return end.status === undefined ? 'declined' : (refusedHere(end.status) ?? 'declined');
    return 'missed';
  }
  // It rang for as long as we wait; a request nobody answered at all says nothing of the far side.
  if (end.kind === 'timeout') return end.by === 'local' ? 'no-answer' : 'failed';
  // 480: the tab was gone before the call had left. Any other failure of our own has a reason to be told.
  if (end.by === 'local' && (end.kind !== 'failed' || end.status === 480)) return 'cancelled';
  return (end.status === undefined ? undefined : BY_STATUS.get(end.status)) ?? 'failed';
}

function refusedHere(status: number): CallOutcome | undefined {
  const outcome = BY_STATUS.get(status);
  return outcome === 'no-common-media' || outcome === 'unavailable' ? outcome : undefined;
}

/** RFC 3261 §21, RFC 8197 (607), RFC 8688 (608). */
const BY_STATUS: ReadonlyMap<number, CallOutcome> = new Map<number, CallOutcome>([
  [401, 'forbidden'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [407, 'forbidden'],
  [408, 'no-answer'],
  [410, 'not-found'],
  [415, 'no-common-media'],
  [480, 'unavailable'],
  [484, 'not-found'],
  [485, 'not-found'],
  [486, 'busy'],
  // Somebody on the way ended it, not we: nobody took the call.
  [487, 'no-answer'],
  [488, 'no-common-media'],
  [600, 'busy'],
  [603, 'declined'],
  [604, 'not-found'],
  [606, 'no-common-media'],
  [607, 'declined'],
  [608, 'declined'],
]);

function detailOf(end: SessionEnd): string {
  const reasons = (end.reasonHeader ?? []).map(({ protocol, cause, text }) => {
    const code = cause === undefined ? protocol : `${protocol} ${cause}`;
    return text === undefined ? code : `${code} ${text}`;
  });
  return [end.reason, end.warning, ...reasons].filter((part) => part !== undefined && part !== '').join(' · ');
}
