import { type BodyPart, bodyParts, readBody, type SipMessage } from '../message/index.ts';
import { utf8Decode } from '../runtime/index.ts';

/** What a message says about media. */
export type SessionBody =
  | { readonly type: 'none' }
  | { readonly type: 'sdp'; readonly sdp: string }
  /** A body we must understand and do not (§8.2.3): 415 with these headers. */
  | { readonly type: 'unsupported'; readonly headers: readonly (readonly [string, string])[] };

/**
 * Finds the session description in a body, alone or as a part of a multipart. One for another purpose, as early-session, is none. Where nothing
 * can be refused any more, in responses and ACK, what else is there is passed over.
 */
export function sessionBody(message: SipMessage): SessionBody {
  const { headers, body } = message;
  const taken = readBody(message, sdpTypes, ['session']);
  if ('status' in taken && message.kind === 'request' && message.cseq.method !== 'ACK')
    return { type: 'unsupported', headers: taken.headers };
  const parts = 'status' in taken ? bodyParts({ headers, body }).filter(isSession) : taken;
  const [sdp] = parts;
  return sdp === undefined ? { type: 'none' } : { type: 'sdp', sdp: utf8Decode(sdp.body) };
}

function isSession({ contentType, disposition = 'session', headers }: BodyPart): boolean {
  return contentType?.essence === sdpTypes[0] && disposition === 'session' && !headers.has('content-encoding');
}

const sdpTypes = ['application/sdp'];
