import { createContext, useContext } from 'react';
import type { Sounds } from './sounds.ts';

/** The sounds of this tab; absent where there is nothing to hear, as in a component's test. */
export const SoundsContext = createContext<Sounds | undefined>(undefined);

export function useSounds(): Sounds | undefined {
  return useContext(SoundsContext);
}
