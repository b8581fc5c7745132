import type { SipRequest, SipResponse } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import type { Core } from './core.ts';
import { repeat } from './repeat.ts';

/**
 * Our 2xx to an INVITE on its way to the caller: sent again, octet for octet, after T1, 2·T1 … T2 until the ACK is here, over every
 * transport, since a proxy further on may use UDP (§13.3.1.4).
 */
export class AcceptedInvite {
  readonly transaction: ServerTransaction;
  readonly stop: () => void;

  constructor(core: Core, transaction: ServerTransaction, response: SipResponse, unacknowledged: () => void) {
    this.transaction = transaction;
    this.stop = repeat(core, () => transaction.respond(response), unacknowledged, core.timers.t2);
  }

  isAckedBy(ack: SipRequest): boolean {
    return ack.cseq.number === this.transaction.request.cseq.number;
  }
}
