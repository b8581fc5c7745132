import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StoredBinding } from '@ringback/sip-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../test/temporary-directory.ts';
import { DATABASE_FILE } from './database.ts';
import { lockDirectory } from './lock.ts';
import { MIGRATIONS } from './migrations.ts';
import { Store, type StoreOptions } from './store.ts';

const NOW = Date.UTC(2026, 0, 15);
const ALICE = { user: 'alice', name: 'Alice', extension: '101' };

function openStore(directory: string, options: Partial<StoreOptions> = {}): Store {
  const store = new Store(directory, { now: () => NOW, onWritten: () => {}, ...options });
  onTestFinished(() => {
    try {
      store.close();
    } catch {
      // The test closed it.
    }
  });
  return store;
}

function binding(name: string, expiresAt = NOW + 60_000): StoredBinding {
  return {
    aor: 'sip:alice@ringback.local',
    key: name,
    contact: `sip:alice@192.0.2.1:5060;line=${name}`,
    params: '',
    path: ['<sip:edge.example.com;lr>'],
    transport: 'UDP',
    source: { host: '192.0.2.1', port: 5060 },
    tied: false,
    callId: 'c1',
    cseq: 1,
    q: 1000,
    expiresAt,
  };
}

describe('the store', () => {
  it('keeps accounts, realm and secret over a restart', () => {
    const directory = temporaryDirectory();
    const first = openStore(directory);
    first.accounts.add(ALICE, NOW);
    const secret = first.settings.secret();
    expect(first.settings.realm('ringback.local')).toBe('ringback.local');
    first.close();

    const second = openStore(directory);
    expect(second.accounts.all()).toEqual([ALICE]);
    expect(second.settings.secret()).toEqual(secret);
    expect(second.settings.realm('another.example')).toBe('ringback.local');
  });

  it('makes its directory and files for this user alone', () => {
    const directory = join(temporaryDirectory(), 'data');
    const store = openStore(directory);
    store.accounts.add(ALICE, NOW);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const suffix of ['', '-wal', '-shm']) {
      expect(statSync(join(directory, DATABASE_FILE + suffix)).mode & 0o777).toBe(0o600);
    }
  });

  it('keeps neither token nor cookie nor password in its file', () => {
    const directory = temporaryDirectory();
    const store = openStore(directory);
    store.accounts.add(ALICE, NOW);
    const token = store.links.invite('alice', NOW);
    const { cookie } = store.sessions.create(NOW);
    store.close();
    const file = readFileSync(join(directory, DATABASE_FILE), 'latin1');
    expect(file).toContain('Alice');
    expect(file).not.toContain(token);
    expect(file).not.toContain(cookie);
  });

  it('does all of a transaction or nothing', () => {
    const store = openStore(temporaryDirectory());
    expect(() =>
      store.transaction(() => {
        store.accounts.add(ALICE, NOW);
        store.transaction(() => store.accounts.add({ ...ALICE, user: 'alice2' }, NOW));
      }),
    ).toThrow(/UNIQUE/);
    expect(store.accounts.all()).toEqual([]);
  });

  it('refuses a file that is no database, and leaves it as it is', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, DATABASE_FILE), 'not a database, but somebody may want it back'.repeat(100));
    expect(() => openStore(directory)).toThrow(/ringback\.db is damaged .*restore a backup/);
    expect(readFileSync(join(directory, DATABASE_FILE), 'utf8')).toMatch(/^not a database/);
  });

  it('takes an empty file for the damage it is: a new one gets its name when it is whole', () => {
    const directory = temporaryDirectory();
    openStore(directory).close();
    expect(readdirSync(directory)).toEqual([DATABASE_FILE]);
    writeFileSync(join(directory, DATABASE_FILE), '');
    expect(() => openStore(directory)).toThrow(/ringback\.db is damaged \(it is empty\)/);
  });

  it('finds damage inside a database when it starts, instead of serving an empty registrar', () => {
    const directory = temporaryDirectory();
    const store = openStore(directory);
    store.transaction(() => {
      for (let n = 0; n < 500; n += 1)
        store.accounts.add({ user: `u${n}`, name: 'x'.repeat(100), extension: `${n}` }, NOW);
    });
    store.close();
    const file = join(directory, DATABASE_FILE);
    const octets = readFileSync(file);
    octets.fill(0x5a, 4096 * 4, 4096 * 12);
    writeFileSync(file, octets);
    expect(() => openStore(directory)).toThrow(/^.*ringback\.db is damaged .*$/);
  });

  it('says that there is no room when the file cannot grow', () => {
    const directory = temporaryDirectory();
    const store = openStore(directory, { maxPages: 24 });
    const fill = (): void => {
      for (let n = 0; n < 2000; n += 1)
        store.accounts.add({ user: `u${n}`, name: 'x'.repeat(500), extension: `${n}` }, NOW);
    };
    expect(() => store.transaction(fill)).toThrow(/full/);
    expect(store.accounts.all()).toEqual([]);
    store.accounts.add(ALICE, NOW);
    expect(store.accounts.all()).toEqual([ALICE]);
  });

  it('says which directory cannot be written, and by which flag to choose another', () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    expect(() => openStore(join(file, 'data'))).toThrow(/data directory .*file\/data cannot be written .*--data/);
  });

  it('refuses the file of a newer version', () => {
    const directory = temporaryDirectory();
    openStore(directory).close();
    const database = new DatabaseSync(join(directory, DATABASE_FILE));
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    database.close();
    expect(() => openStore(directory)).toThrow(/newer Ringback/);
  });

  it('sees at once what another process wrote, and can tell that something was written', () => {
    const directory = temporaryDirectory();
    const running = openStore(directory);
    const before = running.version();
    const beside = openStore(directory);
    beside.accounts.add(ALICE, NOW);
    expect(running.accounts.find('alice')).toEqual(ALICE);
    expect(running.version()).not.toBe(before);
  });

  it('locks a directory to one gateway until that one is gone', () => {
    const directory = temporaryDirectory();
    const lock = lockDirectory(directory);
    expect(lock).toBeDefined();
    expect(lockDirectory(directory)).toBeUndefined();
    lock?.release();
    const next = lockDirectory(directory);
    expect(next).toBeDefined();
    next?.release();
  });
});

describe('stored bindings', () => {
  it('come back after a restart, without those that expired meanwhile', () => {
    const directory = temporaryDirectory();
    const first = openStore(directory);
    first.bindings.write([
      { type: 'put', binding: binding('a') },
      { type: 'put', binding: binding('b', NOW) },
      { type: 'put', binding: binding('c') },
      { type: 'delete', aor: 'sip:alice@ringback.local', key: 'c' },
    ]);
    first.close();
    expect(openStore(directory).bindings.load()).toEqual([binding('a')]);
  });

  it('are tried again with what came after when they could not be written', () => {
    const told: unknown[] = [];
    const directory = temporaryDirectory();
    const store = openStore(directory, { maxPages: 24, onWritten: (error) => told.push(error) });
    const large = { ...binding('large'), params: 'x'.repeat(200_000) };
    store.bindings.write([
      { type: 'put', binding: large },
      { type: 'put', binding: binding('a') },
    ]);
    expect(store.bindings.failing).toBe(true);
    expect(String(told[0])).toMatch(/full/);
    store.bindings.write([{ type: 'put', binding: binding('large') }]);
    expect(store.bindings.failing).toBe(false);
    expect(told).toEqual([expect.anything(), undefined]);
    expect(store.bindings.load().map(({ key }) => key)).toEqual(['large', 'a']);
  });
});
