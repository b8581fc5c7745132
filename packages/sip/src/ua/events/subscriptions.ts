import type { DialogState } from '../../dialog/index.ts';
import type { EventPackage } from '../../events/index.ts';
import { printNameAddr, type SipRequest } from '../../message/index.ts';
import { LazyMap, LazySet } from '../../runtime/lazy.ts';
import type { ServerTransaction } from '../../transaction/index.ts';
import { respond } from '../answers.ts';
import type { Core } from '../core.ts';
import { LiveDialog } from '../live-dialog.ts';
import { type NotifierOptions, ServerSubscription } from './incoming-subscription.ts';
import { grantExpiry, type NotifierUsage } from './notifier-usage.ts';
import type { Subscriber } from './subscriber-usage.ts';
import type { Upkeep } from './upkeep.ts';

/** Who sent a SUBSCRIBE or REFER outside of a dialog, and waits for the NOTIFY that forms one. */
export interface Expecting extends Pick<Subscriber, 'matches'> {
  readonly request: SipRequest | undefined;
  /** Uses the dialog, or returns false: NOTIFY is answered 481. */
  opened(dialog: LiveDialog): boolean;
}

/** All subscriptions of one user agent, in both roles, and its publications. */
export class Subscriptions {
  /** What we keep up at others. */
  readonly kept: LazySet<Upkeep> = new LazySet();
  readonly notifiers: LazySet<NotifierUsage> = new LazySet();
  readonly #core: Core;
  readonly #expecting = new LazySet<Expecting>();
  readonly #packages = new LazyMap<string, readonly [EventPackage<unknown>, NotifierOptions<unknown>]>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** How many there are. */
  get size(): number {
    return this.kept.size + this.notifiers.size;
  }

  /** Takes NOTIFYs that answer a request outside of a dialog; until what it returns is called. */
  expect(expecting: Expecting): () => void {
    this.#expecting.add(expecting);
    return () => this.#expecting.delete(expecting);
  }

  serve<T>(pack: EventPackage<T>, options: NotifierOptions<T>): void {
    this.#packages.set(pack.name, [pack, options] as unknown as readonly [
      EventPackage<unknown>,
      NotifierOptions<unknown>,
    ]);
  }

  recover(): void {
    for (const kept of [...this.kept]) kept.recover();
  }

  flowLost(): void {
    for (const kept of [...this.kept]) kept.flowLost();
  }

  /** The user agent goes: each hears of it. */
  leave(): void {
    for (const kept of [...this.kept]) kept.leave();
    for (const notifier of [...this.notifiers]) notifier.terminate('probation');
  }

  close(): void {
    for (const kept of [...this.kept]) kept.close();
    for (const notifier of [...this.notifiers]) notifier.end();
  }

  /** `Allow-Events` of OPTIONS and 489. */
  get allowEvents(): [string, string][] {
    const names = [...this.#packages.keys()].join(', ');
    return names === '' ? [] : [['Allow-Events', names]];
  }

  /** Takes SUBSCRIBE. */
  subscribe(transaction: ServerTransaction, dialog?: LiveDialog): void {
    const core = this.#core;
    const { request } = transaction;
    const [pack, options] = this.#packages.get(request.event?.package ?? '') ?? [];
    const refuse = (status: number, headers: [string, string][] = []) => respond(transaction, status, { headers });
    if (!pack || !options) {
      refuse(489, this.allowEvents);
      return;
    }
    if (request.contacts.length !== 1) {
      refuse(400);
      return;
    }
    const { accept } = request;
    if (accept.length > 0 && !accept.some(({ type, essence }) => type === '*' || pack.accept.includes(essence))) {
      refuse(406);
      return;
    }
    if (this.notifiers.size >= (options.most ?? 100)) {
      refuse(480);
      return;
    }
    const expires = grantExpiry(transaction, options.minExpires ?? 60, options.maxExpires);
    if (expires === undefined) return;
    const subscription = new ServerSubscription(core, request, pack, options, dialog);
    core.turns.after(() => options.subscribed(subscription));
    core.turns.next(() => subscription.settle(transaction, expires, dialog));
  }

  /** Takes the NOTIFY that forms a dialog, or returns false. */
  form(transaction: ServerTransaction): boolean {
    const { request } = transaction;
    const { event } = request;
    if (!event) return false;
    for (const expecting of this.#expecting) {
      const asked = expecting.request;
      if (asked?.callId !== request.callId || asked.fromTag !== request.toTag || !expecting.matches(event)) continue;
      const dialog = new LiveDialog(this.#core, dialogFromNotify(asked, request));
      if (!expecting.opened(dialog)) return false;
      dialog.request(transaction);
      return true;
    }
    return false;
  }

  /** A NOTIFY nobody subscribed to, as Asterisk sends for waiting messages: wanted only by who listens for it. */
  unsolicited(transaction: ServerTransaction): void {
    const { turns, options } = this.#core;
    const { unsolicited } = options.events;
    respond(transaction, unsolicited ? 200 : 481);
    if (unsolicited) turns.after(() => unsolicited.call(options.events, transaction.request));
  }
}

/** The dialog of a subscription is formed by its NOTIFY, with the route set of that (RFC 6665 §4.4.1). */
function dialogFromNotify(asked: SipRequest, notify: SipRequest): DialogState {
  const privacy = asked.headers.get('privacy');
  return {
    callId: notify.callId,
    localTag: notify.toTag ?? '',
    remoteTag: notify.fromTag ?? '',
    local: notify.headers.get('to') ?? '',
    remote: notify.headers.get('from') ?? '',
    target: notify.contacts[0]?.uriText ?? asked.uriText,
    routes: notify.recordRoutes.map((route) => printNameAddr(route)),
    localCSeq: asked.cseq.number,
    state: 'confirmed',
    role: 'uac',
    ...(privacy !== undefined && { privacy }),
  };
}
