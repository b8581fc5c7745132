import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Timer } from '../runtime/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import type { Core } from './core.ts';

/**
 * Our 2xx to an INVITE on its way to the caller: sent again, octet for octet, after T1, 2·T1 … T2 until the ACK is here, over every
 * transport, since a proxy further on may use UDP (§13.3.1.4).
 */
export class AcceptedInvite {
  readonly transaction: ServerTransaction;
  readonly #core: Core;
  readonly #response: SipResponse;
  #again: Timer | undefined;
  readonly #deadline: Timer;

  constructor(core: Core, transaction: ServerTransaction, response: SipResponse, unacknowledged: () => void) {
    this.#core = core;
    this.transaction = transaction;
    this.#response = response;
    transaction.respond(response);
    this.#schedule(core.timers.t1);
    this.#deadline = core.after(64 * core.timers.t1, () => {
      this.stop();
      unacknowledged();
    });
  }

  isAckedBy(ack: SipRequest): boolean {
    return ack.cseq.number === this.transaction.request.cseq.number;
  }

  stop(): void {
    this.#again?.cancel();
    this.#deadline.cancel();
  }

  #schedule(interval: number): void {
    this.#again = this.#core.after(interval, () => {
      this.transaction.respond(this.#response);
      this.#schedule(Math.min(2 * interval, this.#core.timers.t2));
    });
  }
}
