import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Timer } from '../runtime/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import { respond } from './answers.ts';
import type { Core } from './core.ts';
import type { InviteUsage } from './invite-usage.ts';
import type { SessionTimerSnapshot } from './options.ts';
import { endByFailure, sipReason } from './session-end.ts';

type Fields = [string, string][];

/**
 * The session timer of a call (RFC 4028): one side refreshes, the other ends the call when it hears nothing. Who refreshes is said anew with
 * each 2xx to an INVITE or UPDATE, as `uac` or `uas` of that transaction, and any such 2xx starts the interval anew.
 */
export class SessionTimer {
  readonly #core: Core;
  readonly #usage: InviteUsage;
  #state: SessionTimerSnapshot | undefined;
  /** The largest Min-SE heard of in the dialog (§7.4). */
  #floor = 0;
  #expiresAt = 0;
  #due: Timer | undefined;
  #expiry: Timer | undefined;

  constructor(core: Core, usage: InviteUsage) {
    this.#core = core;
    this.#usage = usage;
  }

  get state(): SessionTimerSnapshot | undefined {
    return this.#state;
  }

  /** For an INVITE or UPDATE of ours: roles and interval as they are (§7.4). */
  ask(): Fields {
    const { interval = 0, refreshing } = this.#state ?? {};
    const fields: Fields = [];
    if (interval > 0) fields.push(sessionExpires(Math.max(interval, this.#floor), refreshing ? 'uac' : 'uas'));
    if (this.#floor > 0) fields.push(['Min-SE', String(this.#floor)]);
    return fields;
  }

  /** For our 2xx: the interval lowered to ours if need be, never raised, and the role by table 2 of §9. */
  grant({ supported, require, sessionExpires: asked, minSE }: SipRequest): Fields {
    this.#note(minSE?.seconds);
    const ours = wishedInterval(this.#core);
    const knows = [...supported, ...require].includes('timer');
    const most = ours && Math.max(ours, minSE?.seconds ?? 0);
    const interval = asked ? Math.min(asked.seconds, most) : knows || this.#state ? most : 0;
    // Lower than allowed, from somebody who does not know of 422: nothing may be granted.
    if (interval < least) {
      this.start(undefined);
      return [];
    }
    const named = asked?.params.get('refresher')?.toLowerCase();
    const refreshing = !knows || named === 'uas' || (named !== 'uac' && this.#state?.refreshing === true);
    this.start({ interval, refreshing, mutual: knows || asked !== undefined });
    return [
      sessionExpires(interval, refreshing ? 'uas' : 'uac'),
      ...(knows ? [['Require', 'timer'] as Fields[0]] : []),
    ];
  }

  /** The final response to an INVITE or UPDATE of ours. */
  settled(request: SipRequest, { isSuccess, sessionExpires: granted, supported }: SipResponse): void {
    // What the way to a dialog demanded counts in it no longer (§7.4).
    if (request.toTag !== undefined) this.#note(request.minSE?.seconds);
    if (!isSuccess || wishedInterval(this.#core) === 0) return;
    // Who does not know of timers is refreshed all the same; who does and grants none has turned it off (§7.2).
    const interval = (granted ?? (supported.includes('timer') ? undefined : request.sessionExpires))?.seconds;
    const refreshing = granted?.params.get('refresher')?.toLowerCase() !== 'uas';
    this.start(
      interval ? { interval: Math.max(interval, least), refreshing, mutual: granted !== undefined } : undefined,
    );
  }

  start(state: SessionTimerSnapshot | undefined): void {
    this.stop();
    this.#state = state;
    if (!state || this.#usage.session.over) return;
    const { interval, refreshing } = state;
    this.#expiresAt = this.#core.clock.now() + interval * 1000;
    if (refreshing) this.#refreshAfter(interval * 500);
    const early = refreshing ? 0 : Math.min(32, interval / 3);
    this.#expiry = this.#core.after((interval - early) * 1000, () => this.#expired(state));
  }

  stop(): void {
    this.#due?.cancel();
    this.#due = undefined;
    this.#expiry?.cancel();
  }

  #refreshAfter(delay: number): void {
    this.#due = this.#core.after(delay, () => {
      this.#due = undefined;
      if (!this.#usage.session.over) this.#refresh();
    });
  }

  #refresh(): void {
    const { session, dialog, outgoing } = this.#usage;
    this.#usage.refreshSession((outcome) => {
      const { status = 0, isSuccess = false, retryAfter = 0 } = typeof outcome === 'string' ? {} : outcome;
      // It knows of no call, or its proxy says so: told all the same (§10).
      if (status === 481 && session.state === 'ending') this.#core.goodbyes.say({ dialog });
      if (isSuccess || session.over || this.#due || !this.#state?.refreshing) return;
      const left = this.#expiresAt - this.#core.clock.now();
      const delay = status === 491 ? outgoing.glareDelay() : Math.max(left / 2, retryAfter * 1000, 15_000);
      if (delay < left) this.#refreshAfter(delay);
    });
  }

  /** A far side that never heard of timers is not hung up on for refusing refreshes. */
  #expired(state: SessionTimerSnapshot): void {
    if (state.refreshing && !state.mutual) this.start(state);
    else this.#usage.bye(endByFailure('timeout'), sipReason(408, 'Session expired'));
  }

  #note(minSE = 0): void {
    this.#floor = Math.max(this.#floor, minSE);
  }
}

/** Seconds that we want between refreshes; 0: no session timers. */
function wishedInterval({ options: { sessionExpires = 1800 } }: Core): number {
  return sessionExpires && Math.max(sessionExpires, least);
}

/** For the INVITE that begins a call; who refreshes is left to the far side (§7.1). */
export function askForTimer(core: Core): Fields {
  const interval = wishedInterval(core);
  return interval ? [sessionExpires(interval)] : [];
}

/** A lower interval than may be (§9): 422, when the far side knows what that is. True when the request was answered. */
export function refuseBrief(core: Core, transaction: ServerTransaction): boolean {
  const { sessionExpires: asked, supported } = transaction.request;
  if (!asked || asked.seconds >= least || !supported.includes('timer') || !core.extensions.has('timer')) return false;
  respond(transaction, 422, { headers: [['Min-SE', String(least)]] });
  return true;
}

/** The request again with an interval that the 422 allows (§7.4), or undefined: it demands no more than it was given. */
export function withLongerInterval(request: SipRequest, { minSE }: SipResponse): SipRequest | undefined {
  const { sessionExpires: asked, minSE: given } = request;
  if (!minSE || minSE.seconds <= (given?.seconds ?? 0)) return undefined;
  const headers = request.headers.with('Min-SE', String(minSE.seconds));
  if (!asked) return request.with({ headers });
  const [name, value] = sessionExpires(Math.max(asked.seconds, minSE.seconds), asked.params.get('refresher'));
  return request.with({ headers: headers.with(name, value) });
}

function sessionExpires(seconds: number, refresher?: string): Fields[0] {
  return ['Session-Expires', refresher ? `${seconds};refresher=${refresher}` : String(seconds)];
}

/** No interval is shorter (§4, §5). */
const least = 90;
