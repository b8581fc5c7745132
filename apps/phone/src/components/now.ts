import { useSyncExternalStore } from 'react';

/** The time in steps of `step` milliseconds: a component is drawn again only when a step is over. */
export function useNow(step = 1000): number {
  const read = () => Math.floor(Date.now() / step) * step;
  return useSyncExternalStore(subscribe, read, read);
}

/** One ticker for every clock on the page. */
const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(() => {
    for (const one of listeners) one();
  }, 250);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}
