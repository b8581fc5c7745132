import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { textOf } from './rows.ts';

/** Facts that are decided once and then kept. */
export class Settings {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(name: string): string | undefined {
    const row = this.#database.prepare('SELECT value FROM settings WHERE name = ?').get(name);
    return row === undefined ? undefined : textOf(row, 'value');
  }

  set(name: string, value: string): void {
    this.#database
      .prepare(
        'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      )
      .run(name, value);
  }

  /** The digest realm: the domain of the first run. It never changes, for an HA1 dies with its realm. */
  realm(domain: string): string {
    return this.#once('realm', () => domain);
  }

  /** Master secret of flow tokens and nonces: kept, so that tokens of UDP flows outlive a restart. */
  secret(): Uint8Array {
    return Buffer.from(
      this.#once('secret', () => randomBytes(32).toString('hex')),
      'hex',
    );
  }

  #once(name: string, make: () => string): string {
    const found = this.get(name);
    if (found !== undefined) return found;
    this.#database.prepare('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING').run(name, make());
    return this.get(name) ?? make();
  }
}
