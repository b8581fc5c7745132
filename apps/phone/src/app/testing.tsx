import { act, render } from '@testing-library/react';
import type { Snapshot } from '../bridge/index.ts';
import { createFakeBridge } from '../bridge/testing/fake-bridge.ts';
import type { GatewayApi } from '../features/sign-in/gateway-api.ts';
import { createAttendance } from '../store/attended.ts';
import { followCalls } from '../store/follow-calls.ts';
import { parseRoute } from '../store/route.ts';
import { createUiStore, type UiState } from '../store/ui-store.ts';
import { App } from './app.tsx';

/** The whole interface over a bridge with no engine: what a person would see, and which commands their presses send. */
export function renderPhone(snapshot: Partial<Snapshot>, ui: Partial<UiState> = {}, api: Partial<GatewayApi> = {}) {
  const bridge = createFakeBridge(snapshot);
  const store = createUiStore(parseRoute(location.hash), { read: () => null, write: () => undefined });
  followCalls(bridge, store);
  store.setState(ui);
  const gateway: GatewayApi = {
    config: async () => undefined,
    redeem: async () => ({ ok: false, error: 'offline' }),
    openSession: async () => undefined,
    ...api,
  };
  const screen = render(
    <App
      bridge={bridge}
      ui={store}
      api={gateway}
      permission={{ current: () => 'granted', subscribe: () => () => undefined, request: async () => ({}) }}
      attendance={createAttendance(undefined)}
    />,
  );
  return { ...screen, bridge, store, set: (change: Parameters<typeof bridge.set>[0]) => act(() => bridge.set(change)) };
}
