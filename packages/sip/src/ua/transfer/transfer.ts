import type { DialogState } from '../../dialog/index.ts';
import { type EventValue, escapeUriHeader, isSipUri, parseUri, type SipRequest } from '../../message/index.ts';
import { latin1Decode, type Timer, token } from '../../runtime/index.ts';
import type { Core } from '../core.ts';
import { type Notification, SubscriberUsage } from '../events/subscriber-usage.ts';
import { Exchange, type ExchangeUser } from '../exchange.ts';
import type { InviteSession } from '../invite-session.ts';
import type { LiveDialog } from '../live-dialog.ts';
import { createOutsideRequest } from '../outside-request.ts';
import { abilities } from '../own-headers.ts';
import type { Session } from '../session.ts';
import { endsCall, failureStatus } from '../session-end.ts';
import type { Waiting } from '../waiting-room.ts';
import { dialogRef, isSilent, printReplaces, targetDialog } from './replaces.ts';

/** How a transfer goes on (RFC 5589). `succeeded` and `failed` are its last word. */
export interface TransferProgress {
  readonly state: 'trying' | 'ringing' | 'succeeded' | 'failed';
  /**
   * Of the new call, or of the refused REFER. 408: nothing was heard in time. 420, before anything is sent: the phone of the other call
   * cannot replace a call, but a blind transfer may do. 481: there is no call to transfer. 491: another transfer is under way.
   */
  readonly status: number;
}

/** The transferor's side: REFER, its implicit subscription, and what becomes of the call (RFC 5589 §6, §7). */
export class Transfer {
  readonly #core: Core;
  readonly #session: InviteSession | undefined;
  /** The call at the target, or, outside of any dialog, the one it is about. */
  readonly #other: InviteSession | undefined;
  readonly #referTo: string;
  readonly #told: (progress: TransferProgress) => void;
  readonly #close = () => this.#end();
  readonly #look = () => this.#refer();
  #holding = false;
  #exchange: Exchange | undefined;
  #usage: SubscriberUsage | undefined;
  #unexpect: (() => void) | undefined;
  #deadline: Timer | undefined;
  #waiting: Waiting | undefined;
  #last: TransferProgress | undefined;

  constructor(
    core: Core,
    place: InviteSession | string,
    referTo: string,
    told: (progress: TransferProgress) => void,
    other?: InviteSession,
    proof: readonly [string, string][] = [],
  ) {
    this.#core = core;
    this.#referTo = referTo;
    this.#told = told;
    this.#other = other;
    core.closing.add(this.#close);
    if (typeof place === 'string') {
      this.#session = undefined;
      this.#outside(place, proof);
      return;
    }
    this.#session = place;
    place.referring = this;
    // First on hold (RFC 5589 §6.1), then asked to call.
    if (!place.held.local) {
      this.#holding = true;
      place.watchers.add(this.#look);
      this.#wait(64 * core.timers.t1, () => this.#refer(true));
      place.hold();
    }
    this.#refer();
  }

  matches({ package: name, id }: EventValue): boolean {
    return name === 'refer' && (id === undefined || id === String(this.#exchange?.request.cseq.number));
  }

  notified({ request, state, expires }: Notification): undefined {
    const status = Number(/^SIP\/2\.0 ([1-6]\d\d)/i.exec(latin1Decode(request.body))?.[1] ?? 0);
    if (status === 100) this.#say('trying', status);
    else if (status > 100 && status < 200) this.#say('ringing', status);
    else if (status >= 200) this.#settle(status);
    if (state === 'terminated') {
      this.#late();
    } else this.#wait(this.#over ? 64 * this.#core.timers.t1 : Math.min(expires ?? 300, 3600) * 1000);
  }

  get #over(): boolean {
    return this.#last?.state === 'succeeded' || this.#last?.state === 'failed';
  }

  /** In the dialog of the call, once it is on hold or will not be. */
  #refer(now = false): void {
    const session = this.#session;
    const dialog = session?.stage?.dialog;
    if (this.#exchange || this.#over || !session) return;
    if (session.over || !dialog) {
      this.#finish(481);
      return;
    }
    if (!now && session.held.wanted && !session.held.local) return;
    session.watchers.delete(this.#look);
    this.#use(dialog);
    this.#exchange = dialog.send(
      {
        method: 'REFER',
        headers: [['Contact', this.#core.flows.contact(dialog.hidden)], ...this.#headers()],
      },
      this.#user(),
    );
    this.#wait(128 * this.#core.timers.t1);
  }

  #outside(target: string, proof: readonly [string, string][]): void {
    const core = this.#core;
    const send = () => {
      const callId = token(core.random, 16);
      const about = this.#other;
      core.sessionIds.begin(callId, about?.callId, about?.sessionId?.remote);
      const request = createOutsideRequest(core, {
        method: 'REFER',
        target,
        callId,
        headers: [['Contact', core.flows.contact()], ...proof, ...this.#headers()],
      });
      const exchange = new Exchange(core, request, this.#user());
      this.#exchange = exchange;
      this.#unexpect = core.subscriptions.expect({
        get request(): SipRequest {
          return exchange.request;
        },
        matches: (event) => this.matches(event),
        opened: (dialog) => {
          if (this.#usage) return false;
          this.#use(dialog);
          return true;
        },
      });
      this.#wait(128 * core.timers.t1);
    };
    this.#waiting = core.flows.whenOpen(10_000, send, () => this.#refused(503));
  }

  #use(dialog: LiveDialog): void {
    this.#usage = new SubscriberUsage(dialog, this);
  }

  #headers(): [string, string][] {
    return [
      ['Refer-To', `<${this.#referTo}>`],
      ['Referred-By', `<${this.#core.options.account.aor}>`],
      ...abilities(this.#core).slice(1),
    ];
  }

  #user(): ExchangeUser {
    return {
      final: (response) => {
        if (response.isSuccess) {
          this.#say('trying', response.status);
          // Nothing more will be told (RFC 4488): it was taken, that is all there is to know.
          if (isSilent(response)) {
            this.#finish(response.status);
          }
          return;
        }
        this.#refused(response.status);
      },
      failed: (cause) => this.#refused(failureStatus(cause)),
    };
  }

  #refused(status: number): void {
    this.#finish(status);
    if (endsCall(status)) this.#session?.stage?.lost?.(status);
  }

  #say(state: TransferProgress['state'], status: number): void {
    const last = this.#last;
    if (this.#over || last?.state === state || (state === 'trying' && last)) return;
    this.#last = { state, status };
    const told = this.#last;
    this.#core.turns.after(() => this.#told(told));
  }

  #settle(status: number): void {
    if (this.#over) return;
    const succeeded = status < 300;
    this.#say(succeeded ? 'succeeded' : 'failed', status);
    const session = this.#session;
    if (!session) return;
    session.referring = undefined;
    session.watchers.delete(this.#look);
    if (!succeeded) {
      if (this.#holding) session.resume();
      return;
    }
    // Once the NOTIFY that told of it is answered.
    this.#core.turns.after(() => session.hangUp());
    const other = this.#other;
    // Its far side ends the call that was replaced; one that does not is not waited for.
    if (other && !other.over) this.#core.after(4 * this.#core.timers.t1, () => other.hangUp());
  }

  #wait(delay: number, late: () => void = () => this.#late()): void {
    this.#deadline?.cancel();
    this.#deadline = this.#core.after(delay, late);
  }

  #late(): void {
    this.#finish(408);
  }

  #finish(status: number): void {
    this.#settle(status);
    this.#end();
  }

  #end(): void {
    this.#deadline?.cancel();
    this.#waiting?.cancel();
    this.#unexpect?.();
    this.#usage?.end();
    this.#core.closing.delete(this.#close);
  }
}

