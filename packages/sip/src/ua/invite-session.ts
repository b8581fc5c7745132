import {
  equalUri,
  Headers,
  Params,
  parseNameAddr,
  parseUri,
  printNameAddr,
  printUserToUser,
  readUserToUser,
  type SessionId,
  type SipMessage,
  type SipRequest,
  type UserToUser,
} from '../message/index.ts';
import { token } from '../runtime/index.ts';
import type { Core } from './core.ts';
import { dialTarget } from './dial-target.ts';
import { dtmfRelay } from './info.ts';
import type { Fields, LiveDialog } from './live-dialog.ts';
import { Media } from './media.ts';
import { type MessageOutcome, type MessageParts, sendMessage } from './messages.ts';
import type { SessionEnd, SessionSnapshot } from './options.ts';
import { ReInvite } from './re-invite.ts';
import type { Held, Party, Session, SessionState } from './session.ts';
import type { SessionTimer } from './session-timer.ts';
import { type Transfer, transfer, transferTo } from './transfer/transfer.ts';
import { iceFragment, Trickler } from './trickle.ts';

/** What a session is made of at present: an INVITE sent, an INVITE received, or a confirmed dialog. */
export interface Stage {
  answer?(): void;
  reject?(status: number, reason?: string, contacts?: Fields): void;
  progress?(status: number, media: boolean): void;
  /** `end`: how, should it be otherwise than by our user. */
  hangUp(reason?: string, end?: SessionEnd): void;
  /** A refusal says that the far side is gone. */
  lost?(status: number): void;
  /** Hold is wished otherwise than before. */
  reconcile?(): void;
  restart?(iceRestart: boolean): void;
  update?(media: boolean): void;
  rename?(from: string): void;
  sendInfo?(contentType: string, body: string, infoPackage: string | undefined, done: (status: number) => void): void;
  readonly dialog?: LiveDialog;
  readonly timer?: SessionTimer;
  /** The far side is known to, before it said so. */
  readonly trickles?: boolean;
  /** The dialogs that both sides know of, as far as a request of ours may go there now. */
  knownDialogs(): readonly LiveDialog[];
}

export interface SessionStart {
  readonly id?: string;
  readonly callId: string;
  readonly direction: Session['direction'];
  readonly state: SessionState;
  readonly remote: Party;
  readonly held?: Held;
  readonly startedAt?: number;
  readonly answeredAt?: number | undefined;
  readonly localDescription?: string | undefined;
  readonly remoteDescription?: string | undefined;
}

type Facts = Pick<InviteSession, 'state' | 'remote' | 'held' | 'answeredAt' | 'endedAt' | 'end'>;

/** A place to send the caller to, other than here (§8.3). */
function elsewhere(text: string, here: SipRequest | undefined): [string, string] {
  const value = parseUri(text).ok ? `<${text}>` : text;
  const address = parseNameAddr(value);
  const uri = address.ok ? parseUri(address.value.uriText) : undefined;
  if (!uri?.ok || (here && equalUri(uri.value, here.uri))) throw new TypeError(`not elsewhere: ${text}`);
  return ['Contact', value];
}

interface Handing {
  readonly userToUser?: readonly UserToUser[] | undefined;
}

/** Throws when a value can not be written. */
export function userToUserHeaders(values: readonly UserToUser[] = []): [string, string][] {
  const headers = values.map((value): [string, string] => ['User-to-User', printUserToUser(value)]);
  Headers.of(...headers);
  return headers;
}

/** The session's outside: what is known about it, and its commands handed to the stage it is in. */
export class InviteSession implements Session {
  readonly id: string;
  readonly callId: string;
  readonly direction: Session['direction'];
  readonly startedAt: number;
  readonly media: Media;
  readonly outgoing: ReInvite;
  readonly trickler: Trickler;
  stage: Stage | undefined;
  replaces: InviteSession | undefined;
  joins: InviteSession | undefined;
  referredBy: string | undefined;
  invite: SipRequest | undefined;
  /** The option tags the far side supports, in lower case. */
  supported: readonly string[] | undefined;
  userToUser: readonly UserToUser[] = [];
  /** What ours gives with our next response or BYE. */
  handing: readonly (readonly [string, string])[] = [];
  /** The transfer under way. */
  referring: Transfer | undefined;
  /** Told of each change at once, in the same turn. */
  readonly watchers: Set<() => void> = new Set();
  // What `change` changes, and nobody else.
  readonly state: SessionState;
  readonly remote: Party;
  readonly held: Held;
  readonly answeredAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly end: SessionEnd | undefined;
  readonly #core: Core;
  #announced = false;

