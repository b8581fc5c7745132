import type { SipResponse } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import { respond } from './answers.ts';
import type { Core } from './core.ts';
import type { DialogUsage, LiveDialog } from './live-dialog.ts';
import { repeat } from './repeat.ts';

interface Provisional {
  readonly response: SipResponse;
  readonly acknowledged: (prack: ServerTransaction) => void;
}

/**
 * Our reliable 1xx to one INVITE (RFC 3262 §3): one at a time, each sent again after T1, 2·T1, 4·T1 … until its PRACK. A usage of the
 * dialog of its own, since a PRACK may come after the 2xx.
 */
export class ReliableProvisionals implements DialogUsage {
  readonly #core: Core;
  readonly #dialog: LiveDialog;
  readonly #invite: ServerTransaction;
  readonly #unacknowledged: () => void;
  /** Of the one that is out: it needs its PRACK. */
  #rseq: number;
  readonly #queue: Provisional[] = [];
  #final = false;
  #stop: () => void = () => {};

  constructor(core: Core, dialog: LiveDialog, invite: ServerTransaction, unacknowledged: () => void) {
    this.#core = core;
    this.#dialog = dialog;
    this.#invite = invite;
    this.#unacknowledged = unacknowledged;
    // Between 1 and 2³¹ − 1, with room to count.
    this.#rseq = Math.floor(core.random.number() * 0x7fff0000);
    dialog.add(this);
  }

  /** A description has no PRACK yet: the 2xx must wait for it. */
  get holdsDescription(): boolean {
    return this.#queue.some(({ response }) => response.body.length > 0);
  }

  send(response: SipResponse, acknowledged: Provisional['acknowledged']): void {
    if (this.#queue.push({ response, acknowledged }) === 1) this.#next();
  }

  request(prack: ServerTransaction): boolean {
    const { method, rack } = prack.request;
    if (method !== 'PRACK') return false;
    const { number } = this.#invite.request.cseq;
    const [pending] = this.#queue;
    const matches = rack?.rseq === this.#rseq && rack.cseq.number === number && rack.cseq.method === 'INVITE';
    if (!pending || !matches) {
      respond(prack, 481);
      return true;
    }
    this.#stop();
    this.#queue.shift();
    // Its answer first, what waited for it then: few expect them crossed.
    pending.acknowledged(prack);
    if (this.#final) this.close();
    else this.#next();
    return true;
  }

  /** The 2xx is out: nothing is sent again, but the PRACK of what was sent may still come. */
  finish(): void {
    this.#final = true;
    this.#queue.splice(1);
    if (this.#queue.length === 0) this.close();
  }

  close(): void {
    this.#final = true;
    this.#stop();
    this.#dialog.remove(this);
  }

  #next(): void {
    const [next] = this.#queue;
    if (!next) return;
    this.#rseq += 1;
    const { response } = next;
    const headers = response.headers.append('Require', '100rel').append('RSeq', String(this.#rseq));
    const numbered = response.with({ headers });
    this.#stop = repeat(
      this.#core,
      () => {
        if (!this.#final) this.#invite.respond(numbered);
      },
      () => {
        const late = !this.#final;
        this.close();
        if (late) this.#unacknowledged();
      },
    );
  }
}
