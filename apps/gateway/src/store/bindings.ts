import type { DatabaseSync } from 'node:sqlite';
import type { BindingChange, LocationStore, StoredBinding } from '@ringback/sip-server';
import { transaction } from './database.ts';
import { textOf } from './rows.ts';

/** After a failed commit (a full disk) the same changes are tried again. */
const RETRY_MS = 1000;

export interface BindingsOptions {
  readonly now: () => number;
  /** Told the error when changes could not be written, and `undefined` when they could again. */
  readonly onWritten: (error: unknown) => void;
}

/**
 * The bindings that outlive the process, behind the location service, which hands them over in batches and off the
 * answer's path. A batch is one transaction; one that cannot be written is kept, and the last word on each binding wins.
 */
export class Bindings implements LocationStore {
  readonly #database: DatabaseSync;
  readonly #options: BindingsOptions;
  readonly #pending = new Map<string, BindingChange>();
  #retry: NodeJS.Timeout | undefined;
  #failing = false;

  constructor(database: DatabaseSync, options: BindingsOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** True while the last batch could not be written. */
  get failing(): boolean {
    return this.#failing;
  }

  /** Bindings that have not expired; expired ones are deleted. */
  load(): readonly StoredBinding[] {
    this.#database.prepare('DELETE FROM bindings WHERE expires_at <= ?').run(this.#options.now());
    return this.#database
      .prepare('SELECT record FROM bindings ORDER BY rowid')
      .all()
      .map((row) => JSON.parse(textOf(row, 'record')));
  }

  write(changes: readonly BindingChange[]): void {
    for (const change of changes) {
      const { aor, key } = change.type === 'put' ? change.binding : change;
      this.#pending.set(`${aor}\n${key}`, change);
    }
    this.#flush();
  }

  /** The last try. */
  close(): void {
    this.#flush();
    clearTimeout(this.#retry);
  }

  #flush(): void {
    clearTimeout(this.#retry);
    if (this.#pending.size === 0) return;
    try {
      transaction(this.#database, () => this.#apply());
      this.#pending.clear();
      if (this.#failing) this.#options.onWritten(undefined);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#options.onWritten(error);
      this.#failing = true;
      this.#retry = setTimeout(() => this.#flush(), RETRY_MS);
    }
  }

  #apply(): void {
    const put = this.#database.prepare(
      `INSERT INTO bindings (aor, key, expires_at, record) VALUES (?, ?, ?, ?)
       ON CONFLICT (aor, key) DO UPDATE SET expires_at = excluded.expires_at, record = excluded.record`,
    );
    const remove = this.#database.prepare('DELETE FROM bindings WHERE aor = ? AND key = ?');
    for (const change of this.#pending.values()) {
      if (change.type === 'delete') remove.run(change.aor, change.key);
      else put.run(change.binding.aor, change.binding.key, change.binding.expiresAt, JSON.stringify(change.binding));
    }
  }
}