  constructor(core: Core, start: SessionStart) {
    this.#core = core;
    this.id = start.id ?? token(core.random, 8);
    this.callId = start.callId;
    this.direction = start.direction;
    this.startedAt = start.startedAt ?? core.clock.now();
    this.state = start.state;
    this.remote = start.remote;
    this.held = start.held ?? { local: false, remote: false, wanted: false };
    this.answeredAt = start.answeredAt;
    this.trickler = new Trickler(core, this);
    core.sessions.set(this.id, this);
    core.sessionsChanged();
    this.outgoing = new ReInvite(core, this);
    this.media = new Media(core, core.options.sessionDescription(this), start, this);
  }

  get localDescription(): string | undefined {
    return this.media?.local;
  }
  get remoteDescription(): string | undefined {
    return this.media?.remote;
  }
  get trickles(): boolean {
    const { dialog, trickles } = this.stage ?? {};
    return trickles === true || (dialog !== undefined && this.trickler.knows(dialog));
  }
  get sessionId(): SessionId | undefined {
    return this.#core.sessionIds.get(this.callId, this.stage?.dialog?.state.remoteTag ?? '');
  }
  /** Ended, or about to: nothing new begins. */
  get over(): boolean {
    return this.state === 'ending' || this.state === 'ended';
  }

