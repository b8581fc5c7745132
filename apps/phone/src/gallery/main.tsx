import '../styles/theme.css';
import { createRoot } from 'react-dom/client';
import { App } from '../app/app.tsx';
import type { Command } from '../bridge/index.ts';
import { alice } from '../bridge/testing/examples.ts';
import { createFakeBridge, type FakeBridge } from '../bridge/testing/fake-bridge.ts';
import { call } from '../bridge/testing/people.ts';
import type { GatewayApi } from '../features/sign-in/gateway-api.ts';
import { createSounds } from '../sounds/sounds.ts';
import { createAttendance } from '../store/attended.ts';
import { followCalls } from '../store/follow-calls.ts';
import { parseRoute } from '../store/route.ts';
import { createUiStore } from '../store/ui-store.ts';
import { SCENES, type Scene } from './scenes.ts';

/** Shows one scene, or the list of all; the bridge behind it answers just enough to click through. */

function show(chosen: Scene, name: string) {
  const bridge = createFakeBridge(chosen.snapshot);
  const ui = createUiStore(parseRoute(location.hash || (chosen.hash ?? '')), {
    read: () => null,
    write: () => undefined,
  });
  followCalls(bridge, ui);
  ui.setState(chosen.ui ?? {});
  bridge.answer = (command) => play(bridge, command);
  if (chosen.trace !== undefined) bridge.setTrace(...chosen.trace);
  if (name === 'sign-in-wrong-password') {
    bridge.answer = () => {
      bridge.set({
        accounts: [
          { ...alice, status: 'failed', problem: { kind: 'wrong-credentials', status: 401, detail: 'Unauthorized' } },
        ],
      });
      return { ok: true, account: alice.id };
    };
  }
  const state = chosen.permission ?? 'granted';
  root.render(
    <App
      bridge={bridge}
      ui={ui}
      api={api}
      permission={{ current: () => state, subscribe: () => () => undefined, request: async () => ({}) }}
      attendance={createAttendance(navigator.locks)}
      sounds={{ ...createSounds(window), audible: chosen.silent !== true }}
    />,
  );
}

const login = {
  aor: alice.id,
  displayName: alice.displayName,
  username: 'alice-3f',
  password: 'x',
  realm: 'ringback.local',
  wsUrl: alice.server,
};
const api: GatewayApi = {
  config: async () => ({
    name: 'Ringback',
    mode: 'embedded',
    domain: 'ringback.local',
    wsUrl: 'wss://ringback.local/ws',
  }),
  redeem: async (token) => (token === 'used' ? { ok: false, error: 'used' } : { ok: true, login }),
  openSession: async () => undefined,
};

/** A call that is made rings and is answered after a moment; mute, hold and hang-up do what they say. */
function play(bridge: FakeBridge, command: Command) {
  const change = (id: string, to: Parameters<typeof call>[2]) =>
    bridge.set(({ calls }) => ({ calls: calls.map((one) => (one.id === id ? { ...one, ...to } : one)) }));
  switch (command.type) {
    case 'call': {
      const id = `made-${bridge.commands.length}`;
      const { answeredAt: _answered, ...made } = call(id, command.target.replace(/^sip:|@.*$/g, ''), {
        state: 'dialing',
        media: { state: 'none' },
      });
      bridge.set(({ calls }) => ({ calls: [...calls, made] }));
      setTimeout(() => change(id, { state: 'ringing' }), 600);
      setTimeout(() => change(id, { state: 'connected', answeredAt: Date.now(), media: { state: 'connected' } }), 2500);
      break;
    }
    case 'answer':
      change(command.call, {
        state: 'connected',
        owner: bridge.tab,
        answeredAt: Date.now(),
        media: { state: 'connected' },
      });
      break;
    case 'mute':
      change(command.call, { muted: command.on });
      break;
    case 'hold':
      change(command.call, { hold: { here: command.on, there: false } });
      break;
    case 'hang-up':
    case 'decline':
      change(command.call, { state: 'ended', endedAt: Date.now(), end: { outcome: 'completed', by: 'here' } });
      break;
    case 'sign-in':
      bridge.set({ accounts: [alice] });
      break;
  }
  return { ok: true as const };
}

function Index() {
  return (
    <ul className="mx-auto grid max-w-[48rem] grid-cols-2 gap-1 p-6">
      {Object.keys(SCENES).map((name) => (
        <li key={name}>
          <a href={`?scene=${name}`} className="block rounded-control px-3 py-2 text-accent-ink hover:bg-hover">
            {name}
          </a>
        </li>
      ))}
    </ul>
  );
}

const wanted = new URLSearchParams(location.search).get('scene');
const scene = wanted === null ? undefined : SCENES[wanted];
const root = createRoot(document.getElementById('root') ?? document.body);
if (scene === undefined) root.render(<Index />);
else show(scene, wanted ?? '');
