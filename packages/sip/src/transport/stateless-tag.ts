import type { SipRequest } from '../message/message.ts';

/**
 * The To tag of a response that is given without keeping state: the same for every copy of the request (§8.2.7), so it
 * is computed from what a copy has in common (FNV-1a over Call-ID, CSeq and branch).
 */
export function statelessTag(request: SipRequest): string {
  const text = `${request.callId}\n${request.headers.get('cseq')}\n${request.via.branch}`;
  let high = 0x811c9dc5;
  let low = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    high = Math.imul(high ^ text.charCodeAt(i), 0x01000193);
    low = Math.imul(low ^ text.charCodeAt(text.length - 1 - i), 0x01000193);
  }
  return hex(high) + hex(low);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
