import type { CallOutcome, CallSnapshot, Snapshot, TraceEntry } from '../bridge/index.ts';
import { alice } from '../bridge/testing/examples.ts';
import { bobAccount, call, contacts, endedCall, history, staff } from '../bridge/testing/people.ts';
import { refusedCall, registration, traceOf, wholeCall } from '../bridge/testing/traces.ts';
import type { UiState } from '../store/ui-store.ts';

/** Every state of the phone worth looking at, by name. */

export interface Scene {
  readonly snapshot: Partial<Snapshot>;
  readonly ui?: Partial<UiState>;
  readonly hash?: string;
  readonly trace?: readonly [key: string, entries: readonly TraceEntry[]];
  readonly permission?: PermissionState;
  readonly silent?: boolean;
}

const now = Date.now();
const base: Partial<Snapshot> = {
  accounts: [alice],
  contacts,
  people: { [alice.id]: staff, [bobAccount.id]: staff },
  recents: history(now),
};
const seen: Partial<Snapshot> = { ...base, recents: history(now).map((one) => ({ ...one, seen: true })) };

const live = (id: string, user: string, change: Partial<CallSnapshot> = {}) =>
  call(id, user, {
    startedAt: now - 140_000,
    answeredAt: now - 133_000,
    media: { state: 'connected', since: now - 132_800 },
    ...change,
  });
const fresh = (
  id: string,
  user: string,
  state: CallSnapshot['state'],
  change: Partial<CallSnapshot> = {},
): CallSnapshot => {
  const { answeredAt: _answered, ...rest } = call(id, user, {
    state,
    startedAt: now,
    media: { state: 'none' },
    ...change,
  });
  return rest;
};
const ringing = (id: string, user: string, change: Partial<CallSnapshot> = {}): CallSnapshot => {
  const { owner: _owner, ...rest } = fresh(id, user, 'incoming', { direction: 'incoming', ...change });
  return rest;
};
const inCall = (...calls: CallSnapshot[]): Scene => ({ snapshot: { ...seen, calls }, ui: { stage: 'call' } });
const over = (
  outcome: CallOutcome,
  user: string,
  more: { status?: number; detail?: string; mediaError?: string } = {},
  seconds = 0,
): Scene => ({
  snapshot: seen,
  ui: { stage: 'call', ended: endedCall('e1', user, { outcome, by: 'there', ...more }, seconds) },
});
const ladder = (steps: typeof wholeCall, key = 'ladder@example', start = now - 70_000): NonNullable<Scene['trace']> => [
  key,
  traceOf(key, start, steps),
];
const problem = (
  kind: NonNullable<(typeof alice)['problem']>['kind'],
  status: 'failed' | 'connecting',
  more = {},
): Scene => ({
  snapshot: { ...seen, accounts: [{ ...alice, status, problem: { kind, ...more } }] },
});

