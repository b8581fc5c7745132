import { decodeText, printNameAddr, type SipResponse } from '../message/index.ts';
import { type Timer, token } from '../runtime/index.ts';
import type { Flow } from '../transport/index.ts';
import type { Core } from './core.ts';
import { Exchange } from './exchange.ts';
import type { Bindings, RegistrationSnapshot, RegistrationState } from './options.ts';
import { grantedExpiry, ownBinding } from './own-binding.ts';
import { registerRequest } from './register-request.ts';

export interface RegistrationUser {
  /** A REGISTER got its last word, good or bad: what waited for it may go on. */
  settled(): void;
  /** No answer at all: the flow is no good. */
  unanswered(): void;
  flowTimer(seconds: number): void;
}

/**
 * Our binding at the registrar (§10.2, RFC 5626): kept up for as long as it is wanted, one REGISTER at a time, all under one Call-ID with
 * rising CSeq numbers.
 */
export class Registration {
  readonly #core: Core;
  readonly #user: RegistrationUser;
  readonly #callId: string;
  readonly #fromTag: string;
  #state: RegistrationState = { state: 'unregistered' };
  #cseq: number;
  #wanted: boolean;
  /** The registrar's no is no until the user says otherwise: repeated, it would lock the account. */
  #refused = false;
  #bound = false;
  #busy = false;
  #again = false;
  #expires: number;
  #outbound = true;
  #failures = 0;
  /** The registrar named the time itself: then nothing makes us earlier. */
  #embargo = 0;
  #timer: Timer | undefined;
  #unregistered: (() => void)[] = [];

  constructor(core: Core, user: RegistrationUser, restored?: RegistrationSnapshot) {
    this.#core = core;
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

  /** A new flow will be followed by a REGISTER. */
  get wanted(): boolean {
    return this.#wanted && !this.#refused;
  }

  register(): void {
    this.#wanted = true;
    this.#refused = false;
    this.#outbound = true;
    this.#send();
  }

  /** `done` runs when the registrar has said its word, or there is nobody to ask. */
  unregister(done: () => void = () => {}): void {
    this.#wanted = false;
    this.#stopTimer();
    if (!this.#core.target() || (!this.#bound && !this.#busy)) {
      this.#bound = false;
      this.#change({ state: 'unregistered' });
      done();
      return;
    }
    this.#unregistered.push(done);
    this.#send();
  }

  /** Which bindings our AOR has (§10.2.3), without touching them. */
  fetch(told: (answer: Bindings) => void): void {
    const core = this.#core;
    const flow = core.openFlow();
    if (!flow) {
      told({ status: 503, bindings: [] });
      return;
    }
    const request = registerRequest(core, {
      flow,
      callId: this.#callId,
      fromTag: this.#fromTag,
      cseq: ++this.#cseq,
      outbound: false,
    });
    new Exchange(core, request, () => ++this.#cseq, {
      final: (response) => {
        const own = ownBinding(response, core.identity.ownContact(flow));
        const contacts = response.isSuccess ? response.contacts : [];
        const bindings = contacts.map((each) => ({
          uri: each.uriText,
          expires: grantedExpiry(each, response, 0),
          own: each === own,
        }));
        told({ status: response.status, bindings });
      },
      failed: (cause) => told({ status: cause === 'timeout' ? 408 : 503, bindings: [] }),
    });
  }

  flowOpened(): void {
    this.#failures = 0;
    if (this.wanted) this.#send();
  }

