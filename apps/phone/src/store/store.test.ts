import { describe, expect, it } from 'vitest';
import type { CallSnapshot, RecentCall } from '../bridge/index.ts';
import { alice, connectedCall, emptySnapshot } from '../bridge/testing/examples.ts';
import { createFakeBridge } from '../bridge/testing/fake-bridge.ts';
import { followCalls } from './follow-calls.ts';
import { accountOf, callsOf, focusedCall, missedCount } from './selectors.ts';
import { createUiStore, type TabMemory } from './ui-store.ts';

const memory = (): TabMemory => {
  const kept = new Map<string, string>();
  return { read: (key) => kept.get(key) ?? null, write: (key, value) => kept.set(key, value) };
};
const store = () => createUiStore({ page: 'keypad' }, memory());
const bob = { ...alice, id: 'sip:bob@ringback.local' };
const call = (change: Partial<CallSnapshot>): CallSnapshot => ({ ...connectedCall, ...change });
const over = (one: CallSnapshot): CallSnapshot => ({
  ...one,
  state: 'ended',
  endedAt: 2,
  end: { outcome: 'completed', by: 'there' },
});

describe('the account of a tab', () => {
  it('is the one signed in here, else the first that is not signed out', () => {
    const snapshot = { ...emptySnapshot, accounts: [{ ...alice, status: 'signed-out' as const }, bob] };
    expect(accountOf(snapshot, alice.id)).toBe(bob);
    expect(accountOf({ ...snapshot, accounts: [alice, bob] }, bob.id)).toBe(bob);
    expect(accountOf(emptySnapshot, bob.id)).toBeUndefined();
  });

  it('outlives a reload of the tab', () => {
    const kept = memory();
    createUiStore({ page: 'keypad' }, kept).setState({ account: bob.id, lastDialled: '101' });
    expect(createUiStore({ page: 'keypad' }, kept).getState()).toMatchObject({ account: bob.id, lastDialled: '101' });
  });
});

describe('the calls of a tab', () => {
  const ringing = call({ id: 'r', account: bob.id, direction: 'incoming', state: 'incoming' });
  const { owner: _owner, ...unowned } = ringing;

  it('rings for its own account and for accounts no tab shows', () => {
    const snapshot = { ...emptySnapshot, calls: [unowned] };
    expect(callsOf(snapshot, 'tab-1', alice.id, new Set()).incoming).toEqual([]);
    expect(callsOf(snapshot, 'tab-1', bob.id, new Set()).incoming).toEqual([unowned]);
    expect(callsOf(snapshot, 'tab-1', alice.id, new Set([bob.id])).incoming).toEqual([unowned]);
  });

  it('tells a call of its own from one that another tab has taken', () => {
    const snapshot = { ...emptySnapshot, calls: [connectedCall, call({ id: 'x', owner: 'tab-2' })] };
    const calls = callsOf(snapshot, 'tab-1', alice.id, new Set());
    expect([calls.own.length, calls.elsewhere.length]).toEqual([1, 1]);
  });

  it('prefers the call that is not on hold', () => {
    const held = call({ id: 'h', hold: { here: true, there: false } });
    expect(focusedCall([connectedCall, held], undefined)).toBe(connectedCall);
    expect(focusedCall([connectedCall, held], 'h')).toBe(held);
  });
});

describe('following the calls', () => {
  it('brings a call that begins here to the front and leaves its end on the stage', () => {
    const [bridge, ui] = [createFakeBridge({ accounts: [alice] }), store()];
    followCalls(bridge, ui);
    bridge.set({ calls: [connectedCall] });
    expect(ui.getState()).toMatchObject({ focus: 'call-1', stage: 'call' });
    bridge.set({ calls: [over(connectedCall)] });
    bridge.set({ calls: [] });
    expect(ui.getState().ended?.id).toBe('call-1');
  });

  it('shows the end of a call that failed before it was ever seen alive', () => {
    const [bridge, ui] = [createFakeBridge({ accounts: [alice] }), store()];
    followCalls(bridge, ui);
    bridge.set({ calls: [over(connectedCall)] });
    expect(ui.getState().ended?.id).toBe('call-1');
  });

  it('goes on with the other call when one of two ends', () => {
    const [bridge, ui] = [createFakeBridge(), store()];
    followCalls(bridge, ui);
    bridge.set({ calls: [call({ id: 'a' })] });
    bridge.set({ calls: [call({ id: 'a' }), call({ id: 'b' })] });
    expect(ui.getState().focus).toBe('b');
    bridge.set({ calls: [call({ id: 'a' }), over(call({ id: 'b' }))] });
    expect(ui.getState()).not.toHaveProperty('focus');
    expect(ui.getState()).not.toHaveProperty('ended');
  });

  it('does not bring up what ended before the page came, nor calls of other tabs', () => {
    const [bridge, ui] = [createFakeBridge({ calls: [over(connectedCall)] }), store()];
    followCalls(bridge, ui);
    bridge.set({ calls: [over(connectedCall), call({ id: 'x', owner: 'tab-2' })] });
    expect(ui.getState()).toMatchObject({ stage: 'page' });
    expect(ui.getState()).not.toHaveProperty('ended');
  });
});

it('counts missed calls that were not seen', () => {
  const recent = (seen: boolean, outcome: 'missed' | 'answered-elsewhere'): RecentCall => ({
    ...{
      id: 'r',
      account: alice.id,
      sipCallId: 'c',
      direction: 'incoming',
      remote: { uri: 'sip:b@c' },
      startedAt: 1,
      endedAt: 2,
    },
    end: { outcome, by: 'there' },
    seen,
  });
  expect(missedCount([recent(false, 'missed'), recent(true, 'missed'), recent(false, 'answered-elsewhere')])).toBe(1);
});
