import type { Clock } from '@ringback/sip';

export interface FailedLoginLimits {
  readonly perAccount: number;
  readonly perSource: number;
  readonly window: number;
  readonly first: number;
  readonly longest: number;
  readonly remembered: number;
}

/**
 * Failed log-ins, counted by account and by source. Beyond a few within the window each further one blocks for twice as
 * long, up to a cap. A source that has logged in to an account before is not shut out by what others do to it: guessing
 * cannot lock out the owner.
 */
export class FailedLogins {
  readonly #limits: FailedLoginLimits;
  readonly #clock: Clock;
  readonly #counts = new Map<string, Count>();
  readonly #good = new Map<string, number>();

  constructor(limits: FailedLoginLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Until when this attempt is refused unseen; `undefined` when it may be made. */
  blockedUntil(account: string, source: string): number | undefined {
    const known = this.#good.has(pair(account, source));
    const until = Math.max(
      known ? 0 : (this.#current(accountKey(account))?.until ?? 0),
      known ? 0 : (this.#current(sourceKey(source))?.until ?? 0),
    );
    return until > this.#clock.now() ? until : undefined;
  }

  /** The end of the block this failure brings, if it brings one. */
  failed(account: string, source: string): number | undefined {
    const until = Math.max(
      this.#count(accountKey(account), this.#limits.perAccount),
      this.#count(sourceKey(source), this.#limits.perSource),
    );
    if (until === 0) return undefined;
    this.#good.delete(pair(account, source));
    return until;
  }

  succeeded(account: string, source: string): void {
    const key = pair(account, source);
    this.#good.delete(key);
    this.#good.set(key, this.#clock.now());
    trim(this.#good, this.#limits.remembered);
  }

  #count(key: string, free: number): number {
    const { window, first, longest, remembered } = this.#limits;
    const now = this.#clock.now();
    const failures = (this.#current(key)?.failures ?? 0) + 1;
    const over = failures - free;
    const until = over < 0 ? 0 : now + Math.min(longest, first * 2 ** Math.min(over, 30));
    this.#counts.delete(key);
    this.#counts.set(key, { failures, until, endsAt: Math.max(now, until) + window });
    trim(this.#counts, remembered);
    return until;
  }

  #current(key: string): Count | undefined {
    const count = this.#counts.get(key);
    return count === undefined || count.endsAt <= this.#clock.now() ? undefined : count;
  }
}

interface Count {
  readonly failures: number;
  readonly until: number;
  readonly endsAt: number;
}

const accountKey = (account: string): string => `account ${account}`;
const sourceKey = (source: string): string => `source ${source}`;
const pair = (account: string, source: string): string => `${source} ${account}`;

/** Maps keep the order of insertion: the oldest go first. */
function trim(map: Map<string, unknown>, limit: number): void {
  for (const key of map.keys()) {
    if (map.size <= limit) return;
    map.delete(key);
  }
}
