import { BellOff, PhoneMissed, RefreshCw } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import type { AccountId, AccountSnapshot } from '../bridge/index.ts';
import { Banner } from '../components/banner.tsx';
import { Action } from '../components/button.tsx';
import { Name } from '../components/text.tsx';
import { AccountBanner } from '../features/account/account-banner.tsx';
import { MicrophoneBanner } from '../features/microphone/microphone-banner.tsx';
import type { MicrophonePermission } from '../features/microphone/permission.ts';
import { useSounds } from '../sounds/sounds-context.ts';
import { useCalling } from '../store/calling.ts';
import { useDirectory, useSend, useSnapshot } from '../store/context.tsx';
import { partyOf } from '../words/names.ts';

/** True while the browser would keep a ringing phone silent, because nobody has touched the page yet. */
export function useSilent(): boolean {
  const sounds = useSounds();
  return !useSyncExternalStore(
    sounds?.subscribe ?? never,
    () => sounds?.audible ?? true,
    () => true,
  );
}

const never = () => () => {};

export function Banners({
  account,
  permission,
}: {
  readonly account: AccountSnapshot;
  readonly permission: MicrophonePermission;
}) {
  const { updateAfterCall } = useSnapshot();
  const silent = useSilent();
  return (
    <div className="shrink-0">
      <AccountBanner account={account} />
      <DroppedBanner account={account.id} />
      {updateAfterCall && (
        <Banner tone="accent" icon={<RefreshCw size={18} />} label="Update">
          A new version is ready. It starts when the call in the other tab is over.
        </Banner>
      )}
      {silent && (
        <Banner
          tone="warn"
          icon={<BellOff size={18} />}
          label="Ringing is off"
          actions={<Action variant="quiet">Enable ringing</Action>}
        >
          Your browser keeps this page silent until you click somewhere in it.
        </Banner>
      )}
      {account.status === 'registered' && !silent && <MicrophoneBanner permission={permission} />}
    </div>
  );
}

/** In the tabs of its account only: there it can be called back, and there it was. */
function DroppedBanner({ account }: { readonly account: AccountId }) {
  const { dropped } = useSnapshot();
  const directory = useDirectory(dropped?.account);
  const send = useSend();
  const { call } = useCalling();
  if (dropped?.account !== account) return null;
  const { name } = partyOf(dropped.remote, directory);
  const callBack = () => {
    void send({ type: 'dismiss-dropped' });
    call(dropped.remote.uri, dropped.remote.displayName);
  };
  return (
    <Banner
      tone="warn"
      icon={<PhoneMissed size={18} />}
      label="Call cut by a reload"
      actions={
        <>
          <Action variant="go" onPress={callBack}>
            Call back
          </Action>
          <Action variant="quiet" onPress={() => void send({ type: 'dismiss-dropped' })}>
            Dismiss
          </Action>
        </>
      }
    >
      The page was reloaded during your call with <Name className="font-semibold">{name}</Name>.
    </Banner>
  );
}
