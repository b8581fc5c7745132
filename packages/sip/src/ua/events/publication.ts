import type { EventPackage } from '../../events/index.ts';
import type { SipResponse } from '../../message/index.ts';
import type { Core } from '../core.ts';
import { Exchange, type ExchangeUser } from '../exchange.ts';
import { createOutsideRequest } from '../outside-request.ts';
import { isFinalWord, Upkeep } from './upkeep.ts';

/** Whose state is published, for how long, and who is told. */
export interface PublishOptions {
  /** Whose state it is; default: our address of record. */
  readonly target?: string;
  /** Seconds asked for; default 3600. */
  readonly expires?: number;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** The state changed. */
  changed?(state: PublicationState): void;
}

/** How a publication stands (RFC 3903). */
export interface PublicationState {
  /** `waiting`: tries again at `retryAt`, or with the next flow. `removed` and `failed` are for good. */
  readonly state: 'publishing' | 'published' | 'waiting' | 'removed' | 'failed';
  readonly status?: number;
  /** Milliseconds of the clock. */
  readonly retryAt?: number;
}

/** State of ours at an event state compositor (RFC 3903), kept up until `remove`. */
export interface Publication<T> {
  readonly state: PublicationState;
  update(value: T): void;
  remove(): void;
}

export class ClientPublication<T> extends Upkeep implements Publication<T> {
  state: PublicationState = { state: 'publishing' };
  readonly #package: EventPackage<T>;
  readonly #options: PublishOptions;
  #value: T;
  /** The far side has not got `#value`. */
  #changed = true;
  #wanted = true;
  /** What is out removes it. */
  #leaving = false;
  #etag: string | undefined;

  constructor(core: Core, pack: EventPackage<T>, value: T, options: PublishOptions) {
    super(core, options.expires ?? 3600);
    this.#package = pack;
    this.#value = value;
    this.#options = options;
    this.send();
  }

  update(value: T): void {
    if (!this.#wanted || this.over) return;
    this.#value = value;
    this.#changed = true;
    // What waits for its time takes the new value along.
    if (this.state.state !== 'waiting') this.core.turns.run(() => this.send());
  }

  remove(): void {
    this.core.turns.run(() => this.leave());
  }

  override leave(): void {
    if (!this.#wanted || this.over) return;
    this.#wanted = false;
    if (this.core.flows.target()) this.send();
    else this.#finish({ state: 'removed' });
  }

  override flowLost(): void {
    if (this.#wanted) super.flowLost();
    else this.#finish({ state: 'removed' });
  }

  protected override transmit(user: ExchangeUser): boolean {
    const { core } = this;
    const etag = this.#etag;
    if (!this.#wanted && etag === undefined) {
      this.#finish({ state: 'removed' });
      return false;
    }
    const { target = core.options.account.aor, headers = [] } = this.#options;
    const full = this.#wanted && (this.#changed || etag === undefined);
    this.#changed = false;
    this.#leaving = !this.#wanted;
    const request = createOutsideRequest(core, {
      method: 'PUBLISH',
      target,
      headers: [
        ['Event', this.#package.name],
        ['Expires', String(this.#wanted ? this.asked : 0)],
        ...(etag === undefined ? [] : [['SIP-If-Match', etag] as const]),
        ...headers,
      ],
      ...(full && this.#package.write?.(this.#value)),
    });
    new Exchange(core, request, user);
    return true;
  }

  protected override answered(response: SipResponse): void {
    const { status, retryAfter } = response;
    if (this.#leaving) this.#finish({ state: 'removed' });
    else if (response.isSuccess) {
      this.failures = 0;
      this.#etag = response.headers.get('sip-etag');
      if (!this.#wanted) return;
      this.granted(response.expires ?? this.asked);
      this.#change({ state: 'published' });
    } else {
      // What the far side does not have can be put there anew, and nothing else (RFC 3903 §4.1).
      const anew = status === 412 && this.#etag !== undefined;
      if (anew) this.#etag = undefined;
      this.#changed = true;
      if (!this.#wanted) return;
      if (anew) this.send();
      else if (this.longer(response)) return;
      else if (isFinalWord(status)) this.#finish({ state: 'failed', status });
      else this.#change({ state: 'waiting', status, retryAt: this.retry(retryAfter) });
    }
  }

  protected override unanswered(): void {
    this.#changed = true;
    if (this.#wanted) this.#change({ state: 'waiting', retryAt: this.retry() });
    else this.#finish({ state: 'removed' });
  }

  protected override paused(): void {
    this.#changed = true;
    if (this.#wanted) this.#change({ state: 'waiting' });
    else this.#finish({ state: 'removed' });
  }

  #finish(state: PublicationState): void {
    if (this.over) return;
    this.close();
    this.#change(state);
  }

  #change(state: PublicationState): void {
    this.state = state;
    this.core.turns.after(() => this.#options.changed?.(state));
  }
}
