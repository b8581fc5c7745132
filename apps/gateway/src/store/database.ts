import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { errorCode, errorText, Problem } from '../problem.ts';
import { MIGRATIONS } from './migrations.ts';

export const DATABASE_FILE = 'ringback.db';

/** How long one process waits for the other's write (`--invite` beside a running gateway). */
const BUSY_TIMEOUT_MS = 5000;

export interface DatabaseOptions {
  /**
   * `full` syncs every commit to the disk (accounts, links, sessions). `normal` may lose the last commits when the
   * machine loses power, never when the process dies, and never the file's consistency: right for bindings.
   */
  readonly durability: 'full' | 'normal';
  /** Upper bound of the file in pages; SQLite's own bound when absent. */
  readonly maxPages?: number;
}

/** Makes the data directory (mode 0700) and the database file (0600) where they do not exist yet. */
export function prepareDirectory(directory: string): string {
  const file = join(directory, DATABASE_FILE);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // SQLite gives its -wal and -shm files the mode of the database file.
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    throw new Problem(
      `the data directory ${directory} cannot be written (${errorCode(error) ?? errorText(error)}); choose another with --data`,
    );
  }
  return file;
}

/** Opens the database of a data directory: checked, in WAL mode, its schema brought up to date. */
export function openDatabase(directory: string, options: DatabaseOptions): DatabaseSync {
  const file = prepareDirectory(directory);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
    check(database, file);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(`PRAGMA synchronous = ${options.durability === 'full' ? 'FULL' : 'NORMAL'}`);
    if (options.maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${Math.floor(options.maxPages)}`);
    migrate(database, file);
    return database;
  } catch (error) {
    database?.close();
    throw explain(error, file);
  }
}

/** Runs `work` as one transaction that takes the write lock first, so that it reads what it then changes. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself after some errors (a full disk for one).
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function check(database: DatabaseSync, file: string): void {
  const rows = database.prepare('PRAGMA quick_check(1)').all();
  const verdict = rows[0]?.['quick_check'];
  if (verdict !== 'ok') throw damaged(file, String(verdict));
}

function migrate(database: DatabaseSync, file: string): void {
  transaction(database, () => {
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    if (version > MIGRATIONS.length) {
      throw new Problem(
        `${file} was written by a newer Ringback (schema ${version}, this one knows ${MIGRATIONS.length}); update Ringback`,
      );
    }
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    if (version < MIGRATIONS.length) database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

/** Turns an SQLite error into a line for a person; anything else comes back as it is. */
export function explain(error: unknown, file: string): unknown {
  switch (sqliteCode(error)) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return damaged(file, errorText(error));
    case SQLITE_FULL:
      return new Problem(`no room left to write ${file}: free some disk space`);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_IOERR:
      return new Problem(
        `${file} cannot be written (${errorText(error)}); check its permissions and disk, or choose another directory with --data`,
      );
    case SQLITE_BUSY:
      return new Problem(`${file} is locked by another program`);
    default:
      return error;
  }
}

function damaged(file: string, detail: string): Problem {
  return new Problem(`${file} is damaged (${detail}): restore a backup, or move the file away to start anew`);
}

const SQLITE_PERM = 3;
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** The primary result code, the low octet of the extended one. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
