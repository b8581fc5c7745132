import type { TabId, ToEngine, ToTab } from './protocol.ts';

/** Name of the BroadcastChannel between an engine in a dedicated worker and the tabs. */
export const CHANNEL = 'ringback-engine';

export type ChannelMessage =
  | { readonly kind: 'to-engine'; readonly tab: TabId; readonly message: ToEngine }
  | { readonly kind: 'to-tab'; readonly tab: TabId; readonly message: ToTab }
  /** An engine has started: every tab says hello. */
  | { readonly kind: 'started' };
