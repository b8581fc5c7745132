import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy, prepareDirectory } from './database.ts';

/**
 * One gateway per data directory. The lock is SQLite's own on a file of its own: the kernel frees it when the process
 * dies in whatever way, so neither `kill -9` nor a recycled process id leaves a stale one. `wait`: milliseconds to stand
 * in line behind somebody who only looks whether it is taken.
 */
export function lockDirectory(directory: string, wait = 0): { release(): void } | undefined {
  prepareDirectory(directory);
  const database = new DatabaseSync(join(directory, 'gateway.lock'), { timeout: wait });
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    return undefined;
  }
  return { release: () => database.close() };
}
