import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from './store.ts';
import { Vault } from './vault.ts';

describe('the vault', () => {
  let store: Store;
  beforeEach(async () => {
    globalThis.indexedDB = new IDBFactory();
    store = await openStore();
  });

  it('gives a sealed password back, and shows it nowhere in what is stored', async () => {
    const sealed = await new Vault(store).seal('päss:word');
    expect(await new Vault(store).open(sealed)).toBe('päss:word');
    expect(JSON.stringify(sealed)).not.toContain('word');
  });
  it('uses a key no script can read', async () => {
    await new Vault(store).seal('x');
    const stored = await store.get('keys', 'credentials');
    expect(stored?.key.extractable).toBe(false);
  });
  it('opens what was sealed for two accounts at the same moment, on a device that had no key', async () => {
    const vault = new Vault(store);
    const sealed = await Promise.all([vault.seal('one'), vault.seal('two')]);
    const later = new Vault(store);
    expect(await Promise.all(sealed.map((each) => later.open(each)))).toEqual(['one', 'two']);
  });
  it('never seals two secrets alike', async () => {
    const vault = new Vault(store);
    const [one, two] = [await vault.seal('same'), await vault.seal('same')];
    expect(one).not.toEqual(two);
  });
  it('opens nothing once the key is gone', async () => {
    const sealed = await new Vault(store).seal('x');
    await store.delete('keys', 'credentials');
    expect(await new Vault(store).open(sealed)).toBeUndefined();
  });
});
