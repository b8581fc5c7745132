import { ArrowLeft } from 'lucide-react';
import { useState } from 'react';
import type { AccountId } from '../../bridge/index.ts';
import { IconAction } from '../../components/button.tsx';
import { Wordmark } from '../../components/wordmark.tsx';
import { usePhone, useSnapshot } from '../../store/context.tsx';
import type { Invitation } from '../../store/route.ts';
import { without } from '../../store/ui-store.ts';
import { ByHand } from './by-hand.tsx';
import { ByLink } from './by-link.tsx';
import type { GatewayApi } from './gateway-api.ts';

export interface SignInScreenProps {
  readonly api: GatewayApi;
  readonly invitation: Invitation | undefined;
  /** An account whose data is to be corrected. */
  readonly edit: AccountId | undefined;
  /** True when there is a phone to go back to. */
  readonly canLeave: boolean;
}

export function SignInScreen({ api, invitation, edit, canLeave }: SignInScreenProps) {
  const { ui } = usePhone();
  const { accounts } = useSnapshot();
  const [byHand, setByHand] = useState(invitation?.token === undefined);
  const done = (account: AccountId) => {
    without(ui, 'signIn', 'ladder');
    ui.setState({ account, stage: 'page' });
  };
  const started = () => {
    const { automatic: _automatic, ...asked } = ui.getState().signIn ?? {};
    ui.setState({ signIn: asked });
  };
  return (
    <main className="flex min-h-full flex-col items-center bg-canvas px-4 py-8 mid:justify-center">
      <div className="w-full max-w-[26rem]">
        <div className="mb-6 flex min-h-11 items-center gap-2">
          {canLeave && <IconAction label="Back" icon={<ArrowLeft size={20} />} onPress={() => without(ui, 'signIn')} />}
          <Wordmark />
        </div>
        <div className="animate-appear rounded-card border border-line bg-surface p-6 shadow-card">
          {byHand ? (
            <ByHand
              api={api}
              domain={invitation?.domain}
              account={accounts.find((one) => one.id === edit)}
              onStart={started}
              onDone={done}
            />
          ) : (
            <ByLink api={api} token={invitation?.token ?? ''} onDone={done} onByHand={() => setByHand(true)} />
          )}
        </div>
        <p className="px-6 pt-4 text-center text-12 text-quiet">
          Your browser calls other browsers and SIP phones. Nothing to install.
        </p>
      </div>
    </main>
  );
}
