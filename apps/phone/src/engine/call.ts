import type { Session, SessionState } from '@ringback/sip';
import type { AccountId, CallSnapshot, CallState, MediaEvent, RecentCall, TabId } from '../bridge/protocol.ts';
import { callEnd, type LocalCause } from './outcome.ts';

/** One call: the session of the SIP core, and what only this phone knows of it. */
export class Call {
  readonly account: AccountId;
  readonly session: Session;
  /** The tab with microphone and speaker. */
  owner: TabId | undefined;
  muted = false;
  /** Why it ends, when that is known here better than on the wire. */
  cause: LocalCause | undefined;
  /** Offer and answer were exchanged at least once: from here on a failed renegotiation leaves the call as it is. */
  agreed = false;
  /** Late candidates wait for the ACK. */
  late: 'none' | 'waiting' | 'told' = 'none';
  lastRestart = 0;
  /** The digits sent so far: the next one waits for them. */
  digits: Promise<unknown> = Promise.resolve();
  /** Put aside for another call: on hold, or muted where the far side refused to be held. */
  aside: 'no' | 'held' | 'muted' = 'no';
  #media: CallSnapshot['media'] = { state: 'none' };
  /** The name the person chose to call, shown until the far side gives its own. */
  readonly #name: string | undefined;

  constructor(account: AccountId, session: Session, owner?: TabId, name?: string) {
    this.account = account;
    this.session = session;
    this.owner = owner;
    this.#name = name;
  }

  get id(): string {
    return this.session.id;
  }

  get live(): boolean {
    return this.session.state !== 'ended';
  }

  get connected(): boolean {
    return this.session.state === 'connected' || this.session.state === 'confirming';
  }

  mediaChanged(event: Extract<MediaEvent, { type: 'state' }>, now: number): void {
    const since = this.#media.since ?? (event.state === 'connected' ? now : undefined);
    this.#media = { state: event.state, ...(since !== undefined && { since }) };
  }

  get mediaState(): CallSnapshot['media']['state'] {
    return this.#media.state;
  }

  snapshot(flowOpen: boolean): CallSnapshot {
    const { session } = this;
    const { answeredAt, endedAt, held } = session;
    const ended = session.state === 'ended';
    return {
      id: this.id,
      account: this.account,
      sipCallId: session.callId,
      direction: session.direction,
      state: STATES[session.state],
      remote: this.#remote(),
      startedAt: session.startedAt,
      ...(answeredAt !== undefined && { answeredAt }),
      ...(endedAt !== undefined && { endedAt }),
      hold: { here: held.local, there: held.remote },
      muted: this.muted,
      // Kept when it ended: that tab says how.
      ...(this.owner !== undefined && { owner: this.owner }),
      media: ended ? { ...this.#media, state: 'none' } : this.#media,
      reconnecting: this.connected && !flowOpen,
      ...(session.end && { end: this.#end() }),
    };
  }

  /** As it stands in the history. A call that is still up counts as cut now: that is how a later engine finds it. */
  recent(now: number): RecentCall {
    const { session } = this;
    const { answeredAt } = session;
    const end = this.#end();
    return {
      id: this.id,
      account: this.account,
      sipCallId: session.callId,
      direction: session.direction,
      remote: this.#remote(),
      startedAt: session.startedAt,
      ...(answeredAt !== undefined && { answeredAt }),
      endedAt: session.endedAt ?? now,
      end,
      seen: end.outcome !== 'missed',
    };
  }

  #end(): RecentCall['end'] {
    const { session, cause } = this;
    const { direction, end = CUT } = session;
    return callEnd({ direction, answered: session.answeredAt !== undefined, end, ...(cause && { cause }) });
  }

  #remote(): CallSnapshot['remote'] {
    const { uri, displayName = this.#name } = this.session.remote;
    return { uri, ...(displayName !== undefined && displayName !== '' && { displayName }) };
  }
}

/** The page that held the call ended, and its engine with it. */
const CUT = { by: 'local', kind: 'failed' } as const;

const STATES: Readonly<Record<SessionState, CallState>> = {
  calling: 'dialing',
  ringing: 'ringing',
  early: 'ringing',
  incoming: 'incoming',
  answering: 'answering',
  // Our 200 is out and sound may flow: for a person the call is up.
  confirming: 'connected',
  connected: 'connected',
  ending: 'ending',
  ended: 'ended',
};
