import type { AccountSnapshot, CallSnapshot, Snapshot } from '../protocol.ts';

/** Small named values for tests; the rich ones are in `scenes.ts`. */

export const alice: AccountSnapshot = {
  id: 'sip:alice@ringback.local',
  displayName: 'Alice Beaumont',
  server: 'wss://ringback.local/ws',
  gateway: true,
  status: 'registered',
};

export const connectedCall: CallSnapshot = {
  id: 'call-1',
  account: alice.id,
  sipCallId: 'a84b4c76e66710',
  direction: 'outgoing',
  state: 'connected',
  remote: { uri: 'sip:bob@ringback.local', displayName: 'Bob' },
  startedAt: 1_000_000,
  answeredAt: 1_004_000,
  hold: { here: false, there: false },
  muted: false,
  owner: 'tab-1',
  media: { state: 'connected', since: 1_004_200 },
  reconnecting: false,
};

export const emptySnapshot: Snapshot = {
  accounts: [],
  calls: [],
  recents: [],
  contacts: [],
  people: {},
  updateAfterCall: false,
};
