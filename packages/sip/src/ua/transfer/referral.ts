import {
  isSipUri,
  parseReplaces,
  printUri,
  reasonPhrase,
  requestUri,
  type SipRequest,
  uriHeaders,
} from '../../message/index.ts';
import { token } from '../../runtime/index.ts';
import type { ServerTransaction } from '../../transaction/index.ts';
import { respond } from '../answers.ts';
import { ClientInvite } from '../client-invite.ts';
import type { Core } from '../core.ts';
import { NotifierUsage } from '../events/notifier-usage.ts';
import type { InviteSession } from '../invite-session.ts';
import { formDialog, type LiveDialog } from '../live-dialog.ts';
import type { Session } from '../session.ts';
import { type DialogRef, isSilent, knownSession, takingHeaders } from './replaces.ts';

/** Somebody asks us to call a third party (RFC 3515). */
export interface Referral {
  readonly request: SipRequest;
  /** Whom to call, without what Refer-To embeds. */
  readonly target: string;
  /** The dialog at the target that the new call shall replace: an attended transfer (RFC 5589 §7). */
  readonly replaces: DialogRef | undefined;
  /** The dialog at the target that the new call shall be mixed with (RFC 3911). */
  readonly joins: DialogRef | undefined;
  /** The call it came in, or that it proves to know by Target-Dialog (RFC 4538). */
  readonly session: Session | undefined;
  /** Makes the call; the old one ends when the new one is up. Tells the far side how it goes. Throws after `reject`. */
  accept(): Session;
  /** Refuses, 603 by default. */
  reject(status?: number): void;
}

/** Dialogs with a REFER that is not decided. */
const busy = new WeakSet<LiveDialog>();
/** Later REFERs of a dialog are told apart by their CSeq (RFC 3515 §2.4.6). */
const seen = new WeakSet<LiveDialog>();

/** Takes REFER, in calls and outside. */
export function takeReferral(core: Core, transaction: ServerTransaction, dialog?: LiveDialog): void {
  const { request } = transaction;
  const { referTo } = request;
  const refuse = (status: number) => respond(transaction, status);
  if (request.headers.list('refer-to').length !== 1 || !referTo || request.contacts.length !== 1) refuse(400);
  else if (!isSipUri(referTo.uri)) refuse(416);
  else if ((referTo.uri.params.get('method') ?? 'INVITE') !== 'INVITE' || !core.options.events.referred) refuse(603);
  // Who was reached securely does not call on in the clear (RFC 5630 §3.2).
  else if (/^sips:/i.test(request.uriText) && referTo.uri.scheme !== 'sips') refuse(403);
  else if (dialog && busy.has(dialog)) refuse(491);
  else {
    const taking = uriHeaders(referTo.uri).filter(([name]) => /^(replaces|join)$/i.test(name));
    const [[name = '', value = ''] = []] = taking;
    const ref = parseReplaces(value);
    if (taking.length > 1 || (taking.length > 0 && !ref)) {
      refuse(400);
      return;
    }
    const what = /^j/i.test(name) ? { join: ref } : { replaces: ref };
    const target = printUri(requestUri(referTo.uri));
    const known = knownSession(core, request, dialog);
    // It belongs to that call (RFC 7989 §10.9).
    core.sessionIds.begin(request.callId, known?.callId);
    const id = dialog && seen.has(dialog) ? String(request.cseq.number) : undefined;
    const referral = new ServerReferral(core, request, target, what, known, () => {
      if (dialog) busy.delete(dialog);
    });
    if (dialog) {
      seen.add(dialog);
      busy.add(dialog);
    }
    core.turns.after(() => core.options.events.referred?.(referral));
    core.turns.next(() => referral.settle(transaction, dialog, id));
  }
}

class ServerReferral implements Referral {
  readonly request: SipRequest;
  readonly target: string;
  readonly replaces: DialogRef | undefined;
  readonly joins: DialogRef | undefined;
  readonly session: InviteSession | undefined;
  readonly #core: Core;
  readonly #ended: () => void;
  /** User-to-User for the new call (RFC 7433 §4.1). */
  readonly #given: readonly (readonly [string, string])[];
  #usage: NotifierUsage | undefined;
  #call: InviteSession | undefined;
  /** Said last. */
  #status = 100;

