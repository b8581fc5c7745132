import { closeSync, existsSync, linkSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
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

/** Makes the data directory (mode 0700) where it does not exist yet. */
export function prepareDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw notWritable(directory, error);
  }
}

function notWritable(directory: string, error: unknown): Problem {
  const why = errorCode(error) ?? errorText(error);
  return new Problem(`the data directory ${directory} cannot be written (${why}); choose another with --data`);
}

/**
 * Makes the database whole and only then gives it its name: a file of that name is never empty, unless it is damaged. Of
 * two processes that make it at once, one is first.
 */
function create(directory: string, file: string): void {
  const draft = `${file}.${process.pid}`;
  try {
    // Mode 0600; SQLite gives its -wal and -shm files the mode of the database file.
    closeSync(openSync(draft, 'w', 0o600));
    const database = new DatabaseSync(draft);
    try {
      migrate(database, file);
    } finally {
      database.close();
    }
    name(draft, file);
  } catch (error) {
    throw sqliteCode(error) === undefined ? notWritable(directory, error) : explain(error, file);
  } finally {
    for (const suffix of ['', '-journal']) rmSync(draft + suffix, { force: true });
  }
}

function name(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    // Where a file system knows no links, the later of the two replaces a file that is as empty as its own.
    if (errorCode(error) !== 'EEXIST') renameSync(draft, file);
  }
}

/** Opens the database of a data directory: checked, in WAL mode, its schema brought up to date. */
export function openDatabase(directory: string, options: DatabaseOptions): DatabaseSync {
  prepareDirectory(directory);
  const file = join(directory, DATABASE_FILE);
  if (!existsSync(file)) create(directory, file);
  let database: DatabaseSync | undefined;
  try {
    if (statSync(file).size === 0) throw damaged(file, 'it is empty');
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

/** The same for whatever was done with the store of a data directory. */
export function databaseProblem(error: unknown, directory: string): unknown {
  return explain(error, join(directory, DATABASE_FILE));
}

/** Turns an SQLite error into a line for a person; anything else comes back as it is. */
function explain(error: unknown, file: string): unknown {
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
  const text = detail.replace(/\s+/g, ' ');
  return new Problem(`${file} is damaged (${text}): restore a backup, or move the file away to start anew`);
}

const SQLITE_PERM = 3;
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === SQLITE_BUSY;
}

/** The primary result code, the low octet of the extended one. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
