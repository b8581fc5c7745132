import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { numberOf, textOf } from './rows.ts';

export const LINK_LIFETIME_MS = 24 * 60 * 60 * 1000;
const USED_LINK_MEMORY_MS = 30 * LINK_LIFETIME_MS;

export type Redemption =
  | { readonly ok: true; readonly user: string }
  | { readonly ok: false; readonly error: 'used' | 'expired' | 'unknown' };

/**
 * One-time sign-in links. Only the hash of a token is kept, so a link cannot be shown twice: each start makes new tokens
 * for the invitations nobody has used yet. All tokens of an invitation are spent together.
 */
export class Links {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** A new invitation for an account; returns its first token. */
  invite(user: string, now: number): string {
    return this.#issue(randomBytes(12).toString('hex'), user, now);
  }

  /** A new token for every account with an invitation that was never used: for the newest, so that each has one link. */
  renew(now: number): readonly { readonly user: string; readonly token: string }[] {
    const open = this.#database
      .prepare(`SELECT invitation, user FROM links GROUP BY invitation HAVING MAX(used_at) IS NULL ORDER BY MIN(rowid)`)
      .all();
    // Older unexpired tokens stay good (somebody may have been sent one); expired ones have no use any more.
    this.#database.prepare('DELETE FROM links WHERE used_at IS NULL AND expires_at <= ?').run(now);
    const newest = new Map(open.map((row) => [textOf(row, 'user'), textOf(row, 'invitation')]));
    return [...newest].map(([user, invitation]) => ({ user, token: this.#issue(invitation, user, now) }));
  }

  /** Spends a token. The caller holds the transaction in which the login it buys is made. */
  redeem(token: string, now: number): Redemption {
    const row = this.#database
      .prepare('SELECT invitation, user, expires_at, used_at FROM links WHERE token_hash = ?')
      .get(hashOf(token));
    if (row === undefined) return { ok: false, error: 'unknown' };
    if (row['used_at'] !== null) return { ok: false, error: 'used' };
    if (numberOf(row, 'expires_at') <= now) return { ok: false, error: 'expired' };
    this.#database.prepare('UPDATE links SET used_at = ? WHERE invitation = ?').run(now, textOf(row, 'invitation'));
    return { ok: true, user: textOf(row, 'user') };
  }

  /** Forgets used links after a month: until then whoever opens one is told that it was used. */
  prune(now: number): void {
    this.#database.prepare('DELETE FROM links WHERE used_at <= ?').run(now - USED_LINK_MEMORY_MS);
  }

  #issue(invitation: string, user: string, now: number): string {
    const token = randomBytes(24).toString('base64url');
    this.#database
      .prepare('INSERT INTO links (token_hash, invitation, user, expires_at) VALUES (?, ?, ?, ?)')
      .run(hashOf(token), invitation, user, now + LINK_LIFETIME_MS);
    return token;
  }
}

function hashOf(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}
