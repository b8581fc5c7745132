import type { EventBody, EventPackage } from '../../events/index.ts';
import type { SipRequest } from '../../message/index.ts';
import { token } from '../../runtime/index.ts';
import type { ServerTransaction } from '../../transaction/index.ts';
import { respond } from '../answers.ts';
import type { Core } from '../core.ts';
import { formDialog, type LiveDialog } from '../live-dialog.ts';
import type { Session } from '../session.ts';
import { knownSession } from '../transfer/replaces.ts';
import { accept, NotifierUsage } from './notifier-usage.ts';
import type { Event } from './subscriber-usage.ts';

/** What is told to the one who serves a package. */
export interface NotifierOptions<T> {
  /**
   * Somebody subscribes. Told the state by `notify` here, he is accepted; refused by `reject`; else he is pending until either is called.
   */
  subscribed(subscription: IncomingSubscription<T>): void;
  /** It is over, and how: `timeout`, `rejected` …; '' when the subscriber was not to be reached. */
  ended?(subscription: IncomingSubscription<T>, reason: string): void;
  /** Least time in ms between two NOTIFYs of changes to one subscriber; those between are told as one. Default 1000. */
  readonly interval?: number;
  /** Seconds: who asks for less is told so with 423. Default 60. */
  readonly minExpires?: number;
  /** Seconds: nobody gets more. Default 3600. */
  readonly maxExpires?: number;
  /** Subscriptions at a time; beyond, 480. Default 100. */
  readonly most?: number;
}

/** Somebody's subscription to our state (RFC 6665 §4.2). */
export interface IncomingSubscription<T> {
  /** The SUBSCRIBE that began it: who asks, with which filter. */
  readonly request: SipRequest;
  readonly state: 'pending' | 'active' | 'terminated';
  /** The call in whose dialog he asks, or that he proves to know by Target-Dialog (RFC 4538). */
  readonly session: Session | undefined;
  /** Accepts, and tells the whole state, now or, when it told one just before, a little later with what is newest then. */
  notify(value: T): void;
  /** Refuses: with `status` before the SUBSCRIBE is answered (default 403), with `terminated;reason=rejected` after. */
  reject(status?: number): void;
  /** Ends it: `noresource`, `deactivated`, `probation` … (RFC 6665 §4.1.3). `retryAfter` in seconds. */
  terminate(reason: string, retryAfter?: number): void;
}

export class ServerSubscription<T> implements IncomingSubscription<T> {
  readonly request: SipRequest;
  readonly session: Session | undefined;
  readonly #core: Core;
  readonly #package: EventPackage<T>;
  readonly #options: NotifierOptions<T>;
  #usage: NotifierUsage | undefined;
  #body: EventBody | undefined;
  /** Of the answer. 200 and a body: accepted; 200 without: pending. */
  #status = 200;
  #accepted = false;

  constructor(
    core: Core,
    request: SipRequest,
    pack: EventPackage<T>,
    options: NotifierOptions<T>,
    within: LiveDialog | undefined,
  ) {
    this.#core = core;
    this.session = knownSession(core, request, within);
    this.request = request;
    this.#package = pack;
    this.#options = options;
  }

  get state(): IncomingSubscription<T>['state'] {
    if (this.#usage) return this.#usage.state;
    if (this.#status !== 200) return 'terminated';
    return this.#accepted ? 'active' : 'pending';
  }

  notify(value: T): void {
    this.#body = this.#package.write?.(value);
    this.#accepted = true;
    this.#core.turns.run(() => this.#usage?.notify(this.#body));
  }

  reject(status = 403): void {
    this.#status = status;
    this.terminate('rejected');
  }

  terminate(reason: string, retryAfter?: number): void {
    if (!this.#usage && this.#status === 200) this.#status = 480;
    this.#core.turns.run(() => this.#usage?.terminate(reason, undefined, retryAfter));
  }

  /** Answers the SUBSCRIBE by what was decided. */
  settle(transaction: ServerTransaction, expires: number, within: LiveDialog | undefined): void {
    const core = this.#core;
    const toTag = token(core.random);
    const dialog = within ?? formDialog(core, transaction, toTag);
    if (this.#status !== 200 || !dialog) {
      respond(transaction, dialog ? this.#status : 400);
      return;
    }
    const { event } = this.request;
    const { interval = 1000, minExpires = 60, maxExpires = 3600 } = this.#options;
    accept(core, dialog, transaction, expires);
    const usage = new NotifierUsage(core, dialog, {
      event: event as Event,
      expires,
      interval,
      least: minExpires,
      most: maxExpires,
      over: (reason) => core.turns.after(() => this.#options.ended?.(this, reason)),
    });
    this.#usage = usage;
    if (expires === 0) usage.terminate('timeout', this.#body);
    else usage.notify(this.#body, this.#accepted ? 'active' : 'pending');
  }
}
