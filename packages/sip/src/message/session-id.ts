import type { Headers } from './headers.ts';
import { parseTokenValue } from './tokens.ts';

/** The identifier that outlives B2BUAs: one half from each end (RFC 7989 §5), each 32 hexadecimal digits in lower case. */
export interface SessionId {
  /** The half of whoever sent the message; all zeros where a middlebox spoke for an end it does not know. */
  readonly local: string;
  /** The half of the receiver as the sender knows it; absent from senders of the older RFC 7329. */
  readonly remote?: string;
}

/** What stands for the half that is not known yet (RFC 7989 §5). */
export const NIL_UUID: string = '0'.repeat(32);

/** `Session-ID = sess-uuid *( SEMI remote=sess-uuid / generic-param )`; anything else reads as absent. */
export function readSessionId(headers: Headers): SessionId | undefined {
  const value = parseTokenValue(headers.get('session-id') ?? '');
  if (value === undefined || !isUuid(value.token)) return undefined;
  const remote = value.params.get('remote');
  if (remote === undefined) return { local: value.token };
  return isUuid(remote) ? { local: value.token, remote } : undefined;
}

/** The header's value; a half that is not known is nil. */
export function printSessionId({ local, remote = NIL_UUID }: SessionId): string {
  return `${local};remote=${remote}`;
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}