  flowLost(): void {
    this.#busy = false;
    this.#stopTimer();
    if (!this.#wanted) this.#notifyUnregistered();
    else if (!this.#refused) this.#change({ state: 'registering' });
  }

  /** Now rather than later, unless the registrar forbade it. */
  retryNow(): void {
    if (this.wanted && this.#state.state === 'failed') this.#send();
  }

  snapshot(): RegistrationSnapshot {
    const { identity, credentials } = this.#core;
    return {
      callId: this.#callId,
      fromTag: this.#fromTag,
      cseq: this.#cseq,
      wanted: this.#wanted,
      serviceRoutes: identity.serviceRoutes,
      ...(identity.publicGruu !== undefined && { publicGruu: identity.publicGruu }),
      tempGruus: identity.tempGruus,
      ...credentials.snapshot(),
    };
  }

  close(): void {
    this.#wanted = false;
    this.#stopTimer();
  }

  #send(): void {
    if (this.#busy) {
      // One at a time (§10.2): the next one says what is wanted then.
      this.#again = true;
      return;
    }
    const flow = this.#core.openFlow();
    if (!flow) {
      if (this.#wanted) this.#change({ state: 'registering' });
      return;
    }
    const { clock } = this.#core;
    if (this.#wanted && this.#embargo > clock.now()) {
      this.#retryAt(this.#embargo, this.#state);
      return;
    }
    this.#stopTimer();
    this.#busy = true;
    const expires = this.#wanted ? this.#expires : 0;
    if (this.#wanted && this.#state.state !== 'registered') this.#change({ state: 'registering' });
    const current = (step: () => void, settled = true) => {
      // A flow that was replaced has nothing to tell any more.
      if (this.#core.openFlow() !== flow || !this.#busy) return;
      this.#busy = false;
      step();
      if (this.#again) {
        this.#again = false;
        if (this.#wanted ? !this.#refused && expires === 0 : this.#bound) this.#send();
      }
      if (settled && !this.#busy) this.#user.settled();
    };
    const request = registerRequest(this.#core, {
      flow,
      callId: this.#callId,
      fromTag: this.#fromTag,
      cseq: ++this.#cseq,
      expires,
      outbound: this.#outbound && flow.reliable,
    });
    new Exchange(this.#core, request, () => ++this.#cseq, {
      final: (response) => current(() => this.#answered(response, flow, expires)),
      failed: (cause) =>
        current(() => {
          if (cause === 'timeout') this.#unanswered();
          else this.#failed(undefined);
        }, cause === 'timeout'),
    });
  }

  #answered(response: SipResponse, flow: Flow, expires: number): void {
    const { status } = response;
    if (response.isSuccess) {
      if (expires === 0) {
        this.#bound = false;
        // They end with the binding (RFC 5627 §3.2).
        this.#core.identity.tempGruus = [];
        this.#notifyUnregistered();
      } else this.#registered(response, flow, expires);
      return;
    }
    if (expires === 0) {
      this.#notifyUnregistered();
      return;
    }
    if (status === 423 && this.#longer(response.minExpires)) return;
    if (status === 439 && this.#outbound) {
      // The first hop cannot do outbound (RFC 5626 §6): without it then.
      this.#outbound = false;
      this.#again = false;
      this.#send();
      return;
    }
    this.#failed(response);
  }

  #registered(response: SipResponse, flow: Flow, asked: number): void {
    const { identity, clock, random } = this.#core;
    const binding = ownBinding(response, identity.ownContact(flow));
    const granted = binding ? grantedExpiry(binding, response, asked) : 0;
    if (!binding || granted === 0) {
      // A 200 without us in it: not registered, and tried again like any failure.
      this.#failed(response, 'binding missing in the response');
      return;
    }
    this.#bound = true;
    this.#failures = 0;
    identity.learnGruus(binding);
    identity.serviceRoutes = response.serviceRoutes.map((route) => printNameAddr(route));
    const flowTimer = Number(response.headers.get('flow-timer'));
    if (flowTimer > 0) this.#user.flowTimer(flowTimer);
    const now = clock.now();
    this.#change({ state: 'registered', expiresAt: now + granted * 1000 });
    if (!this.#wanted) return;
    const refresh = Math.max(1000, granted * 1000 * (0.8 + 0.1 * random.number()));
    this.#timer = this.#core.after(refresh, () => this.#send());
  }

  /** 423: once longer, as asked for, but not for ever. */
  #longer(minimum: number | undefined): boolean {
    if (minimum === undefined || minimum <= this.#expires || minimum > longestAsked) return false;
    this.#expires = minimum;
    this.#again = false;
    this.#send();
    return true;
  }

  #unanswered(): void {
    this.#failed(undefined);
    this.#user.unanswered();
  }

  #failed(response: SipResponse | undefined, reason?: string): void {
    const { clock, random } = this.#core;
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
    const now = clock.now();
    if (retryAfter !== undefined) {
      // Never before that time; a little after it, so that not all come at once.
      this.#embargo = now + retryAfter * 1000;
      this.#retryAt(this.#embargo + random.number() * Math.max(1000, retryAfter * 100), facts);
      return;
    }
    const wait = Math.min(120_000, 2000 * 2 ** Math.min(this.#failures, 10)) * (0.5 + random.number() / 2);
    this.#failures += 1;
    this.#retryAt(now + wait, facts);
  }

  #retryAt(at: number, facts: RegistrationState): void {
    this.#stopTimer();
    this.#timer = this.#core.after(at - this.#core.clock.now(), () => this.#send());
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
    this.#core.turns.after(() => this.#core.options.events.registration?.(state));
  }
}

/** Answers that asking again will not change: bad credentials, a ban, an address that is not there. */
function isFinalWord(status: number): boolean {
  return [401, 403, 404, 405, 407, 410, 416, 501, 505, 555].includes(status) || status >= 600;
}

const longestAsked = 86_400;
