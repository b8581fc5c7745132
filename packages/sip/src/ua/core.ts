import type { DialogId, DialogTable } from '../dialog/index.ts';
import type { SipRequest } from '../message/index.ts';
import type { Clock, Log, Random, Timer } from '../runtime/index.ts';
import type { LazyMap, LazySet } from '../runtime/lazy.ts';
import type { TimerValues, TransactionLayer } from '../transaction/index.ts';
import type { Credentials } from './credentials.ts';
import type { Subscriptions } from './events/subscriptions.ts';
import type { Flows } from './flows.ts';
import type { Goodbyes } from './goodbyes.ts';
import type { Identity } from './identity.ts';
import type { InviteSession } from './invite-session.ts';
import type { LiveDialog } from './live-dialog.ts';
import type { MethodHandler } from './methods.ts';
import type { UserAgentOptions } from './options.ts';
import type { SessionIds } from './session-ids.ts';
import type { Turns } from './turn.ts';

/** What the parts of one user agent share. */
export interface Core {
  readonly options: UserAgentOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly timers: TimerValues;
  readonly turns: Turns;
  readonly transactions: TransactionLayer;
  readonly identity: Identity;
  readonly credentials: Credentials;
  readonly sessionIds: SessionIds;
  /** Every dialog, early and confirmed. */
  readonly dialogs: DialogTable<LiveDialog>;
  /** The methods we take, and what is done about them outside of usages. */
  readonly methods: ReadonlyMap<string, MethodHandler>;
  /** Option tags of extensions that a request may require of us: our Supported. */
  readonly extensions: Set<string>;
  /** Event notification, in both roles. */
  readonly subscriptions: Subscriptions;
  readonly flows: Flows;
  readonly goodbyes: Goodbyes;
  readonly sessions: LazyMap<string, InviteSession>;
  /** Dialogs of the calls that ended last. */
  readonly gone: DialogId[];
  /** What is to be let go of when the user agent closes. */
  readonly closing: LazySet<() => void>;
  /** A session began or ended. */
  sessionsChanged(): void;
  /** Gives what sends this ACK the way of its INVITE, each time octet for octet the same (§13.2.2.4). */
  sendAck(ack: SipRequest, choice?: number, dialog?: LiveDialog): () => void;
  /** Runs `run` as a turn of its own after `delay` ms. */
  after(delay: number, run: () => void): Timer;
}
