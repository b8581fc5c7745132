import { useState } from 'react';
import type { AccountId } from '../../bridge/index.ts';
import { Avatar } from '../../components/avatar.tsx';
import { Action } from '../../components/button.tsx';
import { Name } from '../../components/text.tsx';
import { usePhone } from '../../store/context.tsx';
import { problemWords } from '../../words/problem-words.ts';
import type { GatewayApi, Login } from './gateway-api.ts';
import { type LinkWords, linkWords } from './link-words.ts';
import { useRegistration } from './progress.ts';
import { Remember } from './remember.tsx';

export interface ByLinkProps {
  readonly api: GatewayApi;
  readonly token: string;
  readonly onDone: (account: AccountId) => void;
  readonly onByHand: () => void;
}

/** One press signs in: the link's token is exchanged for a login that belongs to this device alone. */
export function ByLink({ api, token, onDone, onByHand }: ByLinkProps) {
  const { bridge } = usePhone();
  const [busy, setBusy] = useState(false);
  const [remember, setRemember] = useState(true);
  const [login, setLogin] = useState<Login>();
  const [account, setAccount] = useState<AccountId>();
  const [error, setError] = useState<{ readonly headline: string } | LinkWords>();
  const found = useRegistration(account, onDone);
  const signIn = async () => {
    setBusy(true);
    setError(undefined);
    // The token is spent by the first exchange; a second try goes on with what it gave.
    const given = login ?? (await exchange());
    if (given !== undefined) {
      const result = await bridge.send({ type: 'sign-in', login: handOver(given, remember) });
      if (result.ok) setAccount(result.account ?? given.aor);
      else setError({ headline: result.message });
    }
    setBusy(false);
  };
  const exchange = async () => {
    const redeemed = await api.redeem(token);
    if (redeemed.ok) setLogin(redeemed.login);
    else setError(linkWords(redeemed.error));
    return redeemed.ok ? redeemed.login : undefined;
  };
  const over = error !== undefined && 'over' in error && error.over;
  const problem: { readonly headline: string; readonly hint?: string } | undefined =
    found?.problem === undefined ? error : problemWords(found.problem, found, Date.now());
  const waiting = busy || (account !== undefined && problem === undefined);
  return (
    <div className="flex flex-col items-center gap-4 text-center">
      {login === undefined ? (
        <>
          <h1 className="font-semibold text-20">You have been invited</h1>
          <p className="text-quiet">
            This link signs this browser in at <bdi className="font-medium text-ink">{location.host}</bdi>. It works
            once.
          </p>
        </>
      ) : (
        <>
          <Avatar name={login.displayName} size="large" />
          <h1 className="font-semibold text-20">
            <Name>{login.displayName}</Name>
          </h1>
          <bdi dir="ltr" className="-mt-3 text-quiet">
            {login.aor}
          </bdi>
        </>
      )}
      {problem !== undefined && (
        <div role="alert" className="w-full rounded-control bg-stop-soft px-4 py-3 text-stop-ink">
          <p className="font-semibold">{problem.headline}</p>
          {problem.hint !== undefined && <p>{problem.hint}</p>}
          {over && (
            <p>
              Whoever runs the gateway can make one with{' '}
              <code className="whitespace-nowrap font-mono text-12">npm start -- --invite NAME</code>
            </p>
          )}
        </div>
      )}
      {!over && (
        <>
          <Remember value={remember} onChange={setRemember} />
          <Action variant="primary" wide autoFocus isDisabled={waiting} onPress={signIn}>
            {waiting ? 'Signing in…' : 'Sign in'}
          </Action>
        </>
      )}
      {/* Another element once it is the only way on: it takes over the focus of the button that is gone. */}
      <Action key={over ? 'only' : 'other'} variant="quiet" wide autoFocus={over} onPress={onByHand}>
        Use another account
      </Action>
    </div>
  );
}

/** The login the token gave is this device's own and can be revoked. */
function handOver({ aor, displayName, username, password, realm, wsUrl }: Login, remember: boolean) {
  return { address: aor, displayName, username, password, realm, server: wsUrl, remember, gateway: true };
}
