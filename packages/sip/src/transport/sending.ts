import type { SipRequest } from '../message/message.ts';
import type { Flow } from './flow.ts';

/** A request on its way: what is kept to send it again, octet for octet. */
export interface Sending {
  /** With our Via on top. */
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly bytes: Uint8Array;
}
