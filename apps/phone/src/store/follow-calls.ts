import type { CallId, CallSnapshot, PhoneBridge } from '../bridge/index.ts';
import { type UiStore, without } from './ui-store.ts';

/**
 * Keeps the stage with the calls of this tab: a call that begins here comes to the front, one that ends leaves its
 * last screen behind, and what another tab does changes nothing here.
 */
export function followCalls(bridge: PhoneBridge, store: UiStore): () => void {
  // Calls that were over before this page came are history, not news.
  const finished = new Set<CallId>(endedHere(bridge).map((call) => call.id));
  const begun = new Set<CallId>();
  const update = () => {
    for (const call of endedHere(bridge)) {
      if (finished.has(call.id)) continue;
      finished.add(call.id);
      ended(call);
    }
    for (const call of liveHere(bridge)) {
      if (begun.has(call.id)) continue;
      begun.add(call.id);
      began(call);
    }
  };
  const began = (call: CallSnapshot) => {
    without(store, 'ended', 'ladder');
    store.setState({ focus: call.id, stage: 'call', callKeypad: false, digits: '' });
  };
  const ended = (call: CallSnapshot) => {
    const { focus } = store.getState();
    const others = liveHere(bridge);
    if (focus === call.id) store.setState({ callKeypad: false, digits: '' });
    if (others.length === 0) return store.setState({ ended: call });
    if (focus === call.id) without(store, 'focus');
  };
  update();
  return bridge.subscribe(update);
}

function liveHere(bridge: PhoneBridge): readonly CallSnapshot[] {
  return ownedHere(bridge).filter((call) => call.state !== 'ended' && call.state !== 'incoming');
}

function endedHere(bridge: PhoneBridge): readonly CallSnapshot[] {
  return ownedHere(bridge).filter((call) => call.state === 'ended');
}

function ownedHere(bridge: PhoneBridge): readonly CallSnapshot[] {
  return bridge.getSnapshot().calls.filter((call) => call.owner === bridge.tab);
}
