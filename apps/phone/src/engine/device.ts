import type { Contact, RecentCall } from '../bridge/protocol.ts';
import type { Store } from './store.ts';

/** What is kept on this device and nowhere else: contacts and the history. In memory to read, in the store to stay. */
export class Device {
  readonly #store: Store;
  #contacts: readonly Contact[] = [];
  /** Newest first. */
  #recents: readonly RecentCall[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  async load(): Promise<void> {
    this.#contacts = (await this.#store.all('contacts')).sort(byName);
    this.#recents = (await this.#store.all('recents')).sort((a, b) => b.startedAt - a.startedAt);
  }

  get contacts(): readonly Contact[] {
    return this.#contacts;
  }

  get recents(): readonly RecentCall[] {
    return this.#recents;
  }

  async saveContact(contact: Contact): Promise<void> {
    this.#contacts = [...this.#contacts.filter(({ id }) => id !== contact.id), contact].sort(byName);
    await this.#store.put('contacts', contact);
  }

  async deleteContact(id: string): Promise<void> {
    this.#contacts = this.#contacts.filter((contact) => contact.id !== id);
    await this.#store.delete('contacts', id);
  }

  async addRecent(call: RecentCall): Promise<void> {
    const all = [call, ...this.#recents.filter(({ id }) => id !== call.id)];
    this.#recents = all.slice(0, KEPT);
    await this.#store.put('recents', call);
    for (const { id } of all.slice(KEPT)) await this.#store.delete('recents', id);
  }

  async recentsSeen(): Promise<void> {
    const unseen = this.#recents.filter(({ seen }) => !seen);
    this.#recents = this.#recents.map((call) => (call.seen ? call : { ...call, seen: true }));
    for (const call of unseen) await this.#store.put('recents', { ...call, seen: true });
  }

  async deleteRecent(id: string): Promise<void> {
    const gone = this.#recents.filter((call) => id === 'all' || call.id === id);
    this.#recents = this.#recents.filter((call) => !gone.includes(call));
    for (const call of gone) await this.#store.delete('recents', call.id);
  }
}

/** Calls kept in the history. */
const KEPT = 200;

const byName = (a: Contact, b: Contact): number => a.name.localeCompare(b.name);
