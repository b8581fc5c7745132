import type { DatabaseSync } from 'node:sqlite';
import { Accounts } from './accounts.ts';
import { Bindings, type BindingsOptions } from './bindings.ts';
import { openDatabase, transaction } from './database.ts';
import { Links } from './links.ts';
import { Sessions } from './sessions.ts';
import { Settings } from './settings.ts';

export interface StoreOptions extends BindingsOptions {
  /** Upper bound of the file in pages. */
  readonly maxPages?: number;
}

/** Everything that outlives the process, in one SQLite file of the data directory. */
export class Store {
  readonly settings: Settings;
  readonly accounts: Accounts;
  readonly links: Links;
  readonly sessions: Sessions;
  readonly bindings: Bindings;
  readonly #database: DatabaseSync;
  readonly #bindingsDatabase: DatabaseSync;
  #transactionOpen = false;

  constructor(directory: string, options: StoreOptions) {
    const pages = options.maxPages === undefined ? {} : { maxPages: options.maxPages };
    this.#database = openDatabase(directory, { durability: 'full', ...pages });
    // A connection of its own, since durability is a property of the connection.
    this.#bindingsDatabase = openDatabase(directory, { durability: 'normal', ...pages });
    this.settings = new Settings(this.#database);
    this.accounts = new Accounts(this.#database);
    this.links = new Links(this.#database);
    this.sessions = new Sessions(this.#database);
    this.bindings = new Bindings(this.#bindingsDatabase, options);
  }

  /** All of `work` or nothing, committed when this returns. Inside another transaction it is part of that one. */
  transaction<T>(work: () => T): T {
    if (this.#transactionOpen) return work();
    this.#transactionOpen = true;
    try {
      return transaction(this.#database, work);
    } finally {
      this.#transactionOpen = false;
    }
  }

  /** A number that is different after another process has written the file. */
  version(): number {
    return Number(this.#database.prepare('PRAGMA data_version').get()?.['data_version'] ?? 0);
  }

  /** Forgets what nobody can use any more. */
  prune(now: number): void {
    this.transaction(() => {
      this.sessions.prune(now);
      this.links.prune(now);
    });
  }

  close(): void {
    this.bindings.close();
    this.#bindingsDatabase.close();
    this.#database.close();
  }
}
