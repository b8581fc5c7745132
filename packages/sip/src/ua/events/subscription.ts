import type { EventPackage } from '../../events/index.ts';
import { bodyParts, type EventValue, refuseBody, type SipRequest, type SipResponse } from '../../message/index.ts';
import type { Timer } from '../../runtime/index.ts';
import type { Core } from '../core.ts';
import { Exchange, type ExchangeUser } from '../exchange.ts';
import type { LiveDialog } from '../live-dialog.ts';
import { createOutsideRequest } from '../outside-request.ts';
import { type Hiding, isAnonymous, privacyHeaders } from '../privacy.ts';
import type { Session } from '../session.ts';
import {
  type Event,
  endsSubscription,
  type Notification,
  printEvent,
  type Refusal,
  type Subscriber,
  SubscriberUsage,
  sameEvent,
} from './subscriber-usage.ts';
import { isFinalWord, patience, Upkeep } from './upkeep.ts';

/** What is asked for, and who is told what comes. */
export interface SubscribeOptions<T> extends Hiding {
  /** Seconds asked for; default 3600. With 0 the state is fetched once (RFC 6665 §4.4.3). */
  readonly expires?: number;
  /** `id` of the Event header: tells two subscriptions of one package in one dialog apart. */
  readonly id?: string;
  /** Further header fields of every SUBSCRIBE. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** A call with the far side, which lets us because we prove to know that (RFC 4538); where it would not understand, nothing is said. */
  readonly targetDialog?: Session;
  /** A filter, sent with every SUBSCRIBE. */
  readonly body?: { readonly contentType: string; readonly body: string };
  /** A NOTIFY brought the state, whole as the package made it. NOTIFYs without a body bring none. */
  value?(value: T, subscription: Subscription<T>): void;
  /** `subscription.state` changed. */
  changed?(subscription: Subscription<T>): void;
  /**
   * Another branch of a forking proxy accepted too: `subscription` is its own, and reports to the same functions (RFC 6665 §4.4.1). Without
   * this function it is refused with 481.
   */
  fork?(subscription: Subscription<T>): void;
}

/** How a subscription stands (RFC 6665 §4.1.2). */
export interface SubscriptionState {
  /**
   * `subscribing`: no NOTIFY yet. `waiting`: asks again at `retryAt`. `suspended`: asks again when there is a flow. `terminated`: for good.
   */
  readonly state: 'subscribing' | 'pending' | 'active' | 'waiting' | 'suspended' | 'terminated';
  /** `rejected`, `noresource`, …: of the Subscription-State that ended it (RFC 6665 §4.1.3). */
  readonly reason?: string;
  /** Of the response that refused the SUBSCRIBE. */
  readonly status?: number;
  /** Milliseconds of the clock. */
  readonly retryAt?: number;
}

/** Our subscription to a resource (RFC 6665 §4.1): kept up until `unsubscribe`, or until the notifier says that it is no use. */
export interface Subscription<T> {
  readonly state: SubscriptionState;
  /** The last state reported. */
  readonly value: T | undefined;
  /** Asks for the whole state now. */
  refresh(): void;
  /** Ends it; the state is `terminated` once the last NOTIFY came, or nothing in 64·T1. */
  unsubscribe(): void;
}

export class ClientSubscription<T> extends Upkeep implements Subscription<T>, Subscriber {
  state: SubscriptionState = { state: 'subscribing' };
  value: T | undefined;
  /** The SUBSCRIBE whose NOTIFY may form a dialog. */
  request: SipRequest | undefined;
  readonly #package: EventPackage<T>;
  readonly #options: SubscribeOptions<T>;
  /** Where it is asked for: an address, or a dialog that is there for something else. A fork can not ask again. */
  readonly #place: string | LiveDialog | undefined;
  #usage: SubscriberUsage | undefined;
  /** What a part of the state may build on. */
  #before: T | undefined;
  #gaps = 0;
  #wanted: boolean;
  /** The SUBSCRIBE that ends it is out: only the last NOTIFY is missing. */
  #leaving = false;
  #timerN: Timer | undefined;
  /** A NOTIFY came since the latest SUBSCRIBE; in this dialog. */
  #notified = false;
  #live = false;
  #since = 0;
  #unexpect: (() => void) | undefined;

