import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { numberOf, type Row, textOf } from './rows.ts';

/** A session nobody used for this long is forgotten. */
export const SESSION_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;
/** One that never came to hold an account, sooner. */
const EMPTY_SESSION_LIFETIME_MS = 24 * 60 * 60 * 1000;
/** `seen_at` is written at most this often. */
const SEEN_GRAIN_MS = 60 * 60 * 1000;

/** Identity of a session inside the gateway: the hash of the cookie's value, in hex. */
export type SessionId = string;

/**
 * Browser sessions: which addresses of record a cookie stands for. One browser profile may hold several accounts.
 * The cookie's value is known to the browser alone; here is its hash.
 */
export class Sessions {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  create(now: number): { readonly id: SessionId; readonly cookie: string } {
    const cookie = randomBytes(32).toString('base64url');
    const id = idOf(cookie);
    this.#database.prepare('INSERT INTO sessions (id_hash, seen_at) VALUES (?, ?)').run(key(id), now);
    return { id, cookie };
  }

  /** The live session of a cookie. */
  find(cookie: string, now: number): SessionId | undefined {
    const id = idOf(cookie);
    const row = this.#database.prepare('SELECT seen_at FROM sessions WHERE id_hash = ?').get(key(id));
    if (row === undefined) return undefined;
    const seen = numberOf(row, 'seen_at');
    if (seen + SESSION_LIFETIME_MS <= now) return undefined;
    if (seen + SEEN_GRAIN_MS <= now) {
      this.#touch(id, now);
    }
    return id;
  }

  /** On a full disk people stay signed in all the same. */
  #touch(id: SessionId, now: number): void {
    try {
      this.#database.prepare('UPDATE sessions SET seen_at = ? WHERE id_hash = ?').run(now, key(id));
    } catch {
      // The next request tries again.
    }
  }

  holds(id: SessionId, aor: string): boolean {
    return this.#row(id, aor) !== undefined;
  }

  /** Adds an address of record; `username` is the login made for this device, when there is one. */
  add(id: SessionId, aor: string, username?: string): void {
    this.#database
      .prepare(
        `INSERT INTO session_accounts (session, aor, username) VALUES (?, ?, ?)
         ON CONFLICT (session, aor) DO UPDATE SET username = COALESCE(excluded.username, username)`,
      )
      .run(key(id), aor, username ?? null);
  }

  /** Takes an address of record out; returns the device login that went with it. */
  remove(id: SessionId, aor: string): string | undefined {
    const row = this.#row(id, aor);
    if (row === undefined) return undefined;
    this.#database.prepare('DELETE FROM session_accounts WHERE session = ? AND aor = ?').run(key(id), aor);
    return row['username'] === null ? undefined : textOf(row, 'username');
  }

  /** Forgets sessions nobody used; their device logins go too. */
  prune(now: number): void {
    const limit = now - SESSION_LIFETIME_MS;
    this.#database
      .prepare(
        `DELETE FROM logins WHERE kind = 'device' AND username IN (
           SELECT username FROM session_accounts JOIN sessions ON session = id_hash WHERE seen_at <= ?)`,
      )
      .run(limit);
    this.#database.prepare('DELETE FROM sessions WHERE seen_at <= ?').run(limit);
    this.#database
      .prepare(
        `DELETE FROM sessions WHERE seen_at <= ?
         AND NOT EXISTS (SELECT 1 FROM session_accounts WHERE session = id_hash)`,
      )
      .run(now - EMPTY_SESSION_LIFETIME_MS);
  }

  #row(id: SessionId, aor: string): Row | undefined {
    return this.#database
      .prepare('SELECT username FROM session_accounts WHERE session = ? AND aor = ?')
      .get(key(id), aor);
  }
}

function idOf(cookie: string): SessionId {
  return createHash('sha256').update(cookie).digest('hex');
}

function key(id: SessionId): Uint8Array {
  return Buffer.from(id, 'hex');
}
