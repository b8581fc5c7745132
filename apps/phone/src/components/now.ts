import { useSyncExternalStore } from 'react';

/** The time to the second, shared by every timer on the page; a page nobody looks at is not woken for it. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, seconds);
}

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

const seconds = () => Math.floor(Date.now() / 1000) * 1000;
