import { isSipUri, type ResponseParts, type SipRequest, validate } from '../message/index.ts';
import { LazyMap, LazySet } from '../runtime/lazy.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import { refuseExtensions, refuseMethod, respond } from './answers.ts';
import type { Core } from './core.ts';
import type { LiveDialog } from './live-dialog.ts';
import type { MethodHandler } from './methods.ts';
import { ServerInvite } from './server-invite.ts';
import { sessionBody } from './session-body.ts';
import { refuseBrief } from './session-timer.ts';
import { takeover } from './transfer/replaces.ts';

/** Where requests arrive (§8.2): those of a dialog go to it, the others are inspected in the order of the RFC and taken or refused. */
export class Reception {
  readonly #core: Core;
  /** INVITEs that have no final response yet. */
  readonly #invites = new LazyMap<ServerTransaction, ServerInvite>();
  /** Requests outside of dialogs whose transaction lives: to tell a second copy by another path. */
  readonly #recent = new LazySet<ServerTransaction>();

  constructor(core: Core) {
    this.#core = core;
  }

  request(transaction: ServerTransaction): void {
    const { request } = transaction;
    const malformed = validate(request);
    if (malformed) {
      respond(transaction, malformed.status ?? 400, { reason: malformed.detail });
      return;
    }
    if (request.toTag === undefined) this.#outside(transaction);
    else {
      const dialog = this.#dialog(request);
      if (dialog) dialog.request(transaction);
      else if (!this.#core.methods.get(request.method)?.unmatched?.(this.#core, transaction)) respond(transaction, 481);
    }
  }

  /** The CANCEL itself is always answered, its INVITE only while it waits (§9.2). */
  cancel(transaction: ServerTransaction, invite: ServerTransaction | undefined): void {
    if (!invite) {
      respond(transaction, 481);
      return;
    }
    const pending = this.#invites.get(invite);
    const toTag = pending?.toTag ?? invite.request.toTag ?? invite.lastResponse?.toTag;
    respond(transaction, 200, { toTag });
    if (pending) pending.cancel(invite, transaction.request);
    else for (const usage of this.#dialog(invite.request)?.usages ?? []) usage.cancel?.(invite, transaction.request);
  }

  ack(ack: SipRequest): void {
    for (const usage of this.#dialog(ack)?.usages ?? []) usage.ack?.(ack);
  }

  #outside(transaction: ServerTransaction): void {
    const { request } = transaction;
    const handler = this.#core.methods.get(request.method);
    if (!handler) refuseMethod(this.#core, transaction);
    else if (!isSipUri(request.uri)) respond(transaction, 416);
    else if (!this.#core.identity.owns(request.uri)) respond(transaction, 404);
    else if (this.#isMerged(transaction)) respond(transaction, 482);
    else if (refuseExtensions(this.#core, transaction)) return;
    else if (request.method === 'INVITE') this.#take(transaction, () => this.#invite(transaction));
    else if (handler.outside) this.#take(transaction, handler.outside);
    // BYE, INFO and UPDATE live in dialogs only.
    else respond(transaction, 481);
  }

  #take(transaction: ServerTransaction, outside: NonNullable<MethodHandler['outside']>): void {
    outside(this.#core, transaction);
    if (transaction.state === 'terminated') return;
    this.#recent.add(transaction);
    const { onTerminated } = transaction;
    transaction.onTerminated = (cause) => {
      this.#recent.delete(transaction);
      onTerminated?.(cause);
    };
  }

  #invite(transaction: ServerTransaction): void {
    const { request } = transaction;
    const { turns, options, sessions } = this.#core;
    const body = sessionBody(request);
    const refuse = (status: number, parts?: ResponseParts) => respond(transaction, status, parts);
    if (body.type === 'unsupported') {
      refuse(415, body);
      return;
    }
    if (!takesSdp(request)) {
      refuse(406);
      return;
    }
    if (refuseBrief(this.#core, transaction)) return;
    if (request.contacts.length !== 1) {
      refuse(400, { reason: 'One Contact needed' });
      return;
    }
    const knows = [...request.supported, ...request.require];
    if (options.reliableProvisional === 'required' && !knows.includes('100rel')) {
      refuse(421, { headers: [['Require', '100rel']] });
      return;
    }
    const taken = takeover(this.#core, request);
    if (taken && 'status' in taken) {
      refuse(taken.status);
      return;
    }
    if (!taken && sessions.size >= (options.maxSessions ?? 32)) {
      refuse(486);
      return;
    }
    const invite = new ServerInvite(this.#core, transaction, body.type === 'sdp' ? body.sdp : undefined, () =>
      this.#invites.delete(transaction),
    );
    this.#invites.set(transaction, invite);
    if (taken) invite.session[taken.how] = taken.session;
    if (invite.session.replaces) this.#core.sessionIds.begin(request.callId, invite.session.replaces.callId);
    turns.after(() => options.events.incoming?.(invite.session));
    // Whoever refuses at once, as busy, is heard first.
    turns.next(() => (invite.session.replaces ? invite.answer() : invite.ring()));
  }

  #dialog({ callId, fromTag = '', toTag = '' }: SipRequest): LiveDialog | undefined {
    return this.#core.dialogs.get({ callId, localTag: toTag, remoteTag: fromTag });
  }

  /** The same request by a second path of a fork (§8.2.2.2); a first one that can no longer be answered does not count. */
  #isMerged({ id, request }: ServerTransaction): boolean {
    return [...this.#recent].some(
      (other) =>
        other.id !== id &&
        other.flow.state !== 'closed' &&
        other.request.method === request.method &&
        other.request.callId === request.callId &&
        other.request.fromTag === request.fromTag &&
        other.request.cseq.number === request.cseq.number,
    );
  }
}

/** Can the caller read the description in our answer (§20.1, RFC 4475 §3.3.15)? Without Accept it can. */
function takesSdp({ headers, accept }: SipRequest): boolean {
  return (
    !headers.has('accept') ||
    accept.some(({ essence }) => ['application/sdp', 'application/*', '*/*'].includes(essence))
  );
}
