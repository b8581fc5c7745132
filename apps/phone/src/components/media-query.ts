import { useSyncExternalStore } from 'react';

/** List and stage stand side by side. */
export const WIDE = '(min-width: 60rem)';
/** A rail at the side instead of a bar at the bottom. */
export const MID = '(min-width: 30.0625rem)';

export function useMediaQuery(query: string): boolean {
  const subscribe = (listener: () => void) => {
    const list = matchMedia(query);
    list.addEventListener('change', listener);
    return () => list.removeEventListener('change', listener);
  };
  return useSyncExternalStore(
    subscribe,
    () => matchMedia(query).matches,
    () => true,
  );
}
