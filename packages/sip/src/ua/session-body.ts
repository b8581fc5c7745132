import { bodyOf, refuseBody, type SipMessage } from '../message/index.ts';
import { utf8Decode } from '../runtime/index.ts';

/** What a message says about media. */
export type SessionBody =
  | { readonly type: 'none' }
  | { readonly type: 'sdp'; readonly sdp: string }
  /** A body we must understand and do not (§8.2.3): 415 with these headers. */
  | { readonly type: 'unsupported'; readonly headers: readonly (readonly [string, string])[] };

/** Finds the session description in a body, alone or as a part of a multipart. */
export function sessionBody(message: SipMessage): SessionBody {
  const refusal = refuseBody(message, ['application/sdp']);
  if (refusal) return { type: 'unsupported', headers: refusal.headers };
  const sdp = bodyOf(message, 'application/sdp');
  return sdp === undefined ? { type: 'none' } : { type: 'sdp', sdp: utf8Decode(sdp) };
}
