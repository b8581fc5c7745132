import { createStore, type StoreApi } from 'zustand/vanilla';
import type { AccountId, CallId, CallSnapshot } from '../bridge/index.ts';
import type { Invitation, Page, Route, Selection } from './route.ts';

/** Whose messages the ladder shows. */
export interface LadderSubject {
  readonly account: AccountId;
  readonly sipCallId: string | 'registration';
  /** The far party, for the heading; absent for a registration. */
  readonly remote?: { readonly uri: string; readonly displayName?: string };
}

export interface SignInRequest {
  readonly invitation?: Invitation;
  /** An account whose data is to be corrected. */
  readonly edit?: AccountId;
  /** Nobody asked for it, there just was no account: it goes when one turns up. */
  readonly automatic?: true;
}

/** What only this tab knows. Everything about accounts, calls and people is in the engine's snapshot. */
export interface UiState {
  readonly route: Route;
  /** Below `wide` one pane is shown at a time, and a call covers everything while the stage belongs to it. */
  readonly stage: 'page' | 'call';
  readonly account?: AccountId;
  readonly draft: string;
  readonly lastDialled: string;
  /** The call on the stage when there are several. */
  readonly focus?: CallId;
  /** A call that has just ended: it stays on the stage until closed, longer than the engine keeps it. */
  readonly ended?: CallSnapshot;
  readonly ladder?: LadderSubject;
  readonly signIn?: SignInRequest;
  readonly shortcutsOpen: boolean;
  readonly callKeypad: boolean;
  /** Digits sent in the call on the stage. */
  readonly digits: string;
  /** A command that was refused, told once. */
  readonly notice?: string;
  /** What the live regions say next; the number makes the same words twice two announcements. */
  readonly said: { readonly text: string; readonly urgent: boolean; readonly count: number };
}

export type UiStore = StoreApi<UiState>;

export interface TabMemory {
  read(key: string): string | null;
  write(key: string, value: string): void;
}

const ACCOUNT_KEY = 'ringback.account';
const DIALLED_KEY = 'ringback.dialled';

export function createUiStore(route: Route, memory: TabMemory): UiStore {
  const account = memory.read(ACCOUNT_KEY);
  const store = createStore<UiState>(() => ({
    route,
    stage: 'page',
    draft: '',
    lastDialled: memory.read(DIALLED_KEY) ?? '',
    shortcutsOpen: false,
    callKeypad: false,
    digits: '',
    said: { text: '', urgent: false, count: 0 },
    ...(account === null ? {} : { account }),
  }));
  store.subscribe((now, before) => {
    if (now.account !== before.account && now.account !== undefined) memory.write(ACCOUNT_KEY, now.account);
    if (now.lastDialled !== before.lastDialled) memory.write(DIALLED_KEY, now.lastDialled);
  });
  return store;
}

/** Takes keys away as well as setting them, which a plain `setState` cannot under exact optional properties. */
export function without<K extends keyof UiState>(store: UiStore, ...keys: readonly K[]): void {
  const state = { ...store.getState() };
  for (const key of keys) delete state[key];
  store.setState(state, true);
}

export function say(store: UiStore, text: string, urgent = false): void {
  store.setState(({ said }) => ({ said: { text, urgent, count: said.count + 1 } }));
}

export type { Page, Route, Selection };
