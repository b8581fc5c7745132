import type { SipRequest, SipResponse } from '../message/message.ts';
import type { ParseFailure } from '../message/parse.ts';
import type { Flow } from './flow.ts';

/** Who is told what arrived; in practice the transaction layer. */
export interface TransportUser {
  /** The top Via already carries `received` and `rport` (§18.2.1, RFC 3581 §4). */
  request(request: SipRequest, flow: Flow): void;
  response(response: SipResponse, flow: Flow): void;
  /** A connection is up, ours or the peer's. */
  flowOpened?(flow: Flow): void;
  /** A connection is gone, or never came about; told once, and never for a flow that was given up with `close`. */
  flowClosed(flow: Flow, cause: string): void;
  /** Something arrived that is no SIP message. What can be answered has been answered. */
  malformed?(failure: ParseFailure, flow: Flow): void;
}