  constructor(
    core: Core,
    request: SipRequest,
    target: string,
    taking: { readonly replaces?: DialogRef | undefined; readonly join?: DialogRef | undefined },
    session: InviteSession | undefined,
    ended: () => void,
  ) {
    this.#core = core;
    this.request = request;
    this.target = target;
    this.replaces = taking.replaces;
    this.joins = taking.join;
    const { uri } = request.referTo ?? {};
    this.#given = (uri ? uriHeaders(uri) : []).filter(
      ([name, value]) => /^user-to-user$/i.test(name) && /^[\x20-\x7e]+$/.test(value),
    );
    this.session = session;
    this.#ended = ended;
  }

  accept(): Session {
    return this.#core.turns.run(() => {
      if (this.#call) return this.#call;
      if (this.#status >= 300) throw new TypeError('refused already');
      const by = this.request.headers.get('referred-by');
      const headers: (readonly [string, string])[] = [
        ...takingHeaders(this.#core, { replaces: this.replaces, join: this.joins }),
        ...(by === undefined ? [] : [['Referred-By', by] as const]),
        ...this.#given,
      ];
      const { session: call } = new ClientInvite(this.#core, this.target, { headers }, this.request.callId);
      this.#call = call;
      call.referredBy = this.request.referredBy?.uriText ?? this.request.from.uriText;
      call.watchers.add(() => this.#progress(call));
      return call;
    });
  }

  reject(status = 603): void {
    this.#core.turns.run(() => {
      if (!this.#call) this.#tell(status);
    });
  }

  /** Answers the REFER, by what was decided; who has not decided yet can do so later. */
  settle(transaction: ServerTransaction, within: LiveDialog | undefined, id: string | undefined): void {
    const core = this.#core;
    const { request } = this;
    if (this.#status >= 300 && !this.#call) {
      respond(transaction, this.#status);
      this.#ended();
      return;
    }
    const toTag = token(core.random);
    const silent = isSilent(request);
    respond(transaction, silent ? 200 : 202, {
      toTag,
      headers: [['Contact', core.flows.contact(within?.hidden)], ...(silent ? [['Refer-Sub', 'false'] as const] : [])],
    });
    if (silent) {
      this.#ended();
      return;
    }
    const dialog = within ?? formDialog(core, transaction, toTag);
    if (!dialog) return;
    this.#usage = new NotifierUsage(core, dialog, {
      event: { package: 'refer', id },
      expires: patience,
      over: () => {
        this.#ended();
        this.#leave();
      },
    });
    const status = this.#status;
    this.#usage.notify(fragment(100));
    if (status !== 100) this.#say(status);
  }

  #progress(call: InviteSession): void {
    const { state, end } = call;
    if (state === 'ringing' || state === 'early') this.#tell(state === 'early' ? 183 : 180);
    else if (state === 'connected') this.#tell(200);
    else if (state === 'ended') this.#tell(end?.status ?? 487, end?.reason);
  }

  #tell(status: number, reason?: string): void {
    if (status === this.#status || this.#status >= 200) return;
    this.#status = status;
    this.#say(status, reason);
  }

  #say(status: number, reason?: string): void {
    if (status < 200) this.#usage?.notify(fragment(status));
    else if (this.#usage) this.#usage.terminate('noresource', fragment(status, reason));
    else if (status < 300) this.#leave();
  }

  /** The transferor ends the old call; one that does not is not waited for. */
  #leave(): void {
    const { session } = this;
    if (!session || this.#status < 200 || this.#status >= 300) return;
    this.#core.after(2 * this.#core.timers.t1, () => session.hangUp());
  }
}

function fragment(status: number, reason?: string) {
  return {
    contentType: 'message/sipfrag;version=2.0',
    body: `SIP/2.0 ${status} ${reason ?? reasonPhrase(status)}\r\n`,
  };
}

/** Seconds a referral may take. */
const patience = 300;
