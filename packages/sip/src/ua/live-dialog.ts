import {
  confirmDialog,
  createDialogRequest,
  type DialogRequest,
  type DialogState,
  dialogFromRequest,
  receiveCSeq,
  refreshTarget,
} from '../dialog/index.ts';
import { createResponse, readRecvInfo, type SipMessage, type SipRequest, type SipResponse } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import type { Flow } from '../transport/index.ts';
import { refuseExtensions, refuseMethod, respond } from './answers.ts';
import type { Core } from './core.ts';
import { Exchange, type ExchangeUser } from './exchange.ts';
import { anonymous } from './identity.ts';
import { ownHeaders } from './own-headers.ts';
import { isAnonymous } from './privacy.ts';

/** Headers of a message to be made, name and value. */
export type Fields = readonly (readonly [string, string])[];

/** The dialog that our answer with that tag forms; undefined where no request could be sent in it. */
export function formDialog(core: Core, { request, flow }: ServerTransaction, toTag: string): LiveDialog | undefined {
  const state = dialogFromRequest(request, toTag, 'confirmed');
  return state && new LiveDialog(core, state, flow);
}

/** One use of a dialog (RFC 5057): a call or a subscription. */
export interface DialogUsage {
  /** Takes the request, that is, sees to its answer, or returns false: it is not for this usage. */
  request(transaction: ServerTransaction): boolean;
  ack?(ack: SipRequest): void;
  /** The far side gives up an INVITE it sent in the dialog. */
  cancel?(invite: ServerTransaction, cancel: SipRequest): void;
  /** Requests take a new flow. `stalled`: calls whose media stopped. */
  recover?(stalled: readonly string[]): void;
  flowLost?(flow: Flow): void;
  /** A target refresh was accepted. Before it the far side was `remote`; `flow`: of a request. */
  refreshed?(message: SipMessage, remote: string, flow?: Flow): void;
}

/**
 * A dialog, early or confirmed, and what it is used for: one CSeq space and one target for all usages (RFC 5057). It is found by its name
 * from the first usage to the last.
 */
export class LiveDialog {
  readonly #core: Core;
  /** The far side reached us past all proxies, on this flow: it is where ours go (§12.2.1.1). */
  readonly direct: Flow | undefined;
  #state: DialogState;
  #usages: readonly DialogUsage[] = [];
  #allow: readonly string[] = [];
  #packages: readonly string[] = [];
  #supported: readonly string[] = [];

  /** `flow`: of the request that began it. */
  constructor(core: Core, state: DialogState, flow?: Flow) {
    this.#core = core;
    this.#state = state;
    this.direct = state.routes.length > 0 ? undefined : flow;
  }

  get state(): DialogState {
    return this.#state;
  }

  /** We are nobody in it (RFC 3323). */
  get hidden(): boolean {
    const { local, privacy } = this.#state;
    return local.includes(anonymous) || isAnonymous({ privacy: privacy?.split(/ *; */) });
  }

  /** What a response in it asks to be kept from the far side; requests do so by themselves. */
  get hiding(): [string, string][] {
    const { privacy } = this.#state;
    return privacy === undefined ? [] : [['Privacy', privacy]];
  }

  /** Our identity changed: From of our requests is this one from now on, with the same tag (RFC 4916 §4.3). */
  rename(from: string): void {
    this.#state = { ...this.#state, local: from };
  }

  get usages(): readonly DialogUsage[] {
    return this.#usages;
  }

  add(usage: DialogUsage): void {
    this.#usages = [...this.#usages, usage];
    this.#core.dialogs.set(this.#state, this);
  }

  remove(usage: DialogUsage): void {
    this.#usages = this.#usages.filter((each) => each !== usage);
    if (this.#usages.length === 0) this.#core.dialogs.delete(this.#state, this);
  }

  /** A 2xx makes it confirmed: received by the caller with what it says of route and target (§13.2.2.4), or sent by us. */
  confirm(received?: SipResponse): void {
    if (received) this.learn(received);
    this.#state = received ? confirmDialog(this.#state, received) : { ...this.#state, state: 'confirmed' };
  }

  /** Sends a request under the next CSeq number. */
  send(wanted: DialogRequest, user: ExchangeUser): Exchange {
    const { request, dialog } = createDialogRequest(this.#state, wanted);
    this.#state = dialog;
    return new Exchange(this.#core, request, user, () => this.#nextCSeq(), this);
  }

  /** Who we are in it and what we can do; `request`: the one that is answered so. */
  headers(request?: SipRequest): [string, string][] {
    return [...ownHeaders(this.#core, this.hidden, request), ...(request ? this.hiding : [])];
  }

  /** A response with that and with a description, if there is one. */
  response(request: SipRequest, status: number, headers: Fields, sdp?: string): SipResponse {
    return createResponse(request, status, {
      toTag: this.#state.localTag,
      headers: [...this.headers(request), ...headers],
      body: sdp,
      contentType: sdp === undefined ? undefined : 'application/sdp',
    });
  }

  /** Takes a request that may refresh the target: its 2xx. */
  accept({ request, flow }: ServerTransaction, headers: Fields = [], sdp?: string): SipResponse {
    this.refresh(request, flow);
    return this.response(request, 200, headers, sdp);
  }

  /** What the far side said last of the methods it takes. */
  allows(method: string): boolean {
    return this.#allow.includes(method);
  }

  /** The far side takes INFOs of that package (RFC 6086 §5.2.2). */
  takes(infoPackage: string): boolean {
    return this.#packages.includes(infoPackage);
  }

  /** The far side knows the extension with that option tag. */
  supports(option: string): boolean {
    return this.#supported.includes(option);
  }

  learn({ allow, headers, supported }: SipMessage): void {
    if (allow.length > 0) this.#allow = allow;
    if (supported.length > 0) this.#supported = supported;
    this.#packages = headers.read(readRecvInfo) ?? this.#packages;
  }

  /** Target refresh (§12.2), by a request that was accepted or its 2xx. */
  refresh(message: SipMessage, flow?: Flow): void {
    const { remote } = this.#state;
    this.learn(message);
    this.#state = refreshTarget(this.#state, message);
    // Our next request is to who the far side says it is (RFC 4916 §4.3).
    if (message.kind === 'request') this.#state = { ...this.#state, remote: message.headers.get('from') ?? remote };
    for (const usage of this.#usages) usage.refreshed?.(message, remote, flow);
  }

  request(transaction: ServerTransaction): void {
    const core = this.#core;
    const { request } = transaction;
    const next = receiveCSeq(this.#state, request);
    if (!next) {
      respond(transaction, 500);
      return;
    }
    this.#state = next;
    if (refuseExtensions(core, transaction) || this.#usages.some((usage) => usage.request(transaction))) return;
    const handler = core.methods.get(request.method);
    if (!handler) refuseMethod(core, transaction);
    else if (handler.inside) handler.inside(core, transaction, this);
    else respond(transaction, 481);
  }

  #nextCSeq(): number {
    const localCSeq = this.#state.localCSeq + 1;
    this.#state = { ...this.#state, localCSeq };
    return localCSeq;
  }
}
