import type { EventValue, SipRequest } from '../../message/index.ts';
import type { ServerTransaction } from '../../transaction/index.ts';
import { respond } from '../answers.ts';
import type { DialogUsage, LiveDialog } from '../live-dialog.ts';

/** What a NOTIFY says about its subscription (RFC 6665 §4.1.3). */
export interface Notification {
  readonly request: SipRequest;
  /** In lower case: `active`, `pending`, `terminated`, or the word of an extension. */
  readonly state: string;
  readonly reason: string | undefined;
  /** Seconds. */
  readonly expires: number | undefined;
  /** Seconds. */
  readonly retryAfter: number | undefined;
}

export interface Subscriber {
  matches(event: EventValue): boolean;
  /** Takes the state. What it returns refuses the body; the subscription is what the NOTIFY says all the same. */
  notified(notification: Notification): Refusal | undefined;
}

export interface Refusal {
  readonly status: number;
  readonly headers?: readonly (readonly [string, string])[];
}

/** The subscriber's end of a subscription in a dialog, made by SUBSCRIBE or by REFER: takes its NOTIFYs until the last. */
export class SubscriberUsage implements DialogUsage {
  readonly dialog: LiveDialog;
  readonly #user: Subscriber;

  constructor(dialog: LiveDialog, user: Subscriber) {
    this.dialog = dialog;
    this.#user = user;
    dialog.add(this);
  }

  request(transaction: ServerTransaction): boolean {
    const { request } = transaction;
    const { event } = request;
    if (request.method !== 'NOTIFY' || !event || !this.#user.matches(event)) return false;
    const notification = readNotification(request);
    if (!notification) {
      respond(transaction, 400, { reason: 'Subscription-State needed' });
      return true;
    }
    this.dialog.refresh(request);
    const refusal = this.#user.notified(notification);
    respond(transaction, refusal?.status ?? 200, refusal);
    if (notification.state === 'terminated') this.end();
    return true;
  }

  end(): void {
    this.dialog.remove(this);
  }
}

/** Packages and ids compare octet by octet, other parameters not at all (RFC 6665 §8.2.1). */
export function sameEvent(one: Event, other: Event | undefined): boolean {
  return one.package === other?.package && one.id === other.id;
}

export interface Event {
  readonly package: string;
  readonly id?: string | undefined;
}

export function printEvent({ package: name, id }: Event): string {
  return id === undefined ? name : `${name};id=${id}`;
}

function readNotification(request: SipRequest): Notification | undefined {
  const value = request.subscriptionState;
  if (!value) return undefined;
  const { token, params } = value;
  const seconds = (name: string) => {
    const text = params.get(name) ?? '';
    return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  };
  return {
    request,
    state: token.toLowerCase(),
    reason: params.get('reason')?.toLowerCase(),
    expires: seconds('expires'),
    retryAfter: seconds('retry-after'),
  };
}

/** Answers after which the subscription of the refused SUBSCRIBE or NOTIFY is gone (RFC 6665 §4.1.2.2, §4.2.2). */
export function endsSubscription(status: number): boolean {
  return (status >= 480 && status <= 485) || [404, 405, 410, 416, 489, 501, 604].includes(status);
}
