import { lazy, Suspense, useEffect } from 'react';
import { Wordmark } from '../components/wordmark.tsx';
import type { MicrophonePermission } from '../features/microphone/permission.ts';
import type { GatewayApi } from '../features/sign-in/gateway-api.ts';
import { SignInScreen } from '../features/sign-in/sign-in-screen.tsx';
import type { Sounds } from '../sounds/sounds.ts';
import { SoundsContext } from '../sounds/sounds-context.ts';
import type { Attendance } from '../store/attended.ts';
import { type Phone, PhoneProvider, useAccount, usePhone, useSnapshot, useUi } from '../store/context.tsx';
import { without } from '../store/ui-store.ts';
import { Announcer } from './announcer.tsx';
import { CallsContext, useTabCalls } from './calls.ts';
import { Incoming } from './incoming.tsx';
import { useNavigation } from './navigation.ts';
import { Shell } from './shell.tsx';
import { useLeaveGuard, useSoundsOfCalls, useTitle } from './surroundings.ts';
import { Toast } from './toast.tsx';
import { useShortcuts } from './use-shortcuts.ts';

const ShortcutsDialog = lazy(() =>
  import('./shortcuts-dialog.tsx').then((module) => ({ default: module.ShortcutsDialog })),
);

export interface AppProps extends Phone {
  readonly api: GatewayApi;
  readonly permission: MicrophonePermission;
  readonly attendance: Attendance;
  readonly sounds?: Sounds;
}

export function App({ bridge, ui, sounds, ...rest }: AppProps) {
  return (
    <PhoneProvider bridge={bridge} ui={ui}>
      <SoundsContext value={sounds}>
        <Screen {...rest} />
      </SoundsContext>
    </PhoneProvider>
  );
}

function Screen({ api, permission, attendance }: Omit<AppProps, 'bridge' | 'ui' | 'sounds'>) {
  const { ui } = usePhone();
  const snapshot = useSnapshot();
  const account = useAccount();
  const signIn = useUi((state) => state.signIn);
  const shortcutsOpen = useUi((state) => state.shortcutsOpen);
  const calls = useTabCalls(attendance);
  useNavigation();
  useShortcuts(calls);
  useTitle(calls);
  useLeaveGuard(calls.own.length > 0);
  useSoundsOfCalls(calls);

  const starting = snapshot.starting === true;
  const nobody = !starting && account === undefined && !snapshot.updateAfterCall;
  useEffect(() => {
    // Kept as a request, so that the screen stays until the server has accepted, and can say why when it does not.
    if (nobody && signIn === undefined) ui.setState({ signIn: { automatic: true } });
    if (account !== undefined && signIn?.automatic === true) without(ui, 'signIn');
  }, [nobody, account, signIn, ui]);

  return (
    <CallsContext value={calls}>
      <Announcer calls={calls} />
      {starting ? (
        <Splash />
      ) : signIn !== undefined || account === undefined ? (
        <SignInScreen
          key={signIn?.invitation?.token ?? signIn?.edit ?? ''}
          api={api}
          invitation={signIn?.invitation}
          edit={signIn?.edit}
          canLeave={account !== undefined}
        />
      ) : (
        <Shell account={account} permission={permission} />
      )}
      <Incoming calls={calls} />
      <Toast />
      {shortcutsOpen && (
        <Suspense fallback={null}>
          <ShortcutsDialog />
        </Suspense>
      )}
    </CallsContext>
  );
}

function Splash() {
  return (
    <main aria-busy="true" aria-label="Ringback is starting" className="grid h-full place-items-center">
      <span className="animate-breathe">
        <Wordmark />
      </span>
    </main>
  );
}
