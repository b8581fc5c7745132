import type { DatabaseSync } from 'node:sqlite';
import { type Row, textOf } from './rows.ts';

export interface Account {
  /** User part of the address of record. */
  readonly user: string;
  readonly name: string;
  readonly extension: string;
}

export interface Login {
  /** Digest username. */
  readonly username: string;
  readonly user: string;
  /** `device`: made by a sign-in link for one device. `password`: the account's own, for desk phones. */
  readonly kind: 'device' | 'password';
  readonly label: string;
  readonly ha1: { readonly md5: string; readonly sha256: string };
}

/** Accounts and their digest logins. Always read from the file: another process (`--invite`) may have written it. */
export class Accounts {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  all(): readonly Account[] {
    return this.#database
      .prepare('SELECT user, name, extension FROM accounts ORDER BY CAST(extension AS INTEGER), extension')
      .all()
      .map(toAccount);
  }

  find(user: string): Account | undefined {
    const row = this.#database.prepare('SELECT user, name, extension FROM accounts WHERE user = ?').get(user);
    return row === undefined ? undefined : toAccount(row);
  }

  findByExtension(extension: string): Account | undefined {
    const row = this.#database.prepare('SELECT user, name, extension FROM accounts WHERE extension = ?').get(extension);
    return row === undefined ? undefined : toAccount(row);
  }

  add(account: Account, now: number): void {
    this.#database
      .prepare('INSERT INTO accounts (user, name, extension, created_at) VALUES (?, ?, ?, ?)')
      .run(account.user, account.name, account.extension, now);
  }

  remove(user: string): boolean {
    return this.#database.prepare('DELETE FROM accounts WHERE user = ?').run(user).changes > 0;
  }

  findLogin(username: string): Login | undefined {
    const row = this.#database
      .prepare('SELECT username, user, kind, label, ha1_md5, ha1_sha256 FROM logins WHERE username = ?')
      .get(username);
    return row === undefined ? undefined : toLogin(row);
  }

  /** Adds a login, or replaces the one of that username. */
  putLogin(login: Login, now: number): void {
    this.#database
      .prepare(
        `INSERT INTO logins (username, user, kind, label, ha1_md5, ha1_sha256, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (username) DO UPDATE SET ha1_md5 = excluded.ha1_md5, ha1_sha256 = excluded.ha1_sha256`,
      )
      .run(login.username, login.user, login.kind, login.label, login.ha1.md5, login.ha1.sha256, now);
  }

  removeLogin(username: string): void {
    this.#database.prepare('DELETE FROM logins WHERE username = ?').run(username);
  }
}

function toAccount(row: Row): Account {
  return { user: textOf(row, 'user'), name: textOf(row, 'name'), extension: textOf(row, 'extension') };
}

function toLogin(row: Row): Login {
  return {
    username: textOf(row, 'username'),
    user: textOf(row, 'user'),
    kind: textOf(row, 'kind') === 'device' ? 'device' : 'password',
    label: textOf(row, 'label'),
    ha1: { md5: textOf(row, 'ha1_md5'), sha256: textOf(row, 'ha1_sha256') },
  };
}