/** Blind, or with the dialog that the target shall replace. */
export function transfer(core: Core, session: InviteSession, target: string, other?: InviteSession): void {
  const tell = (progress: TransferProgress) => core.options.events.transfer?.(session, progress);
  const refuse = (status: number) => core.turns.after(() => tell({ state: 'failed', status }));
  if (session.referring) refuse(491);
  else if (session.state !== 'connected') refuse(481);
  else new Transfer(core, session, target, tell, other);
}

/** Refer-To of an attended transfer: by its GRUU, or its address, which finds the phone that has the dialog (RFC 5589 §7.3). */
export function transferTo(core: Core, session: InviteSession, other: InviteSession): void {
  const dialog = other.stage?.dialog?.state;
  const refuse = (status: number) =>
    core.turns.after(() => core.options.events.transfer?.(session, { state: 'failed', status }));
  if (other === session || other.over || dialog?.state !== 'confirmed') refuse(481);
  else if (other.supported?.includes('replaces') === false) refuse(420);
  else {
    const replaces = escapeUriHeader(printReplaces(dialogRef(core, other)));
    transfer(core, session, `${reach(other, dialog)}?Replaces=${replaces}&Require=replaces`, other);
  }
}

/** REFER outside of any dialog: to an address, or to the far side of a call that it names (RFC 4538 §3). */
export function referOutside(
  core: Core,
  who: string | Session,
  referTo: string,
  told?: (progress: TransferProgress) => void,
): void {
  const tell = told ?? (() => {});
  const silent: [string, string][] = told ? [] : [['Refer-Sub', 'false']];
  if (typeof who === 'string') {
    new Transfer(core, who, referTo, tell, undefined, silent);
    return;
  }
  const session = core.sessions.get(who.id);
  const dialog = session?.stage?.dialog?.state;
  const proof = targetDialog(core, session);
  if (session && dialog && proof.length > 0)
    new Transfer(core, reach(session, dialog), referTo, tell, session, [...proof, ...silent]);
  else core.turns.after(() => tell({ state: 'failed', status: dialog ? 420 : 481 }));
}

/** The phone of the far side: by its GRUU, or its address. */
function reach(session: InviteSession, { target }: DialogState): string {
  const contact = parseUri(target);
  return contact.ok && isSipUri(contact.value) && contact.value.params.has('gr') ? target : session.remote.uri;
}
