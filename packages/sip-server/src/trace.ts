import type { Flow, SipMessage } from '@ringback/sip';

/** One message on the wire, as the server saw it. */
export interface TraceEvent {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Seen from the server. */
  readonly direction: 'in' | 'out';
  readonly flow: Flow;
  readonly message: SipMessage;
  readonly bytes: Uint8Array;
  /** What the peer on this flow is in this call. `client`: outside of calls, as in REGISTER. */
  readonly role: TraceRole;
  /** The AOR the peer speaks for, as far as it is known. */
  readonly aor?: string;
}

export type TraceRole = 'caller' | 'callee' | 'upstream' | 'client';
