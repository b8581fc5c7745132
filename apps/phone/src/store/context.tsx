import { createContext, type ReactNode, useContext, useMemo, useRef, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import type { AccountSnapshot, Command, CommandResult, PhoneBridge, Snapshot, TraceEntry } from '../bridge/index.ts';
import type { Directory } from '../words/names.ts';
import { accountOf, directoryOf } from './selectors.ts';
import type { UiState, UiStore } from './ui-store.ts';

export interface Phone {
  readonly bridge: PhoneBridge;
  readonly ui: UiStore;
}

const PhoneContext = createContext<Phone | undefined>(undefined);

export function PhoneProvider({ bridge, ui, children }: Phone & { readonly children: ReactNode }) {
  const phone = useMemo(() => ({ bridge, ui }), [bridge, ui]);
  return <PhoneContext value={phone}>{children}</PhoneContext>;
}

export function usePhone(): Phone {
  const phone = useContext(PhoneContext);
  if (phone === undefined) throw new Error('usePhone needs a PhoneProvider around it');
  return phone;
}

export function useSnapshot(): Snapshot {
  const { bridge } = usePhone();
  return useSyncExternalStore(bridge.subscribe, bridge.getSnapshot, bridge.getSnapshot);
}

export function useUi<T>(select: (state: UiState) => T): T {
  return useStore(usePhone().ui, select);
}

/** The account this tab works with. */
export function useAccount(): AccountSnapshot | undefined {
  const snapshot = useSnapshot();
  return accountOf(
    snapshot,
    useUi((state) => state.account),
  );
}

export function useDirectory(account?: string): Directory {
  const snapshot = useSnapshot();
  const own = useAccount()?.id;
  return useMemo(() => directoryOf(snapshot, account ?? own), [snapshot, account, own]);
}

export function useTrace(key: string): readonly TraceEntry[] {
  const { bridge } = usePhone();
  const read = () => bridge.getTrace(key);
  return useSyncExternalStore(bridge.subscribeTrace, read, read);
}

/** Sends a command; a refusal is told to the person once, in the engine's words. */
export function useSend(): (command: Command) => Promise<CommandResult> {
  const { bridge, ui } = usePhone();
  const send = useRef(async (command: Command) => {
    const result = await bridge.send(command);
    if (!result.ok) ui.setState({ notice: result.message });
    return result;
  });
  return send.current;
}
