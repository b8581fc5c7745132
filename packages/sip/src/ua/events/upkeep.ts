import type { SipRequest, SipResponse } from '../../message/index.ts';
import type { Timer } from '../../runtime/index.ts';
import type { Core } from '../core.ts';
import type { ExchangeUser } from '../exchange.ts';

/** How long to wait before asking again, in ms: as told, plus a little so that not all come at once; else longer with each failure. */
export function patience(core: Core, failures: number, retryAfter?: number): number {
  const dice = core.random.number();
  if (retryAfter !== undefined) return retryAfter * 1000 + dice * Math.max(1000, retryAfter * 100);
  return Math.min(120_000, 2000 * 2 ** Math.min(failures, 10)) * (0.5 + dice / 2);
}

/** When what is kept for so many seconds is refreshed: once 80 to 90 % are over, in ms. */
export function untilRefresh({ random }: Core, seconds: number): number {
  return Math.max(1000, seconds * 1000 * (0.8 + 0.1 * random.number()));
}

/**
 * Something at the far side that lives as long as it is refreshed: one request at a time, the next one when it is due, again after failures,
 * and not without a flow.
 */
export abstract class Upkeep {
  protected readonly core: Core;
  /** Seconds we ask for. */
  protected asked: number;
  protected failures = 0;
  /** What the far side holds runs out then, in ms of the clock. */
  protected expiresAt: number | undefined;
  #suspended = false;
  #busy = false;
  #again = false;
  /** What an exchange of an earlier round says does not count any more. */
  #round = 0;
  #timer: Timer | undefined;

  constructor(core: Core, asked: number) {
    this.core = core;
    this.asked = asked;
    core.subscriptions.kept.add(this);
  }

  /** Puts the request on the wire; false: there is nothing to say now. */
  protected abstract transmit(user: ExchangeUser): boolean;
  protected abstract answered(response: SipResponse): void;
  protected abstract unanswered(): void;
  /** There is no flow; `recover` will go on. */
  protected abstract paused(): void;
  /** The request goes out, perhaps once more with credentials. */
  protected sent(_request: SipRequest): void {}
  /** Ends it for good: with a word to the far side when there is a way. */
  abstract leave(): void;

  get busy(): boolean {
    return this.#busy;
  }

  protected get over(): boolean {
    return !this.core.subscriptions.kept.has(this);
  }

  recover(): void {
    if (this.#suspended) this.send();
  }

  flowLost(): void {
    // Who waits for a time the far side named goes on waiting.
    if (this.#timer && this.expiresAt === undefined) return;
    this.reset();
    this.#pause(true);
  }

  close(): void {
    this.reset();
    this.#suspended = false;
    if (this.core.subscriptions.kept.delete(this)) this.core.sessionsChanged();
  }

  protected send(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#busy) {
      this.#again = true;
      return;
    }
    if (this.over) return;
    if (!this.core.flows.target()) {
      this.#pause();
      return;
    }
    this.#again = false;
    this.#suspended = false;
    this.#busy = true;
    const round = ++this.#round;
    const current = (step: () => void) => {
      if (round !== this.#round) return;
      this.#busy = false;
      step();
      if (this.#again && !this.#busy) this.send();
    };
    const under = this.transmit({
      final: (response) => current(() => this.answered(response)),
      failed: (cause) =>
        current(() => {
          if (cause === 'timeout') this.unanswered();
          else this.#pause();
        }),
      again: (request) => this.sent(request),
    });
    if (!under) this.#busy = false;
  }

  /** The far side keeps it for so many seconds. */
  protected granted(seconds: number): void {
    this.expiresAt = this.core.clock.now() + seconds * 1000;
    this.schedule(untilRefresh(this.core, Math.min(seconds, longest)));
  }

  protected schedule(delay: number): void {
    this.#timer?.cancel();
    this.#timer = this.core.after(delay, () => this.send());
  }

  /** Again after a failure, the first time at once if it may be; when that will be. */
  protected retry(retryAfter?: number, atOnce = false): number {
    const wait = atOnce && this.failures === 0 ? 0 : patience(this.core, this.failures, retryAfter);
    this.failures += 1;
    this.schedule(wait);
    return this.core.clock.now() + wait;
  }

  /** 423: longer, as asked for, but not for ever. */
  protected longer({ status, minExpires = 0 }: SipResponse): boolean {
    if (status !== 423 || minExpires <= this.asked || minExpires > longest) return false;
    this.asked = minExpires;
    this.send();
    return true;
  }

  /** Forgets what is under way. */
  protected reset(): void {
    this.#round += 1;
    this.#busy = false;
    this.#again = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.expiresAt = undefined;
  }

  #pause(lost = false): void {
    if (this.over) return;
    // A flow that is open all the same: the request alone failed.
    if (!lost && this.core.flows.flow) this.retry();
    else this.#suspended = true;
    this.paused();
  }
}

/** Refusals that asking again will not change. */
export function isFinalWord(status: number): boolean {
  return (status < 500 && ![408, 430, 480, 482, 486].includes(status)) || [501, 505].includes(status) || status >= 600;
}

/** A day, in seconds. */
const longest = 86_400;
