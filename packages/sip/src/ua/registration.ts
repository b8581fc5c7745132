import { decodeText, printNameAddr, type SipResponse } from '../message/index.ts';
import { type Timer, token } from '../runtime/index.ts';
import type { Flow } from '../transport/index.ts';
import type { Core } from './core.ts';
import { patience, untilRefresh } from './events/upkeep.ts';
import { Exchange, type ExchangeUser, type Outlet } from './exchange.ts';
import type { Bindings, RegistrationSnapshot, RegistrationState } from './options.ts';
import { grantedExpiry, ownBinding } from './own-binding.ts';
import type { RegisterOutcome, WayEvent } from './recovery.ts';
import { type RegisterParts, registerRequest } from './register-request.ts';
import { failureStatus } from './session-end.ts';

export interface RegistrationUser extends Outlet {
  openFlow(): Flow | undefined;
  /** A REGISTER is under way. */
  asked(): boolean;
  /** One is due: `send` is called when it may go. `wanted`: a new flow is to be followed by one, too. */
  ask(wanted: boolean): void;
  tell(event: WayEvent): void;
  changed(): void;
  flowTimer(seconds: number): void;
}

export type RegistrationNumbers = Pick<RegistrationSnapshot, 'callId' | 'fromTag' | 'cseq' | 'wanted'>;

/**
 * Our binding at the registrar over one flow (§10.2, RFC 5626): kept up for as long as it is wanted, all under one Call-ID with rising CSeq
 * numbers. When a REGISTER may go is decided in `recovery.ts`.
 */
export class Registration {
  readonly #core: Core;
  readonly #user: RegistrationUser;
  readonly #regId: number;
  readonly #callId: string;
  readonly #fromTag: string;
  /** What the registrar said last (RFC 3608); undefined: it has not. */
  serviceRoutes: readonly string[] | undefined;
  #state: RegistrationState = { state: 'unregistered' };
  #cseq: number;
  #wanted: boolean;
  /** The registrar's no is no until the user says otherwise: repeated, it would lock the account. */
  #refused = false;
  #bound = false;
  #expires: number;
  #outbound = true;
  #failures = 0;
  /** The registrar named the time itself: then nothing makes us earlier. */
  #embargo = 0;
  #timer: Timer | undefined;
  #unregistered: (() => void)[] = [];

  constructor(core: Core, regId: number, user: RegistrationUser, restored?: RegistrationNumbers) {
    this.#core = core;
    this.#regId = regId;
    this.#user = user;
    this.#callId = restored?.callId ?? token(core.random, 16);
    this.#fromTag = restored?.fromTag ?? token(core.random);
    this.#cseq = restored?.cseq ?? 0;
    this.#wanted = restored?.wanted ?? false;
    this.#bound = this.#wanted;
    this.#expires = core.options.expires ?? 600;
  }

  get state(): RegistrationState {
    return this.#state;
  }

