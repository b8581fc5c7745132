import type { TabMemory } from './ui-store.ts';

/** What the browser keeps for this page; a site that may keep nothing throws at the mere mention of it, and then forgets. */
export function memoryIn(storage: () => Storage): TabMemory {
  const attempt = <T>(act: () => T, otherwise: T): T => {
    try {
      return act();
    } catch {
      return otherwise;
    }
  };
  return {
    read: (key) => attempt(() => storage().getItem(key), null),
    write: (key, value) => attempt(() => storage().setItem(key, value), undefined),
  };
}
