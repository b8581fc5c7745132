import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Timer } from '../runtime/index.ts';
import type { ClientTransaction, FailureCause } from '../transaction/index.ts';
import type { Target } from '../transport/index.ts';
import type { Core } from './core.ts';
import type { Flows } from './flows.ts';
import type { LiveDialog } from './live-dialog.ts';
import { withLongerInterval } from './session-timer.ts';

export interface ExchangeUser {
  provisional?(response: SipResponse, request: SipRequest): void;
  /** The final response, and to an INVITE every further 2xx. `request` is the one it answers. */
  final(response: SipResponse, request: SipRequest): void;
  failed(cause: FailureCause): void;
  /** The request goes out again with credentials: a new transaction with a new CSeq. */
  again?(request: SipRequest): void;
  /** Nothing more will come. */
  over?(): void;
}

/** Where a request goes, first and if that is no way any more. */
export type Outlet = Pick<Flows, 'target' | 'failOver'>;

/**
 * One request and what it takes to get it answered: when it is challenged it goes out again with credentials under the next CSeq number
 * (§22.2), which the owner of the numbers hands out. So it does with a longer session interval when it gets 422 (RFC 4028 §7.3).
 */
export class Exchange {
  readonly #core: Core;
  readonly #user: ExchangeUser;
  readonly #outlet: Outlet;
  readonly #nextCSeq: () => number;
  readonly #dialog: LiveDialog | undefined;
  #request: SipRequest;
  #transaction: ClientTransaction | undefined;
  #attempt = 0;
  #choice = 0;
  #challenges = 0;
  #answered = false;
  /** Any response came to the request as it went last. */
  #heard = false;
  #target: Target | undefined;
  /** Addresses of the server that it went to since one answered. */
  #tries = 1;
  #cancelled: readonly (readonly [string, string])[] | undefined;
  /** A re-INVITE must not wait for ever. */
  #patience: Timer | undefined;

  /** `nextCSeq`: of whoever sends more than this request; else they are its own. */
  constructor(
    core: Core,
    request: SipRequest,
    user: ExchangeUser,
    nextCSeq?: () => number,
    dialog?: LiveDialog,
    outlet: Outlet = core.flows,
  ) {
    this.#core = core;
    this.#nextCSeq = nextCSeq ?? (() => this.#request.cseq.number + 1);
    this.#user = user;
    this.#dialog = dialog;
    this.#outlet = outlet;
    this.#request = this.#authorized(request);
    this.#send();
  }

  get request(): SipRequest {
    return this.#request;
  }

  /** By which way it went: `Outlet.target`. */
  get choice(): number {
    return this.#choice;
  }

  get cancelled(): boolean {
    return this.#cancelled !== undefined;
  }

  /** INVITE only. Waits for a 1xx by itself; too late is no error (§9.1). */
  cancel(headers: readonly (readonly [string, string])[] = []): void {
    if (this.#answered || this.#cancelled) return;
    this.#cancelled = headers;
    this.#transaction?.cancel(headers);
  }

  #send(): void {
    const target = this.#outlet.target(this.#choice, this.#dialog);
    const attempt = ++this.#attempt;
    this.#target = target;
    this.#heard = false;
    this.#transaction = undefined;
    if (!target) {
      this.#core.after(0, () => this.#failed('transport'));
      return;
    }
    const current = (step: () => void) => () => {
      if (attempt === this.#attempt) this.#core.turns.run(step);
    };
    this.#transaction = this.#core.transactions.request(this.#request, target, {
      response: (response) => current(() => this.#received(response))(),
      failed: (cause) => current(() => this.#failed(cause))(),
      terminated: current(() => this.#user.over?.()),
    });
    if (this.#cancelled) this.#transaction.cancel(this.#cancelled);
  }

  #received(response: SipResponse): void {
    this.#heard = true;
    if (response.status < 200) {
      if (this.#dialog && response.cseq.method === 'INVITE') {
        this.#patience?.cancel();
        this.#patience = this.#core.after(patience, () => this.cancel());
      }
      this.#user.provisional?.(response, this.#request);
      return;
    }
    this.#patience?.cancel();
    if (!this.#answered && ((response.status === 503 && this.#failOver()) || this.#retry(response))) return;
    this.#answered = true;
    if (response.isSuccess) this.#core.credentials.accepted(this.#request, response);
    this.#user.final(response, this.#request);
  }

  /** The same request once more, as a transaction of its own, to where the server may be found as well (RFC 3263 §4.3). */
  #failOver(): boolean {
    const over = !this.#cancelled && this.#target && this.#outlet.failOver(this.#target, this.#tries);
    if (!over) return false;
    this.#tries += 1;
    this.#send();
    return true;
  }

  #retry(response: SipResponse): boolean {
    if (this.#cancelled || this.#challenges >= maxChallenges) return false;
    const answered = this.#next(response);
    if (!answered) return false;
    this.#challenges += 1;
    const cseq = `${this.#nextCSeq()} ${answered.method}`;
    this.#request = answered.with({ headers: answered.headers.with('CSeq', cseq) });
    this.#user.again?.(this.#request);
    this.#send();
    return true;
  }

  #next(response: SipResponse): SipRequest | undefined {
    // Our way to the server is gone behind it (RFC 5626 §11.5): by another, if there is one.
    if (response.status === 430) return this.#outlet.target(++this.#choice) && this.#authorized(this.#request);
    if (response.status === 422) {
      const longer = withLongerInterval(this.#request, response);
      return longer && this.#authorized(longer);
    }
    const challenged = response.status === 401 || response.status === 407;
    return challenged && this.#home ? this.#core.credentials.answer(this.#request, response) : undefined;
  }

  /** Only a server of ours may ask who we are: whoever called us past it could gather digests of our password. */
  get #home(): boolean {
    return this.#choice > 0 || !this.#core.flows.direct(this.#dialog);
  }

  #authorized(request: SipRequest): SipRequest {
    return this.#home ? this.#core.credentials.authorize(request) : request;
  }

  #failed(cause: FailureCause): void {
    this.#patience?.cancel();
    if (this.#answered || (!this.#heard && this.#failOver())) return;
    this.#answered = true;
    this.#user.failed(cause);
    if (!this.#transaction) this.#user.over?.();
  }
}

/** A 401, a 407 and one stale nonce of each, or as many proxies with a Min-SE: more is a server that does not want us. */
const maxChallenges = 4;

/** As a proxy waits after a provisional response (timer C, §16.6 step 11), in milliseconds. */
const patience = 180_000;
