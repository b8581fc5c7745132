import type { Flow } from '@ringback/sip';

/** The up-calls of every adapter; the SIP server is the one listener. Of a flow it has closed itself it hears no more. */
export interface FlowUser {
  /** A connection is up. Never called for UDP. */
  opened(flow: Flow): void;
  /** A datagram, a WebSocket message, or octets of a stream. */
  received(flow: Flow, bytes: Uint8Array): void;
  /** A connection is gone or never came about; told once. Never called for UDP. */
  closed(flow: Flow, cause: string): void;
}
