import type { UserAgentSnapshot } from '@ringback/sip';
import type { AccountId, RecentCall } from '../bridge/protocol.ts';
import type { JournalEntry, Store } from './store.ts';

/**
 * Calls that are up, written down while they are: when the page goes away in mid-call, with or without its worker, the far
 * side still gets a BYE and the person who comes back is offered to call again.
 */
export class Journal {
  readonly #store: Store;
  readonly #userAgents = new Map<AccountId, UserAgentSnapshot>();
  #cut: readonly RecentCall[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  async load(now: number): Promise<void> {
    for (const { id, call, userAgent } of await this.#store.all('journal')) {
      // A call whose end was written was cut at that time; any other was up until the engine ended.
      const cut = userAgent ? { ...call, endedAt: now, seen: true } : call;
      if (userAgent) this.#userAgents.set(call.account, userAgent);
      if (now - cut.endedAt < WORTH_CALLING_BACK) this.#cut = [...this.#cut, cut];
      else await this.#store.delete('journal', id);
    }
  }

  /** Calls that were cut and whose end the history may not know yet. */
  get cut(): readonly RecentCall[] {
    return this.#cut;
  }

  get dropped(): RecentCall | undefined {
    return this.#cut.at(-1);
  }

  /** What a user agent needs to end the calls of an engine that is gone; each is given once. */
  takeUserAgent(account: AccountId): UserAgentSnapshot | undefined {
    const userAgent = this.#userAgents.get(account);
    this.#userAgents.delete(account);
    // From now on a call that was cut at a known time, also for the engine after this one.
    const cut = userAgent ? this.#cut.filter((call) => call.account === account) : [];
    for (const call of cut) void this.#put({ id: call.id, call });
    return userAgent;
  }

  up(call: RecentCall, userAgent: UserAgentSnapshot): Promise<void> {
    return this.#put({ id: call.id, call, userAgent });
  }

  over(id: string): Promise<void> {
    return this.#store.delete('journal', id);
  }

  /** The page with the microphone has just gone; its BYE is out. */
  cutNow(call: RecentCall): Promise<void> {
    this.#cut = [...this.#cut, call];
    return this.#put({ id: call.id, call });
  }

  async dismiss(): Promise<void> {
    const gone = this.#cut;
    this.#cut = [];
    for (const { id } of gone) await this.#store.delete('journal', id);
  }

  #put(entry: JournalEntry): Promise<void> {
    return this.#store.put('journal', entry);
  }
}

/** Milliseconds after which nobody wonders any more what became of a call. */
const WORTH_CALLING_BACK = 600_000;
