import type { TraceEntry } from '../../bridge/index.ts';
import { explainFinal } from './explain-final.ts';
import { explainRequest } from './explain-request.ts';

export interface Explanation {
  /** One plain sentence or two. */
  readonly sentence: string;
  /** `RFC 3261 §17.1.1.3`. */
  readonly section: string;
  /** How far this message goes: to the next element only, or from one phone to the other. */
  readonly reach: 'one hop' | 'end to end';
}

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
      return end('The call is being forwarded to another destination.', 'RFC 3261 §21.1.3');
    case 182:
      return end('The far side cannot take the call this moment and keeps it waiting.', 'RFC 3261 §21.1.4');
    case 183:
      return end(
        'The far side reports progress before there is an answer; with a session description in it, tones or announcements can already be heard.',
        'RFC 3261 §21.1.5',
      );
    case 199:
      return end('One branch of the call has ended; the others go on.', 'RFC 6228 §4');
    default:
      return end(`The ${entry.method} is under way; nothing is decided yet.`, 'RFC 3261 §7.2');
  }
}
