import type { UserAgentSnapshot } from '@ringback/sip';
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { AccountId, Contact, RecentCall } from '../bridge/protocol.ts';
import type { Sealed } from './vault.ts';

export interface StoredAccount {
  readonly id: AccountId;
  readonly displayName: string;
  readonly server: string;
  readonly gateway: boolean;
  /** Digest user name, when it is not the user part of the address. */
  readonly username?: string;
  readonly realm?: string;
  /** Kept until signed out; otherwise gone 12 hours after the last use. */
  readonly remember: boolean;
  readonly lastUsed: number;
  readonly password: Sealed;
}

/** A call that is up, or was cut when its page went away: what the next page, or the next engine, has to know of it. */
export interface JournalEntry {
  readonly id: string;
  readonly call: RecentCall;
  /** What a user agent needs to go on with the dialogs of the account: plain data. Absent once the BYE is out. */
  readonly userAgent?: UserAgentSnapshot;
}

/** Everything this device keeps, by collection. The engine is the only writer. */
export interface Collections {
  accounts: StoredAccount;
  /** `+sip.instance` of each account: one per profile and account, also after signing out and in again (RFC 5626 §4.1). */
  instances: { readonly id: AccountId; readonly instance: string };
  contacts: Contact;
  recents: RecentCall;
  journal: JournalEntry;
  keys: { readonly id: string; readonly key: CryptoKey };
}

export type CollectionName = keyof Collections;

export interface Store {
  all<N extends CollectionName>(name: N): Promise<Collections[N][]>;
  get<N extends CollectionName>(name: N, id: string): Promise<Collections[N] | undefined>;
  put<N extends CollectionName>(name: N, value: Collections[N]): Promise<void>;
  delete(name: CollectionName, id: string): Promise<void>;
}

/** The device's IndexedDB; a private window that refuses it gets a memory that lasts as long as the engine. */
export async function openStore(trouble: (error: unknown) => void = () => undefined): Promise<Store> {
  try {
    return new ForgivingStore(new IndexedStore(await openDB<Schema>('ringback', 1, { upgrade: create })), trouble);
  } catch (error) {
    trouble(error);
    return new MemoryStore();
  }
}

const NAMES: readonly CollectionName[] = ['accounts', 'instances', 'contacts', 'recents', 'journal', 'keys'];

interface Schema extends DBSchema {
  accounts: { key: string; value: Collections['accounts'] };
  instances: { key: string; value: Collections['instances'] };
  contacts: { key: string; value: Collections['contacts'] };
  recents: { key: string; value: Collections['recents'] };
  journal: { key: string; value: Collections['journal'] };
  keys: { key: string; value: Collections['keys'] };
}

function create(database: IDBPDatabase<Schema>): void {
  for (const name of NAMES) database.createObjectStore(name, { keyPath: 'id' });
}

class IndexedStore implements Store {
  readonly #database: IDBPDatabase<Schema>;
  constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }
  async all<N extends CollectionName>(name: N): Promise<Collections[N][]> {
    return (await this.#database.getAll(name)) as Collections[N][];
  }
  async get<N extends CollectionName>(name: N, id: string): Promise<Collections[N] | undefined> {
    return (await this.#database.get(name, id)) as Collections[N] | undefined;
  }
  async put<N extends CollectionName>(name: N, value: Collections[N]): Promise<void> {
    await this.#database.put(name, value as Schema[N]['value']);
  }
  async delete(name: CollectionName, id: string): Promise<void> {
    await this.#database.delete(name, id);
  }
}

/**
 * A full disk, or data that was cleared while we run, must not stop a phone: what cannot be kept lasts as long as the
 * engine, which holds all it works with in memory.
 */
export class ForgivingStore implements Store {
  readonly #store: Store;
  readonly #trouble: (error: unknown) => void;
  constructor(store: Store, trouble: (error: unknown) => void) {
    this.#store = store;
    this.#trouble = trouble;
  }
  all<N extends CollectionName>(name: N): Promise<Collections[N][]> {
    return this.#else(this.#store.all(name), []);
  }
  get<N extends CollectionName>(name: N, id: string): Promise<Collections[N] | undefined> {
    return this.#else(this.#store.get(name, id), undefined);
  }
  put<N extends CollectionName>(name: N, value: Collections[N]): Promise<void> {
    return this.#else(this.#store.put(name, value), undefined);
  }
  delete(name: CollectionName, id: string): Promise<void> {
    return this.#else(this.#store.delete(name, id), undefined);
  }
  async #else<T>(work: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#trouble(error);
      return otherwise;
    }
  }
}

export class MemoryStore implements Store {
  readonly #records = new Map<CollectionName, Map<string, unknown>>(NAMES.map((name) => [name, new Map()]));
  async all<N extends CollectionName>(name: N): Promise<Collections[N][]> {
    return [...this.#of(name).values()] as Collections[N][];
  }
  async get<N extends CollectionName>(name: N, id: string): Promise<Collections[N] | undefined> {
    return this.#of(name).get(id) as Collections[N] | undefined;
  }
  async put<N extends CollectionName>(name: N, value: Collections[N]): Promise<void> {
    this.#of(name).set(value.id, value);
  }
  async delete(name: CollectionName, id: string): Promise<void> {
    this.#of(name).delete(id);
  }
  #of(name: CollectionName): Map<string, unknown> {
    return this.#records.get(name) ?? new Map();
  }
}