  get #kept(): boolean {
    return this.#wanted && !this.#refused;
  }

  register(): void {
    this.#wanted = true;
    this.#refused = false;
    this.#outbound = true;
    if (!this.#user.openFlow()) this.#change({ state: 'registering' });
    this.#user.ask(true);
  }

  /** `done` runs when the registrar has said its word, or there is nobody to ask. */
  unregister(done: () => void = () => {}): void {
    this.#wanted = false;
    this.#stopTimer();
    if (!this.#user.openFlow() || (!this.#bound && !this.#user.asked())) {
      this.#bound = false;
      this.#change({ state: 'unregistered' });
      this.#user.tell({ type: 'forget' });
      done();
      return;
    }
    this.#unregistered.push(done);
    this.#user.ask(false);
  }

  /** Which bindings our AOR has (§10.2.3), without touching them. */
  fetch(told: (answer: Bindings) => void): void {
    const core = this.#core;
    const flow = this.#user.openFlow();
    if (!flow) {
      told({ status: 503, bindings: [] });
      return;
    }
    this.#exchange(
      { flow },
      {
        final: (response) => {
          const own = ownBinding(response, core.identity.ownContact(flow, this.#regId));
          const contacts = response.isSuccess ? response.contacts : [];
          const bindings = contacts.map((each) => ({
            uri: each.uriText,
            expires: grantedExpiry(each, response, 0),
            own: each === own,
          }));
          told({ status: response.status, bindings });
        },
        failed: (cause) => told({ status: failureStatus(cause), bindings: [] }),
      },
    );
  }

  flowLost(): void {
    this.#failures = 0;
    this.#stopTimer();
    if (!this.#wanted) this.#notifyUnregistered();
    else if (!this.#refused) this.#change({ state: 'registering' });
  }

  /** Now rather than later, unless the registrar forbade it. */
  retryNow(): void {
    if (this.#kept && this.#state.state === 'failed') this.#user.ask(true);
  }

  /** The flow is open, and no other REGISTER under way. */
  send(): void {
    const flow = this.#user.openFlow();
    if (!flow) return;
    if (this.#wanted && this.#embargo > this.#core.clock.now()) {
      this.#retryAt(this.#embargo, this.#state);
      this.#user.tell({ type: 'answered', wanted: true, outcome: 'word' });
      return;
    }
    this.#stopTimer();
    const expires = this.#wanted ? this.#expires : 0;
    if (this.#wanted && this.#state.state !== 'registered') this.#change({ state: 'registering' });
    // A flow that was replaced has nothing to tell any more.
    const current = (step: () => RegisterOutcome) => {
      if (this.#user.openFlow() !== flow || !this.#user.asked()) return;
      const word = step();
      // Wished otherwise meanwhile.
      const again = this.#wanted ? !this.#refused && expires === 0 : this.#bound && expires > 0;
      const outcome = word === 'word' && again ? 'again' : word;
      this.#user.tell({ type: 'answered', wanted: this.#kept, outcome });
    };
    this.#exchange(
      { flow, expires, regId: this.#outbound && flow.reliable ? this.#regId : undefined },
      {
        final: (response) => current(() => (this.#answered(response, flow, expires) ? 'again' : 'word')),
        failed: (cause) =>
          current(() => {
            this.#failed(undefined);
            return cause === 'timeout' ? 'silence' : 'lost';
          }),
      },
    );
  }

  snapshot(): RegistrationNumbers {
    return { callId: this.#callId, fromTag: this.#fromTag, cseq: this.#cseq, wanted: this.#wanted };
  }

  close(): void {
    this.#wanted = false;
    this.#stopTimer();
  }

  #exchange(parts: Pick<RegisterParts, 'flow' | 'expires' | 'regId'>, user: ExchangeUser): void {
    const next = () => ++this.#cseq;
    const request = registerRequest(this.#core, {
      ...parts,
      callId: this.#callId,
      fromTag: this.#fromTag,
      cseq: next(),
    });
    new Exchange(this.#core, request, user, next, undefined, this.#user);
  }

  /** True: another one is to go out at once. */
  #answered(response: SipResponse, flow: Flow, expires: number): boolean {
    const { status } = response;
    if (response.isSuccess) {
      if (expires === 0) {
        this.#bound = false;
        // They end with the binding (RFC 5627 §3.2).
        this.#core.identity.tempGruus = [];
        this.#notifyUnregistered();
      } else this.#registered(response, flow, expires);
      return false;
    }
    if (expires === 0) {
      this.#notifyUnregistered();
      return false;
    }
    // Given up meanwhile: what is bound is to be removed all the same.
    if (!this.#wanted && this.#bound) return true;
    if (status === 423 && this.#longer(response.minExpires)) return true;
    if (status === 439 && this.#outbound) {
      // The first hop cannot do outbound (RFC 5626 §6): without it then.
      this.#outbound = false;
      return true;
    }
    this.#failed(response);
    return false;
  }

  #registered(response: SipResponse, flow: Flow, asked: number): void {
    const { identity, clock } = this.#core;
    const binding = ownBinding(response, identity.ownContact(flow, this.#regId));
    const granted = binding ? grantedExpiry(binding, response, asked) : 0;
    if (!binding || granted === 0) {
      // A 200 without us in it: not registered, and tried again like any failure.
      this.#failed(response, 'binding missing in the response');
      return;
    }
    this.#bound = true;
    this.#failures = 0;
    identity.learnGruus(binding);
    this.serviceRoutes = response.serviceRoutes.map((route) => printNameAddr(route));
    const flowTimer = Number(response.headers.get('flow-timer'));
    if (flowTimer > 0) this.#user.flowTimer(flowTimer);
    const now = clock.now();
    this.#change({ state: 'registered', expiresAt: now + granted * 1000 });
    if (!this.#wanted) return;
    this.#timer = this.#core.after(untilRefresh(this.#core, granted), () => this.#user.ask(true));
  }

  /** 423: once longer, as asked for, but not for ever. */
  #longer(minimum: number | undefined): boolean {
    if (minimum === undefined || minimum <= this.#expires || minimum > longestAsked) return false;
    this.#expires = minimum;
    return true;
  }

  #failed(response: SipResponse | undefined, reason?: string): void {
    const facts: RegistrationState = {
      state: 'failed',
      ...(response && { status: response.status, reason: reason ?? decodeText(response.reason) }),
    };
    if (!this.#wanted) {
      this.#notifyUnregistered();
      return;
    }
    if (response && isFinalWord(response.status)) {
      this.#refused = true;
      this.#bound = false;
      this.#change(facts);
      return;
    }
    const retryAfter = response?.retryAfter;
    const now = this.#core.clock.now();
    const at = now + patience(this.#core, this.#failures, retryAfter);
    if (retryAfter === undefined) this.#failures += 1;
    else this.#embargo = now + retryAfter * 1000;
    this.#retryAt(at, facts);
  }

  #retryAt(at: number, facts: RegistrationState): void {
    this.#stopTimer();
    this.#timer = this.#core.after(at - this.#core.clock.now(), () => this.#user.ask(true));
    this.#change({ ...facts, state: 'failed', retryAt: at });
  }

  #notifyUnregistered(): void {
    this.#bound = false;
    if (!this.#wanted) this.#change({ state: 'unregistered' });
    for (const done of this.#unregistered.splice(0)) done();
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #change(state: RegistrationState): void {
    const before = this.#state;
    if (before.state === state.state && state.state !== 'registered' && state.state !== 'failed') return;
    this.#state = state;
    this.#user.changed();
  }
}

/** Answers that asking again will not change: bad credentials, a ban, an address that is not there. */
function isFinalWord(status: number): boolean {
  return [401, 403, 404, 405, 407, 410, 416, 501, 505, 555].includes(status) || status >= 600;
}

const longestAsked = 86_400;
