import { expect, it } from 'vitest';
import { ForgivingStore, MemoryStore } from './store.ts';
import { Vault } from './vault.ts';

class Broken extends MemoryStore {
  override all = () => Promise.reject(new Error('gone'));
  override get = () => Promise.reject(new Error('gone'));
  override put = () => Promise.reject(new Error('full'));
  override delete = () => Promise.reject(new Error('gone'));
}

it('a disk that is full or gone is told of and stops nothing', async () => {
  const troubles: string[] = [];
  const store = new ForgivingStore(new Broken(), (error) => troubles.push(String(error)));
  expect(await store.all('recents')).toEqual([]);
  expect(await store.get('accounts', 'x')).toBeUndefined();
  await store.put('contacts', { id: 'x', name: 'X', address: '1' });
  await store.delete('contacts', 'x');
  expect(troubles).toEqual(['Error: gone', 'Error: gone', 'Error: full', 'Error: gone']);
});

it('a password is good for as long as the engine, even if its key cannot be kept', async () => {
  const vault = new Vault(new ForgivingStore(new Broken(), () => undefined));
  expect(await vault.open(await vault.seal('secret'))).toBe('secret');
});
