import type { DatabaseSync } from 'node:sqlite';
import { transaction } from './database.ts';
import { numberOf, textOf } from './rows.ts';

export interface BindingRow {
  readonly aor: string;
  readonly key: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** The location service's own words for the binding, as JSON. */
  readonly record: string;
}

export type BindingWrite =
  | { readonly type: 'put'; readonly row: BindingRow }
  | { readonly type: 'delete'; readonly aor: string; readonly key: string };

/** Writes of this long are put together in one commit: registrations come in storms. */
const BATCH_MS = 10;
/** After a failed commit (a full disk) the same batch is tried again. */
const RETRY_MS = 1000;

/**
 * The bindings that outlive the process. Answers do not wait for the disk: writes are queued, the last one of each
 * binding wins, and a batch is one transaction. A batch that cannot be written is kept and tried again.
 */
export class Bindings {
  readonly #database: DatabaseSync;
  readonly #onWritten: (error: unknown) => void;
  readonly #pending = new Map<string, BindingWrite>();
  #timer: NodeJS.Timeout | undefined;
  #failing = false;

  constructor(database: DatabaseSync, onWritten: (error: unknown) => void) {
    this.#database = database;
    this.#onWritten = onWritten;
  }

  /** Bindings that have not expired; expired ones are deleted. */
  load(now: number): readonly BindingRow[] {
    this.#database.prepare('DELETE FROM bindings WHERE expires_at <= ?').run(now);
    return this.#database
      .prepare('SELECT aor, key, expires_at, record FROM bindings ORDER BY rowid')
      .all()
      .map((row) => ({
        aor: textOf(row, 'aor'),
        key: textOf(row, 'key'),
        expiresAt: numberOf(row, 'expires_at'),
        record: textOf(row, 'record'),
      }));
  }

  write(writes: readonly BindingWrite[]): void {
    for (const write of writes) {
      const { aor, key } = write.type === 'put' ? write.row : write;
      const name = `${aor}\n${key}`;
      this.#pending.delete(name);
      this.#pending.set(name, write);
    }
    this.#schedule(BATCH_MS);
  }

  /** True while the last batch could not be written. */
  get failing(): boolean {
    return this.#failing;
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.size === 0) return;
    try {
      transaction(this.#database, () => this.#apply());
      this.#pending.clear();
      if (this.#failing) this.#onWritten(undefined);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#onWritten(error);
      this.#failing = true;
      this.#schedule(RETRY_MS);
    }
  }

  close(): void {
    this.flush();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #apply(): void {
    const put = this.#database.prepare(
      `INSERT INTO bindings (aor, key, expires_at, record) VALUES (?, ?, ?, ?)
       ON CONFLICT (aor, key) DO UPDATE SET expires_at = excluded.expires_at, record = excluded.record`,
    );
    const remove = this.#database.prepare('DELETE FROM bindings WHERE aor = ? AND key = ?');
    for (const write of this.#pending.values()) {
      if (write.type === 'put') put.run(write.row.aor, write.row.key, write.row.expiresAt, write.row.record);
      else remove.run(write.aor, write.key);
    }
  }

  #schedule(delay: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.flush();
    }, delay);
  }
}
