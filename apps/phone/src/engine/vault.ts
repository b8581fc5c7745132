import type { Store } from './store.ts';

/** A secret as it lies on the disk: useless without the key, which no script can read out of the browser. */
export type Sealed =
  | { readonly kind: 'sealed'; readonly iv: Uint8Array<ArrayBuffer>; readonly data: ArrayBuffer }
  /** There is no Web Crypto on an insecure page: the secret stays in this engine's memory and dies with it. */
  | { readonly kind: 'memory'; readonly handle: string };

/** Seals passwords with AES-GCM under a key that is generated here, is not extractable and lies in IndexedDB. */
export class Vault {
  readonly #store: Store;
  readonly #memory = new Map<string, string>();
  #made: Promise<CryptoKey> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  async seal(secret: string): Promise<Sealed> {
    const key = await this.#key();
    if (!key) {
      const handle = `${this.#memory.size}`;
      this.#memory.set(handle, secret);
      return { kind: 'memory', handle };
    }
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(secret));
    return { kind: 'sealed', iv, data };
  }

  /** Undefined when the key is gone or another: the account has to sign in again. */
  async open(sealed: Sealed): Promise<string | undefined> {
    if (sealed.kind === 'memory') return this.#memory.get(sealed.handle);
    const key = (await this.#store.get('keys', KEY))?.key ?? (await this.#made);
    if (!key) return undefined;
    try {
      const secret = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.iv }, key, sealed.data);
      return new TextDecoder().decode(secret);
    } catch {
      return undefined;
    }
  }

  async #key(): Promise<CryptoKey | undefined> {
    if (!crypto.subtle) return undefined;
    const known = await this.#store.get('keys', KEY);
    if (known) return known.key;
    // Two accounts that sign in at the same time share it: the later of two keys would lock the earlier account out.
    this.#made ??= crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    const key = await this.#made;
    await this.#store.put('keys', { id: KEY, key });
    return key;
  }
}

const KEY = 'credentials';
