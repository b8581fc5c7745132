import type { SipRequest, SipResponse } from '../message/index.ts';
import type { LiveDialog } from './live-dialog.ts';

/** Acknowledges the reliable 1xx to one INVITE in one dialog (RFC 3262 §4). */
export class ReliableOrder {
  readonly #dialog: LiveDialog;
  readonly #settled: () => void;
  #last: number | undefined;
  /** PRACKs without their final response. */
  #open = 0;

  /** `settled` runs when every PRACK has its final response. */
  constructor(dialog: LiveDialog, settled: () => void = () => {}) {
    this.#dialog = dialog;
    this.#settled = settled;
  }

  get idle(): boolean {
    return this.#open === 0;
  }

  /** What a 1xx is: to be taken as it is, to be acknowledged first, or to be dropped since it is out of order or came again. */
  judge({ status, require, rseq }: SipResponse): 'unreliable' | 'reliable' | 'dropped' {
    if (status === 100 || rseq === undefined || !require.includes('100rel')) return 'unreliable';
    if (this.#last !== undefined && rseq !== this.#last + 1) return 'dropped';
    this.#last = rseq;
    return 'reliable';
  }

  /** `answer`: to the offer that the 1xx held. */
  acknowledge(invite: SipRequest, response: SipResponse, answer?: string): void {
    const { number, method } = invite.cseq;
    const closed = () => {
      this.#open -= 1;
      if (this.idle) this.#settled();
    };
    this.#open += 1;
    this.#dialog.send(
      {
        method: 'PRACK',
        headers: [['RAck', `${response.rseq} ${number} ${method}`]],
        body: answer,
        contentType: 'application/sdp',
      },
      // Who does not know what is acknowledged will say so by the final response to the INVITE.
      { final: closed, failed: closed },
    );
  }
}
