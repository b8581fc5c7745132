import type { TraceEntry } from '../../bridge/index.ts';
import { explainFinal } from './explain-final.ts';
import { explainRequest } from './explain-request.ts';

export interface Explanation {
  /** One plain sentence or two. */
  readonly sentence: string;
  /** `RFC 3261 §17.1.1.3`. */
  readonly section: string;
  readonly reach: Reach;
}

/** How far a message goes. */
export type Reach =
  /** To the next element only. */
  | 'one hop'
  /** From one phone to the other. */
  | 'end to end'
  /** As far as the registrar, which may stand behind an edge proxy. */
  | 'registrar'
  /** A challenge: its author is whichever element wants the proof (§22). */
  | 'challenge'
  /** A phone or any proxy on the way may have made it; every element passes it back (§16.7). */
  | 'to the caller'
  | 'final, to the caller'
  | 'final, to the sender';

export const REACH: Readonly<Record<Reach, string>> = {
  'one hop': 'One hop only',
  'end to end': 'End to end',
  registrar: 'Between phone and registrar',
  challenge: 'From whoever asks for the password',
  'to the caller': 'Passed back to the caller',
  'final, to the caller': 'Final answer, passed back to the caller',
  'final, to the sender': 'Final answer, passed back to the sender',
};

/** What came before a message, as far as its meaning depends on it. */
export interface Context {
  /** Messages shown before this one, oldest first. */
  readonly before: readonly TraceEntry[];
}

/** What one message of the ladder means. */
export function explain(entry: TraceEntry, context: Context): Explanation {
  if (entry.status === undefined) return explainRequest(entry, context);
  return entry.status < 200 ? explainProvisional(entry, entry.status) : explainFinal(entry, entry.status, context);
}

function explainProvisional(entry: TraceEntry, status: number): Explanation {
  const end = (sentence: string, section: string): Explanation => ({ sentence, section, reach: 'end to end' });
  const back = (sentence: string, section: string): Explanation => ({ sentence, section, reach: 'to the caller' });
  switch (status) {
    case 100:
      return {
        sentence:
          'The next hop has the request and works on it, so the sender stops repeating it. It says nothing about the far phone, and it is never passed on: each hop sends its own.',
        section: 'RFC 3261 §21.1.1, §16.7 step 5',
        reach: 'one hop',
      };
    case 180:
      return end(
        'The far phone itself says that it rings. This answer travels the whole way back to the caller.',
        'RFC 3261 §21.1.2',
      );
    case 181:
      return back('The call is being forwarded to another destination.', 'RFC 3261 §21.1.3');
    case 182:
      return back('The far side cannot take the call this moment and keeps it waiting.', 'RFC 3261 §21.1.4');
    case 183:
      return back(
        'The far side reports progress before there is an answer; with a session description in it, tones or announcements can already be heard.',
        'RFC 3261 §21.1.5',
      );
    case 199:
      return back('One branch of the call has ended; the others go on.', 'RFC 6228 §4');
    default:
      return back(`The ${entry.method} is under way; nothing is decided yet.`, 'RFC 3261 §7.2');
  }
}
