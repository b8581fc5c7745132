/** What the peer of an observer is in a call. `client`: outside of calls, as in REGISTER. */
export type TraceRole = 'caller' | 'callee' | 'upstream' | 'client';

/** One message as an observer saw it, who has one peer at a time: plain data, for keeping and for sending on. */
export interface TraceEntry {
  /** Rises from message to message of one observer. */
  readonly seq: number;
  /** Milliseconds since 1970, by the observer's clock. */
  readonly at: number;
  readonly callId: string;
  /** The observer: the phone at an end, or the gateway on the way. */
  readonly source: 'phone' | 'gateway';
  /** Seen from the observer. */
  readonly direction: 'in' | 'out';
  readonly peer: {
    readonly role: TraceRole;
    /** Address of record, or host and port. */
    readonly label: string;
    readonly transport: string;
    /** Host and port. */
    readonly address: string;
    /** The same as long as it is the same flow. */
    readonly key: string;
  };
  readonly startLine: string;
  readonly method: string;
  /** Of a response. */
  readonly status?: number;
  /** Number and method. */
  readonly cseq: string;
  /** The whole message, credentials removed. */
  readonly text: string;
}
