import type { Session, SessionDescriptionHandler } from '@ringback/sip';
import type { AccountId, CallId, CallSnapshot, MediaEvent, TabId } from '../bridge/protocol.ts';
import { Call } from './call.ts';
import { isBrowserMedia, SessionMedia } from './session-media.ts';
import type { Tabs } from './tabs.ts';

export interface CallsHost {
  readonly tabs: Tabs;
  now(): number;
  /** Runs once after so many milliseconds. */
  later(milliseconds: number, run: () => void): void;
  flowOpen(account: AccountId): boolean;
  changed(): void;
  /** A call is up, or changed while up. */
  up(call: Call): void;
  ended(call: Call): void;
}

/** All calls of all accounts, from the first sign of each until the person has seen how it ended. */
export class Calls {
  readonly #host: CallsHost;
  readonly #calls = new Map<CallId, Call>();
  /** Sessions an engine before this one left behind: they only get their BYE. */
  readonly #bygone = new Set<string>();
  /** Who is dialling, while the core makes the session. */
  #dialling: { readonly tab: TabId; readonly name?: string } | undefined;

  constructor(host: CallsHost) {
    this.#host = host;
  }

  get(id: CallId): Call | undefined {
    return this.#calls.get(id);
  }

  get live(): readonly Call[] {
    return [...this.#calls.values()].filter((call) => call.live);
  }

  snapshots(): readonly CallSnapshot[] {
    return [...this.#calls.values()]
      .map((call) => call.snapshot(this.#host.flowOpen(call.account)))
      .sort((a, b) => a.startedAt - b.startedAt);
  }

  /** Runs `make`, which makes one outgoing session; the call belongs to `tab` from its first moment. */
  dial(account: AccountId, tab: TabId, name: string | undefined, make: () => Session): Call {
    this.#dialling = { tab, ...(name !== undefined && { name }) };
    try {
      const call = this.#callOf(account, make());
      this.#holdOthers(call);
      return call;
    } finally {
      this.#dialling = undefined;
      this.#host.changed();
    }
  }

  answer(call: Call, tab: TabId, holdOthers: boolean): void {
    call.owner = tab;
    if (holdOthers) this.#holdOthers(call);
    call.session.answer();
    this.#host.changed();
  }

  hold(call: Call, on: boolean): void {
    if (on) {
      call.session.hold();
      return;
    }
    this.#holdOthers(call);
    if (call.aside === 'muted') void this.mute(call, false);
    call.aside = 'no';
    call.session.resume();
  }

  async mute(call: Call, on: boolean): Promise<void> {
    call.muted = on;
    if (call.aside === 'muted') call.aside = 'no';
    this.#host.changed();
    await this.#host.tabs.ask(call.owner, call.id, { op: 'mute', on });
  }

  /**
   * RFC 4733 where it was agreed, else INFO. Resolves with false when the far side took neither. One after the other: an INFO
   * that is challenged or lost must not be overtaken by the next.
   */
  digit(call: Call, digit: string): Promise<boolean> {
    const turn = call.digits.then(() => this.#digit(call, digit));
    call.digits = turn;
    return turn;
  }

  async #digit(call: Call, digit: string): Promise<boolean> {
    const result = await this.#host.tabs.ask(call.owner, call.id, { op: 'dtmf', digit });
    if (result.ok && result.sent) return true;
    const status = await call.session.sendDtmfInfo(digit);
    return status >= 200 && status < 300;
  }

  dismiss(id: CallId): void {
    if (this.#calls.get(id)?.live) return;
    if (this.#calls.delete(id)) this.#host.changed();
  }

  /** The tab with the microphone is gone: nobody can talk on these calls any more. Resolves to those it owned. */
  ownerGone(tab: TabId): readonly Call[] {
    const owned = this.live.filter((call) => call.owner === tab);
    for (const call of owned) {
      call.cause = { kind: 'owner-gone' };
      call.session.hangUp();
    }
    return owned;
  }

  mediaEvent(tab: TabId, id: CallId, event: MediaEvent): void {
    const call = this.#calls.get(id);
    if (!call?.live || call.owner !== tab) return;
    switch (event.type) {
      case 'state':
        call.mediaChanged(event, this.#host.now());
        break;
      case 'late-candidates':
        if (call.late === 'none') call.late = 'waiting';
        this.#tellLate(call);
        break;
      case 'failed':
        this.#restart(call);
        break;
    }
    this.#host.changed();
  }

  /** Call before the user agent with these sessions is made. */
  bury(sessions: readonly string[]): void {
    for (const id of sessions) this.#bygone.add(id);
  }

  // What the core tells:

  media(account: AccountId, session: Session): SessionDescriptionHandler {
    const { id, direction } = session;
    // An incoming session becomes a call when it is announced; an outgoing one is a call at once.
    if (direction === 'outgoing' && !this.#bygone.has(id)) this.#callOf(account, session);
    return new SessionMedia(() => this.#calls.get(id), this.#host.tabs);
  }

  incoming(account: AccountId, session: Session): void {
    const before = this.live.filter((call) => call.account === account).length;
    const call = this.#callOf(account, session);
    if (before >= LINES) {
      call.cause = { kind: 'all-lines-busy' };
      session.reject(486);
    } else if (session.remoteDescription !== undefined && !isBrowserMedia(session.remoteDescription)) {
      // Answering is what makes the 488 with its Warning: the description is looked at before anything rings.
      session.answer();
    }
    this.#host.changed();
  }

  sessionChanged(account: AccountId, session: Session): void {
    if (this.#bygone.has(session.id)) return;
    const call = this.#callOf(account, session);
    if (session.state === 'connected') {
      this.#tellLate(call);
      this.#muteUnheld(call);
      this.#host.up(call);
    }
    this.#host.changed();
  }

  ended(session: Session): void {
    const call = this.#calls.get(session.id);
    if (!call) return;
    this.#host.ended(call);
    this.#takeBack();
    // A call that never rang here stands in the history only.
    if (call.cause?.kind === 'all-lines-busy') this.#calls.delete(call.id);
    else this.#host.later(FAREWELL, () => this.dismiss(call.id));
    this.#host.changed();
  }

  #callOf(account: AccountId, session: Session): Call {
    const known = this.#calls.get(session.id);
    if (known) return known;
    const call = new Call(account, session, this.#dialling?.tab, this.#dialling?.name);
    this.#calls.set(call.id, call);
    return call;
  }

  /** A person talks on one call at a time. Accounts in other tabs may be other people's and are left alone. */
  #holdOthers(call: Call): void {
    for (const other of this.live) {
      const mine = other.owner === call.owner || other.account === call.account;
      if (other === call || !mine || other.session.state === 'incoming') continue;
      // One that is still being set up is held as soon as it is up.
      if (other.aside === 'no') other.aside = 'held';
      other.session.hold();
    }
  }

  /** The far side refused to be held: then at least it does not hear what is said on the other call. */
  #muteUnheld(call: Call): void {
    const { wanted, local } = call.session.held;
    if (call.aside !== 'held' || wanted || local) return;
    call.aside = 'no';
    if (call.muted || !this.live.some((other) => other !== call && other.connected)) return;
    void this.mute(call, true);
    call.aside = 'muted';
  }

  /** Nothing is up any more for which a call that still rings had to wait. */
  #takeBack(): void {
    if (this.live.some((call) => call.connected)) return;
    for (const call of this.live.filter(({ aside }) => aside === 'held')) {
      call.aside = 'no';
      call.session.resume();
    }
  }

  /** One re-INVITE with the candidates found late, after the ACK and only if no pair has connected since. */
  #tellLate(call: Call): void {
    if (call.late !== 'waiting' || call.session.state !== 'connected') return;
    call.late = 'told';
    if (call.mediaState !== 'connected') call.session.restartMedia();
  }

  #restart(call: Call): void {
    const now = this.#host.now();
    if (!call.connected || now - call.lastRestart < RESTART_GAP) return;
    call.lastRestart = now;
    call.session.mediaStalled();
  }
}

/** Calls per account at the same time; the next one hears that we are busy. */
const LINES = 2;

/** Milliseconds an ended call stays to be read. */
const FAREWELL = 8000;

/** Milliseconds between two ICE restarts of one call. */
const RESTART_GAP = 4000;
