import { randomBytes } from 'node:crypto';
import { Problem } from '../problem.ts';
import type { Account, Login } from '../store/accounts.ts';
import type { Store } from '../store/store.ts';
import { ha1Of, randomPassword } from './credentials.ts';
import { displayNameOf, nextExtension, userOf } from './names.ts';

export interface DirectoryOptions {
  /** SIP domain of every address of record. */
  readonly domain: string;
  readonly now: () => number;
}

/** What only the new device learns, once. */
export interface NewLogin {
  readonly username: string;
  readonly password: string;
}

/** The accounts of the embedded registrar: who exists, who may sign in, and with what. */
export class Directory {
  readonly domain: string;
  /** Fixed at the first run (see `Settings.realm`). */
  readonly realm: string;
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, options: DirectoryOptions) {
    this.#store = store;
    this.domain = options.domain;
    this.#now = options.now;
    this.realm = store.settings.realm(options.domain);
  }

  aorOf(account: Account): string {
    return `sip:${account.user}@${this.domain}`;
  }

  people(): readonly Account[] {
    return this.#store.accounts.all();
  }

  /** The account of an address of record, whatever of our host names it is written with. */
  find(user: string): Account | undefined {
    return this.#store.accounts.find(user);
  }

  findByExtension(extension: string): Account | undefined {
    return this.#store.accounts.findByExtension(extension);
  }

  findLogin(username: string): Login | undefined {
    return this.#store.accounts.findLogin(username);
  }

  /** The account called `name` (user name, full name or extension); made when there is none. */
  findOrAdd(name: string): Account {
    return this.#store.transaction(() => this.#named(name) ?? this.#add(name));
  }

  /** A login of its own for one device: the others stay as they are when it is revoked. */
  addDevice(account: Account, label: string): NewLogin {
    const username = `${account.user}-${randomBytes(5).toString('hex')}`;
    return this.#putLogin({ username, user: account.user, kind: 'device', label }, randomPassword());
  }

  revokeDevice(username: string): void {
    if (this.#store.accounts.findLogin(username)?.kind === 'device') this.#store.accounts.removeLogin(username);
  }

  /** The account's own password, under its user name: what a desk phone is given. */
  hasPassword(account: Account): boolean {
    return this.#store.accounts.findLogin(account.user)?.kind === 'password';
  }

  setPassword(account: Account, password: string = randomPassword()): NewLogin {
    return this.#putLogin(
      { username: account.user, user: account.user, kind: 'password', label: 'password' },
      password,
    );
  }

  remove(name: string): Account {
    const account = this.#named(name);
    if (account === undefined) throw new Problem(`there is no account ${name}`);
    this.#store.accounts.remove(account.user);
    return account;
  }

  #named(name: string): Account | undefined {
    const shown = displayNameOf(name);
    return (
      this.find(userOf(name)) ??
      this.findByExtension(name.trim()) ??
      this.people().find((account) => account.name === shown)
    );
  }

  #add(name: string): Account {
    const taken = this.people().map((account) => account.extension);
    const extension = nextExtension(taken);
    // A name without one Latin letter is called by its extension.
    const account: Account = { user: userOf(name) || extension, name: displayNameOf(name), extension };
    if (account.name === '') throw new Problem('an account needs a name');
    this.#store.accounts.add(account, this.#now());
    return account;
  }

  #putLogin(login: Omit<Login, 'ha1'>, password: string): NewLogin {
    const ha1 = ha1Of(login.username, this.realm, password);
    this.#store.accounts.putLogin({ ...login, ha1 }, this.#now());
    return { username: login.username, password };
  }
}