  constructor(
    core: Core,
    place: string | LiveDialog | undefined,
    pack: EventPackage<T>,
    options: SubscribeOptions<T>,
    fork?: LiveDialog,
  ) {
    super(core, options.expires ?? 3600);
    this.#place = place;
    this.#package = pack;
    this.#options = options;
    this.#wanted = this.asked > 0;
    if (fork) this.#enter(fork);
    else this.send();
  }

  refresh(): void {
    this.core.turns.run(() => {
      if (this.#live && this.#wanted) this.send();
    });
  }

  unsubscribe(): void {
    this.core.turns.run(() => this.leave());
  }

  override leave(): void {
    if (this.#leaving || this.over) return;
    this.#wanted = false;
    if ((this.#usage || this.#timerN) && this.core.flows.target()) this.send();
    else this.#finish();
  }

  override close(): void {
    this.#drop();
    super.close();
  }

  override flowLost(): void {
    this.#stopN();
    // A last NOTIFY on the lost flow is not waited for.
    if (this.#wanted || this.asked === 0) super.flowLost();
    else this.#finish();
  }

  // From the dialog, and from those that wait for one.

  matches(event: EventValue): boolean {
    return sameEvent(this.#event, event);
  }

  /** A NOTIFY forms a dialog (RFC 6665 §4.4.1): ours, that of another subscription, or, false, an unwanted one. */
  opened(dialog: LiveDialog): boolean {
    if (!this.#usage) {
      this.#enter(dialog);
      return true;
    }
    const { fork, ...options } = this.#options;
    if (!fork || !this.#wanted) return false;
    const other = new ClientSubscription(
      this.core,
      undefined,
      this.#package,
      { ...options, expires: this.asked },
      dialog,
    );
    this.core.turns.after(() => fork(other));
    return true;
  }

  notified(notification: Notification): Refusal | undefined {
    const { state, expires } = notification;
    const { clock } = this.core;
    this.#notified = true;
    const refusal = this.#read(notification.request);
    if (state === 'terminated') {
      this.#usage = undefined;
      this.#terminated(notification);
      return refusal;
    }
    if (this.#leaving) return refusal;
    this.#live = true;
    if (!this.#options.fork || !this.#unexpect) this.#stopN();
    // It may shorten the subscription, and it may come before the 2xx that tells its length.
    const end = clock.now() + (expires ?? Number.POSITIVE_INFINITY) * 1000;
    if (end + 1000 < (this.expiresAt ?? Number.POSITIVE_INFINITY)) this.granted(expires ?? 0);
    this.#change({ state: state === 'pending' ? 'pending' : 'active' });
    // Not before this NOTIFY is answered; and a notifier that never tells the whole is not asked in a circle.
    if (this.#gaps > 0 || !(this.#wanted || this.asked === 0)) {
      if (this.busy) this.send();
      else this.schedule(this.#gaps > 1 ? patience(this.core, this.#gaps) : 0);
    }
    return refusal;
  }

  // The requests.

  protected override sent(request: SipRequest): void {
    this.request = request;
  }

  protected override transmit(user: ExchangeUser): boolean {
    const { core } = this;
    const place = this.#place;
    const asks = this.#wanted || this.asked === 0;
    // It ran out while every refresh failed.
    if (this.#live && core.clock.now() >= (this.expiresAt ?? Number.POSITIVE_INFINITY)) this.#drop();
    if (!this.#usage) {
      if (!asks) {
        // The NOTIFY that forms the dialog may still come, and only then it can be ended.
        if (!this.#timerN) this.#finish();
        return false;
      }
      if (place === undefined || (typeof place === 'object' && core.dialogs.get(place.state) !== place)) {
        this.#finish();
        return false;
      }
      if (typeof place === 'object') this.#enter(place);
    }
    this.#stopN();
    this.#leaving = !asks;
    this.#notified = false;
    this.#timerN = core.after(64 * core.timers.t1, () => this.#silence());
    const { body, headers = [] } = this.#options;
    const { dialog } = this.#usage ?? {};
    const anonymous = dialog ? dialog.hidden : isAnonymous(this.#options);
    const parts = {
      method: 'SUBSCRIBE',
      target: place as string,
      anonymous,
      headers: [
        ['Contact', core.flows.contact(anonymous)],
        ...(dialog ? [] : privacyHeaders(core, this.#options)),
        ['Event', printEvent(this.#event)],
        ['Expires', String(this.#wanted ? this.asked : 0)],
        ['Accept', this.#package.accept.join(', ')],
        ...headers,
      ] as const,
      ...body,
    };
    if (this.#usage) this.#usage.dialog.send(parts, user);
    else {
      this.request = createOutsideRequest(core, parts);
      this.#unexpect = core.subscriptions.expect(this);
      new Exchange(core, this.request, user);
    }
    return true;
  }

  protected override answered(response: SipResponse): void {
    const { status, retryAfter } = response;
    if (response.isSuccess) {
      if (!this.#wanted) return;
      if (this.#live) this.failures = 0;
      this.granted(response.expires ?? this.asked);
    } else if (this.#wanted && this.longer(response)) return;
    else if (!this.#wanted || (!this.#live && isFinalWord(status))) this.#finish({ status });
    else if (!this.#live || endsSubscription(status)) this.#lose({ status }, retryAfter, this.#live);
    else this.#keep(retryAfter);
  }

  protected override unanswered(): void {
    if (this.#notified && this.#wanted) this.#keep();
    else this.#silence();
  }

  protected override paused(): void {
    this.#stopN();
    if (!this.core.flows.target()) this.#change({ state: 'suspended' });
  }

  get #event(): Event {
    return { package: this.#package.name, id: this.#options.id };
  }

  /** A refresh that failed leaves the subscription as long as it was granted (RFC 6665 §4.1.2.2). */
  #keep(retryAfter?: number): void {
    this.#stopN();
    this.retry(retryAfter);
  }

  /** No NOTIFY in 64·T1 (Timer N, RFC 6665 §4.1.2.4). */
  #silence(): void {
    this.#stopN();
    if (!this.#wanted) this.#finish();
    else if (!this.#notified) this.#lose({});
  }

  #terminated({ reason, retryAfter }: Notification): void {
    const { core } = this;
    const facts = reason === undefined ? {} : { reason };
    if (core.clock.now() - this.#since > 64 * core.timers.t1) this.failures = 0;
    if (!this.#wanted || ['rejected', 'noresource', 'invariant'].includes(reason ?? '')) this.#finish(facts);
    else if (reason === 'deactivated' || reason === 'timeout') this.#lose(facts, undefined, true);
    else this.#lose(facts, retryAfter);
  }

  /** Gone at the far side: a new one, with its own Call-ID. */
  #lose(facts: Omit<SubscriptionState, 'state'>, retryAfter?: number, atOnce = false): void {
    this.#drop();
    this.reset();
    if (this.#place === undefined) this.#finish(facts);
    else this.#change({ state: 'waiting', ...facts, retryAt: this.retry(retryAfter, atOnce) });
  }

  #finish(facts: Omit<SubscriptionState, 'state'> = {}): void {
    if (this.over) return;
    this.close();
    this.#change({ state: 'terminated', ...facts });
  }

  #enter(dialog: LiveDialog): void {
    this.#usage = new SubscriberUsage(dialog, this);
    this.#since = this.core.clock.now();
    this.#before = undefined;
    this.#gaps = 0;
  }

  #drop(): void {
    this.#stopN();
    this.#usage?.end();
    this.#usage = undefined;
    this.#live = false;
    this.expiresAt = undefined;
  }

  #stopN(): void {
    this.#timerN?.cancel();
    this.#timerN = undefined;
    this.#unexpect?.();
    this.#unexpect = undefined;
  }

  #read(request: SipRequest): Refusal | undefined {
    const { accept } = this.#package;
    const refusal = refuseBody(request, accept);
    if (refusal) return refusal;
    for (const { contentType, body } of bodyParts(request)) {
      if (!contentType || !accept.includes(contentType.essence)) continue;
      const reading = this.#package.read(contentType.essence, body, this.#before);
      if (reading.ok) {
        const { value } = reading;
        this.value = this.#before = value;
        this.#gaps = 0;
        this.core.turns.after(() => this.#options.value?.(value, this));
      } else if (reading.reason === 'malformed') return { status: 400 };
      else {
        this.#before = undefined;
        this.#gaps += 1;
      }
      return undefined;
    }
    return undefined;
  }

  #change(state: SubscriptionState): void {
    if (state.state === this.state.state && state.state !== 'waiting') return;
    this.state = state;
    this.core.turns.after(() => this.#options.changed?.(this));
  }
}
