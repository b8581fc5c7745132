import type { EventBody } from '../../events/index.ts';
import type { Timer } from '../../runtime/index.ts';
import type { ServerTransaction } from '../../transaction/index.ts';
import { respond } from '../answers.ts';
import type { Core } from '../core.ts';
import type { DialogUsage, LiveDialog } from '../live-dialog.ts';
import { type Event, endsSubscription, printEvent, sameEvent } from './subscriber-usage.ts';

export interface NotifierParts {
  readonly event: Event;
  /** Seconds the subscription lasts unless refreshed. */
  readonly expires: number;
  /** Least time in ms between two NOTIFYs of changes; those between are told as one. Default 0. */
  readonly interval?: number;
  /** Seconds a refresh has to ask for, and is given at most. */
  readonly least?: number;
  readonly most?: number;
  /** The subscription is over; nothing more is sent. */
  over?(reason: string): void;
}

/**
 * The notifier's end of a subscription in a dialog, made by SUBSCRIBE or, without one, by REFER (RFC 6665 §4.2, RFC 3515 §2.4.4): one NOTIFY
 * at a time, always with the newest state.
 */
export class NotifierUsage implements DialogUsage {
  readonly dialog: LiveDialog;
  readonly #core: Core;
  readonly #parts: NotifierParts;
  #state: 'pending' | 'active' | 'terminated' = 'pending';
  #reason = '';
  #retryAfter = '';
  #body: EventBody | undefined;
  #expiresAt = 0;
  /** Of the subscription; once it is terminated, of the last NOTIFY. */
  #expiry: Timer | undefined;
  #pause: Timer | undefined;
  #notBefore = 0;
  #due = false;
  #sending = false;

  constructor(core: Core, dialog: LiveDialog, parts: NotifierParts) {
    this.#core = core;
    this.dialog = dialog;
    this.#parts = parts;
    dialog.add(this);
    core.subscriptions.notifiers.add(this);
    this.#last(parts.expires);
  }

  get state(): 'pending' | 'active' | 'terminated' {
    return this.#state;
  }

  /** Tells the whole state; the subscription is active, unless this is `pending`. */
  notify(body: EventBody | undefined, state: 'pending' | 'active' = 'active'): void {
    if (this.#state === 'terminated') return;
    this.#state = state;
    this.#body = body;
    this.#due = true;
    this.#flush();
  }

  /** Ends the subscription with a last NOTIFY, in which the state goes along unless another is given. */
  terminate(reason: string, body: EventBody | undefined = this.#body, retryAfter?: number): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    this.#reason = reason;
    this.#retryAfter = retryAfter === undefined ? '' : `;retry-after=${retryAfter}`;
    this.#body = body;
    this.#due = true;
    this.#expiry?.cancel();
    // The last word is not waited with for ever, should there be no way to say it.
    this.#expiry = this.#core.after(64 * this.#core.timers.t1, () => this.end());
    this.#flush(true);
  }

  /** Without a word. */
  end(): void {
    const { notifiers } = this.#core.subscriptions;
    if (!notifiers.delete(this)) return;
    this.#state = 'terminated';
    this.#expiry?.cancel();
    this.#pause?.cancel();
    this.dialog.remove(this);
    this.#parts.over?.(this.#reason);
    this.#core.sessionsChanged();
  }

  request(transaction: ServerTransaction): boolean {
    const { request } = transaction;
    if (request.method !== 'SUBSCRIBE' || !sameEvent(this.#parts.event, request.event)) return false;
    if (this.#state === 'terminated') {
      respond(transaction, 481);
      return true;
    }
    const { least = 0, most } = this.#parts;
    const expires = grantExpiry(transaction, least, most);
    if (expires === undefined) return true;
    this.dialog.refresh(request);
    accept(this.#core, this.dialog, transaction, expires);
    if (expires === 0) this.terminate('timeout');
    else {
      this.#last(expires);
      this.#due = true;
      this.#flush(true);
    }
    return true;
  }

  recover(): void {
    if (this.#due) this.#flush(true);
  }

  #last(seconds: number): void {
    this.#expiry?.cancel();
    this.#expiresAt = this.#core.clock.now() + seconds * 1000;
    this.#expiry = this.#core.after(seconds * 1000, () => this.terminate('timeout'));
  }

  #flush(now = false): void {
    const { clock } = this.#core;
    if (this.#sending || !this.#due || !this.#core.flows.target(0, this.dialog)) return;
    const wait = this.#notBefore - clock.now();
    if (!now && wait > 0) {
      this.#pause ??= this.#core.after(wait, () => this.#flush(true));
      return;
    }
    this.#pause?.cancel();
    this.#pause = undefined;
    this.#due = false;
    this.#sending = true;
    this.#notBefore = clock.now() + (this.#parts.interval ?? 0);
    const last = this.#state === 'terminated';
    const state = last
      ? `terminated;reason=${this.#reason}${this.#retryAfter}`
      : `${this.#state};expires=${Math.max(0, Math.ceil((this.#expiresAt - clock.now()) / 1000))}`;
    this.dialog.send(
      {
        method: 'NOTIFY',
        headers: [
          ['Contact', this.#core.flows.contact(this.dialog.hidden)],
          ['Event', printEvent(this.#parts.event)],
          ['Subscription-State', state],
        ],
        ...this.#body,
      },
      {
        final: ({ status, retryAfter }) => {
          this.#sending = false;
          if (last || endsSubscription(status) || status === 408) this.end();
          else if (retryAfter !== undefined) {
            this.#due = true;
            this.#notBefore = clock.now() + retryAfter * 1000;
          }
          this.#flush(this.#state === 'terminated');
        },
        failed: (cause) => {
          this.#sending = false;
          // Without a flow it waits for the next.
          if (cause === 'timeout') this.end();
          else this.#due = true;
        },
      },
    );
  }
}

/** The seconds a SUBSCRIBE gets, or undefined: it was refused (RFC 6665 §4.2.1.1). Nothing asked for is an hour. */
export function grantExpiry(transaction: ServerTransaction, least: number, most = 3600): number | undefined {
  const { expires = 3600 } = transaction.request;
  if (expires > 0 && expires < Math.min(least, 3600)) {
    respond(transaction, 423, { headers: [['Min-Expires', String(least)]] });
    return undefined;
  }
  return Math.min(expires, most);
}

export function accept(core: Core, dialog: LiveDialog, transaction: ServerTransaction, expires: number): void {
  respond(transaction, 200, {
    toTag: dialog.state.localTag,
    headers: [
      ['Contact', core.flows.contact(dialog.hidden)],
      ['Expires', String(expires)],
    ],
  });
}
