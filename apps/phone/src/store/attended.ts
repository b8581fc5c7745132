import type { AccountId } from '../bridge/index.ts';

/**
 * Which accounts some open tab shows. Each tab holds a shared Web Lock named after its account; a lock vanishes with its
 * tab however that ends, so nothing has to be cleaned up.
 */
export interface Attendance {
  /** Declares what this tab shows; replaces what it declared before. */
  show(account: AccountId | undefined): void;
  /** Accounts shown by any tab right now. */
  shown(): Promise<ReadonlySet<AccountId>>;
}

const PREFIX = 'ringback-shows:';

export function createAttendance(locks: LockManager | undefined): Attendance {
  let release = () => {};
  let current: AccountId | undefined;
  return {
    show(account) {
      if (account === current) return;
      current = account;
      release();
      if (account === undefined || locks === undefined) return;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      locks.request(PREFIX + account, { mode: 'shared' }, () => held).catch(() => {});
    },
    async shown() {
      const names = ((await locks?.query())?.held ?? []).map((lock) => lock.name ?? '');
      return new Set(names.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length)));
    },
  };
}
