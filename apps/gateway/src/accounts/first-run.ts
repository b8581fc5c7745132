import { UsageProblem } from '../problem.ts';
import type { Account } from '../store/accounts.ts';
import type { Store } from '../store/store.ts';
import type { Directory } from './directory.ts';

export interface Invitation {
  readonly account: Account;
  readonly token: string;
}

export interface NamedPassword {
  readonly name: string;
  readonly password: string;
}

/** `alice:secret,bob:other`: accounts made without questions, for tests and containers. A colon may stand in a password. */
export function parseAccounts(text: string): readonly NamedPassword[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => {
      const colon = item.indexOf(':');
      const name = item.slice(0, colon).trim();
      const password = item.slice(colon + 1);
      if (colon < 1 || name === '' || password === '') {
        throw new UsageProblem('RINGBACK_ACCOUNTS must look like alice:password,bob:password');
      }
      return { name, password };
    });
}

/**
 * What a start does with the accounts: those of `RINGBACK_ACCOUNTS` are made or given that password; a registrar without
 * any account gets two people who can call each other, each with an invitation.
 */
export function seedAccounts(store: Store, directory: Directory, given: readonly NamedPassword[], now: number): void {
  store.transaction(() => {
    for (const { name, password } of given) directory.setPassword(directory.findOrAdd(name), password);
    if (directory.people().length > 0) return;
    for (const name of ['Alice', 'Bob']) store.links.invite(directory.findOrAdd(name).user, now);
  });
}

/** A new link for every account with an invitation nobody has used. */
export function openInvitations(store: Store, directory: Directory, now: number): readonly Invitation[] {
  return store.transaction(() =>
    store.links.renew(now).flatMap(({ user, token }) => {
      const account = directory.find(user);
      return account === undefined ? [] : [{ account, token }];
    }),
  );
}
