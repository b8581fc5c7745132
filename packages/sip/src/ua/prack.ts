import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Core } from './core.ts';
import type { LiveDialog } from './live-dialog.ts';
import { product } from './own-headers.ts';

/** Acknowledges the reliable 1xx to one INVITE in one dialog (RFC 3262 §4). */
export class ReliableOrder {
  readonly #core: Core;
  readonly #dialog: LiveDialog;
  #last: number | undefined;

  constructor(core: Core, dialog: LiveDialog) {
    this.#core = core;
    this.#dialog = dialog;
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
    this.#dialog.send(
      {
        method: 'PRACK',
        headers: [
          ['RAck', `${response.rseq} ${number} ${method}`],
          ...product(this.#core),
          ...(answer === undefined ? [] : [['Content-Type', 'application/sdp'] as const]),
        ],
        ...(answer !== undefined && { body: answer }),
      },
      // Who does not know what is acknowledged will say so by the final response to the INVITE.
      { final() {}, failed() {} },
    );
  }
}