export const SCENES: Readonly<Record<string, Scene>> = {
  starting: { snapshot: { starting: true } },
  'sign-in': { snapshot: {} },
  'sign-in-link': { snapshot: {}, ui: { signIn: { invitation: { token: 'demo' } } } },
  'sign-in-link-used': { snapshot: {}, ui: { signIn: { invitation: { token: 'used' } } } },
  'sign-in-domain': { snapshot: {}, ui: { signIn: { invitation: { domain: 'pbx.example.com' } } } },
  'sign-in-wrong-password': { snapshot: {} },
  keypad: { snapshot: base },
  'keypad-typing': { snapshot: seen, ui: { draft: 'b', lastDialled: '102' } },
  'keypad-number': { snapshot: seen, ui: { draft: '+49 30 1234567', lastDialled: '102' } },
  'keypad-redial': { snapshot: seen, ui: { lastDialled: '102' } },
  calls: { snapshot: base, hash: '#/calls' },
  'calls-empty': { snapshot: { ...base, recents: [] }, hash: '#/calls' },
  'calls-one': { snapshot: seen, hash: '#/calls/recent/r4' },
  people: { snapshot: seen, hash: '#/people' },
  'people-empty': { snapshot: { ...seen, people: {}, contacts: [] }, hash: '#/people' },
  'people-person': { snapshot: seen, hash: '#/people/person/sip%3Awolfgang%40ringback.local' },
  'people-contact': { snapshot: seen, hash: '#/people/contact/c-clinic' },
  'people-new': { snapshot: seen, hash: '#/people/new/' },
  incoming: {
    snapshot: {
      ...seen,
      calls: [ringing('i1', 'leila', { remote: { uri: 'sip:leila@ringback.local', displayName: 'ليلى' } })],
    },
  },
  'incoming-unknown': {
    snapshot: {
      ...seen,
      accounts: [alice, bobAccount],
      calls: [ringing('i1', '+15550100199', { remote: { uri: 'sip:+15550100199@trunk.carrier.example' } })],
    },
    hash: '#/people',
  },
  'incoming-in-call': { snapshot: { ...seen, calls: [live('a', 'bob'), ringing('i1', 'mei')] }, ui: { stage: 'call' } },
  'call-dialing': inCall(fresh('a', 'bob', 'dialing')),
  'call-ringing': inCall(fresh('a', 'wolfgang', 'ringing')),
  'call-connected': inCall(live('a', 'bob')),
  'call-muted': inCall(live('a', 'leila', { muted: true })),
  'call-hold': inCall(live('a', 'bob', { hold: { here: true, there: false } })),
  'call-held': inCall(live('a', 'wolfgang', { hold: { here: false, there: true } })),
  'call-reconnecting': inCall(live('a', 'bob', { reconnecting: true })),
  'call-keypad': { ...inCall(live('a', 'bob')), ui: { stage: 'call', callKeypad: true, digits: '1234#' } },
  'call-three': inCall(
    live('a', 'wolfgang', { hold: { here: true, there: false } }),
    live('b', 'leila', { hold: { here: true, there: false }, answeredAt: now - 61_000 }),
    live('c', 'bob', { answeredAt: now - 9_000 }),
  ),
  'call-browsing': {
    snapshot: { ...seen, calls: [live('a', 'bob')] },
    ui: { stage: 'page' },
    hash: '#/people/person/sip%3Amei%40ringback.local',
  },
  'call-elsewhere': { snapshot: { ...seen, calls: [live('a', 'bob', { owner: 'tab-2' })] } },
  'ended-ok': over('completed', 'bob', {}, 133),
  'ended-busy': over('busy', 'wolfgang', { status: 486, detail: 'Busy Here' }),
  'ended-not-found': over('not-found', 'bbo', { status: 404, detail: 'Not Found' }),
  'ended-media': over('no-common-media', 'jose', {
    status: 488,
    detail: '304 ringback.local "Media type not available"',
  }),
  'ended-microphone': over('microphone', 'bob', { mediaError: 'NotAllowedError' }),
  dropped: { snapshot: { ...seen, dropped: history(now)[0] ?? never() } },
  unreachable: problem('unreachable', 'connecting', { retryAt: now + 4_000 }),
  'wrong-password': problem('wrong-credentials', 'failed', { status: 401, detail: 'Unauthorized' }),
  'microphone-ask': { snapshot: seen, permission: 'prompt' },
  'microphone-blocked': { snapshot: seen, permission: 'denied' },
  silent: { snapshot: seen, silent: true },
  shortcuts: { snapshot: seen, ui: { shortcutsOpen: true } },
  'ladder-live': {
    snapshot: { ...seen, calls: [live('a', 'bob', { sipCallId: 'ladder@example' })] },
    ui: {
      stage: 'call',
      ladder: { account: alice.id, sipCallId: 'ladder@example', remote: { uri: 'sip:bob@ringback.local' } },
    },
    trace: ladder(wholeCall.slice(0, 13), 'ladder@example', now - 136_000),
  },
  'ladder-whole': {
    snapshot: {
      ...seen,
      recents: history(now).map((one) => (one.id === 'r1' ? { ...one, sipCallId: 'ladder@example' } : one)),
    },
    ui: { ladder: { account: alice.id, sipCallId: 'ladder@example', remote: { uri: 'sip:bob@ringback.local' } } },
    trace: ladder(wholeCall),
  },
  'ladder-refused': {
    snapshot: seen,
    ui: { ladder: { account: alice.id, sipCallId: 'ladder@example', remote: { uri: 'sip:jose@ringback.local' } } },
    trace: ladder(refusedCall),
  },
  'ladder-registration': {
    snapshot: seen,
    ui: { ladder: { account: alice.id, sipCallId: 'registration' } },
    trace: ladder(registration, 'registration'),
  },
  'ladder-empty': {
    snapshot: seen,
    ui: { ladder: { account: alice.id, sipCallId: 'none', remote: { uri: 'sip:bob@ringback.local' } } },
  },
};

function never(): never {
  throw new Error('the history of the gallery is empty');
}
