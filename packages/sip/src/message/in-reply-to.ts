import type { Headers } from './headers.ts';

/** The Call-IDs that this request answers (§20.21), without those that keep no grammar. */
export function readInReplyTo(headers: Headers): readonly string[] {
  return headers.list('in-reply-to').filter((callId) => /^[^\s@,]+(?:@[^\s@,]+)?$/.test(callId));
}
