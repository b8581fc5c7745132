import './styles/theme.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { takeInvitation } from './app/navigation.ts';
import { createPhoneBridge } from './bridge/index.ts';
import { createMicrophonePermission } from './features/microphone/permission.ts';
import { createGatewayApi, deviceName } from './features/sign-in/gateway-api.ts';
import { createSounds } from './sounds/sounds.ts';
import { createAttendance } from './store/attended.ts';
import { followCalls } from './store/follow-calls.ts';
import { memoryIn } from './store/memory.ts';
import { parseRoute } from './store/route.ts';
import { createUiStore } from './store/ui-store.ts';

// Before anything else: the token must not stay in the address bar, nor be seen by anything that is loaded later.
const invitation = takeInvitation(window);

const bridge = createPhoneBridge();
const ui = createUiStore(
  parseRoute(location.hash),
  memoryIn(() => sessionStorage),
);
if (invitation !== undefined) ui.setState({ signIn: { invitation } });
followCalls(bridge, ui);

const page = { host: location.host, secure: location.protocol === 'https:' };
const api = createGatewayApi(fetch.bind(window), page, deviceName(navigator.userAgent), import.meta.env.DEV);
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App
      bridge={bridge}
      ui={ui}
      api={api}
      permission={createMicrophonePermission(navigator)}
      attendance={createAttendance(navigator.locks)}
      sounds={createSounds(window)}
    />
  </StrictMode>,
);