  answer({ userToUser = [] }: Handing = {}): void {
    const headers = userToUserHeaders(userToUser);
    this.#core.turns.run(() => {
      this.handing = headers;
      this.stage?.answer?.();
    });
  }

  reject(status = 486, how: string | { readonly contacts?: readonly string[]; readonly reason?: string } = {}): void {
    const { contacts, reason } = typeof how === 'string' ? { reason: how } : how;
    if (!Number.isInteger(status) || status < 300 || status > 699 || (contacts && status > 399))
      throw new RangeError(`not a refusal: ${status}`);
    if (contacts?.length === 0) throw new TypeError('nowhere to go');
    const headers = contacts?.map((each) => elsewhere(each, this.invite));
    this.#core.turns.run(() => this.stage?.reject?.(status, reason, headers));
  }

  progress(wish: Handing & { readonly status?: number; readonly media?: boolean } = {}): void {
    const { status = 183, media = true, userToUser = [] } = wish;
    if (!Number.isInteger(status) || status < 101 || status > 198) throw new RangeError(`not a progress: ${status}`);
    const headers = userToUserHeaders(userToUser);
    this.#core.turns.run(() => {
      this.handing = headers;
      this.stage?.progress?.(status, media);
    });
  }

  hangUp(reason?: string, { userToUser = [] }: Handing = {}): void {
    if (reason !== undefined) Headers.of(['Reason', reason]);
    const headers = userToUserHeaders(userToUser);
    this.#core.turns.run(() => {
      if (this.over) return;
      this.handing = headers;
      this.stage?.hangUp(reason);
    });
  }

  hold(): void {
    this.#wish(true);
  }

  resume(): void {
    this.#wish(false);
  }

  restartMedia(wish: { readonly iceRestart?: boolean } = {}): void {
    this.#core.turns.run(() => {
      if (!this.over) this.stage?.restart?.(wish.iceRestart ?? false);
    });
  }

  mediaStalled(): void {
    this.#core.turns.run(() => {
      if (!this.over) this.#core.flows.stalled(this.id);
    });
  }

  update({ media = false }: { readonly media?: boolean } = {}): void {
    this.#core.turns.run(() => {
      if (!this.over) this.stage?.update?.(media);
    });
  }

  changeIdentity({ uri, displayName }: Party): void {
    const parsed = parseUri(uri);
    if (!parsed.ok) throw new TypeError(`not an identity: ${uri}`);
    const tag = this.stage?.dialog?.state.localTag ?? '';
    const params = Params.of({ tag });
    const from = printNameAddr({
      ...(displayName !== undefined && { displayName }),
      uri: parsed.value,
      uriText: uri,
      params,
    });
    Headers.of(['From', from]);
    this.#core.turns.run(() => {
      if (!this.over) this.stage?.rename?.(from);
    });
  }

  sendInfo(contentType: string, body: string, infoPackage?: string): Promise<number> {
    return new Promise((resolve) => {
      this.#core.turns.run(() => {
        if (this.over || !this.stage?.sendInfo) resolve(481);
        else this.stage.sendInfo(contentType, body, infoPackage, resolve);
      });
    });
  }

  sendMessage(parts: MessageParts): Promise<MessageOutcome> {
    return this.#core.turns.run(() => sendMessage(this.#core, this, parts));
  }

  sendDtmfInfo(digit: string, duration = 160): Promise<number> {
    return this.sendInfo('application/dtmf-relay', dtmfRelay(digit, duration));
  }

  trickle(sdp: string, complete = false): void {
    const fragment = iceFragment(sdp, complete);
    this.#core.turns.run(() => this.trickler.tell(fragment));
  }

  /** After what this turn has to say. */
  trickleLater(): void {
    this.#core.turns.next(() => this.trickler.go());
  }

  transfer(target: string): void {
    const uri = dialTarget(target, this.#core.identity.aor);
    this.#core.turns.run(() => transfer(this.#core, this, uri));
  }

  transferTo(other: Session): void {
    this.#core.turns.run(() => transferTo(this.#core, this, other as InviteSession));
  }

  /** What the application at the far side gives with this message. */
  given({ headers }: SipMessage): void {
    if (headers.has('user-to-user')) this.userToUser = headers.read(readUserToUser);
  }

  change(facts: Partial<Facts>): void {
    Object.assign(this, facts);
    if (facts.state === 'confirming') this.#supersede();
    for (const watcher of [...this.watchers]) watcher();
    if (this.#announced) return;
    // Several changes in one turn are one event.
    this.#announced = true;
    this.#core.turns.after(() => {
      this.#announced = false;
      this.#core.options.events.session?.(this);
    });
  }

  /** What offer and answer say of hold. */
  agreed(local: boolean, remote: boolean): void {
    const { held } = this;
    if (this.over || (held.local === local && held.remote === remote)) return;
    this.change({ held: { ...held, local, remote } });
  }

  finish(end: SessionEnd): void {
    if (this.state === 'ended') return;
    const { gone } = this.#core;
    const dialog = this.stage?.dialog?.state;
    if (dialog && gone.push(dialog) > 16) gone.shift();
    this.#core.sessions.delete(this.id);
    this.outgoing.stop();
    this.media.close();
    this.change({ state: 'ended', end, endedAt: this.#core.clock.now() });
    this.#core.turns.after(() => this.#core.options.events.ended?.(this));
    this.#core.sessionsChanged();
  }

  snapshot(): SessionSnapshot | undefined {
    const dialog = this.stage?.dialog?.state;
    if (this.over || dialog?.state !== 'confirmed') return undefined;
    const { id, direction, remote, held, startedAt, answeredAt, localDescription, remoteDescription, sessionId } = this;
    const { timer } = this.stage ?? {};
    return {
      id,
      direction,
      remote,
      dialog,
      held,
      startedAt,
      answeredAt,
      localDescription,
      remoteDescription,
      timer: timer?.state,
      sessionId,
    };
  }

  /** Accepted: the call that this one replaces ends (RFC 3891 §3). */
  #supersede(): void {
    const { replaces } = this;
    if (replaces && !replaces.over) replaces.stage?.hangUp(undefined, { by: 'remote', kind: 'replaced' });
  }

  #wish(wanted: boolean): void {
    this.#core.turns.run(() => {
      if (this.over || this.held.wanted === wanted) return;
      this.change({ held: { ...this.held, wanted } });
      this.stage?.reconcile?.();
    });
  }
}
