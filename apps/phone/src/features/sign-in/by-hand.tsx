import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react';
import type { AccountId, AccountSnapshot, CommandResult } from '../../bridge/index.ts';
import { Action } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { usePhone } from '../../store/context.tsx';
import { toSipAddress } from '../../words/address.ts';
import { problemDetails, problemWords } from '../../words/problem-words.ts';
import type { GatewayApi, GatewayConfig } from './gateway-api.ts';
import { checked, isGateway, serverFor } from './guess.ts';
import { useRegistration } from './progress.ts';
import { Remember } from './remember.tsx';

export interface ByHandProps {
  readonly api: GatewayApi;
  /** The domain a link brought along. */
  readonly domain: string | undefined;
  /** The account to correct. */
  readonly account: AccountSnapshot | undefined;
  /** Something is sent: from now on the screen stays until there is an outcome. */
  readonly onStart: () => void;
  readonly onDone: (account: AccountId) => void;
}

type Refusal = Extract<CommandResult, { ok: false }>;

/** Three fields; the server follows from the address until somebody types one. */
export function ByHand({ api, domain, account: edited, onStart, onDone }: ByHandProps) {
  const { bridge } = usePhone();
  const [config, setConfig] = useState<GatewayConfig>();
  const [address, setAddress] = useState(edited?.id.replace(/^sip:/, '') ?? (domain === undefined ? '' : `@${domain}`));
  const [password, setPassword] = useState('');
  const [typedServer, setServer] = useState<string | undefined>(edited?.server);
  const [remember, setRemember] = useState(true);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [account, setAccount] = useState<AccountId>();
  const [refused, setRefused] = useState<Refusal>();
  const found = useRegistration(account, onDone);
  const server = typedServer ?? serverFor(address, config, domain);
  const missing = tried ? checked({ address, password, server }) : {};
  const facts = found?.problem ?? (refused?.problem.kind === 'other' ? undefined : refused?.problem);
  const problem = facts && problemWords(facts, found ?? { id: toSipAddress(address), server }, Date.now());
  const forget = useForgetting(edited === undefined ? found : undefined);
  const fields = useFocusOn(problem?.field, refused ?? account);

  useEffect(() => {
    void api.config().then(setConfig);
  }, [api]);

  const change = (set: (text: string) => void) => (text: string) => {
    set(text);
    setAccount(undefined);
    setRefused(undefined);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setAccount(undefined);
    setRefused(undefined);
    const wrong = checked({ address, password, server });
    if (Object.keys(wrong).length > 0) return fields.focus(wrong);
    setBusy(true);
    onStart();
    const gateway = isGateway(server, config);
    if (gateway) await api.openSession();
    const login = { address: toSipAddress(address), password, server, remember, gateway };
    await forget(login.address);
    const result = await bridge.send({ type: 'sign-in', login });
    if (result.ok) setAccount(result.account ?? login.address);
    else setRefused(result);
    setBusy(false);
  };
  const at = (field: 'address' | 'password' | 'server') =>
    missing[field] ?? (problem?.field === field ? problem.headline : undefined);
  const general = problem === undefined ? refused?.message : problem.field === undefined ? problem.headline : undefined;
  const waiting = busy || (account !== undefined && problem === undefined);
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <h1 className="font-semibold text-20">{edited === undefined ? 'Sign in' : 'Correct the account'}</h1>
      <Field
        label="SIP address"
        value={address}
        onChange={change(setAddress)}
        inputRef={fields.address}
        autoFocus
        autoComplete="username"
        inputMode="email"
        placeholder="alice@example.com"
        error={at('address')}
      />
      <Field
        label="Password"
        type="password"
        value={password}
        onChange={change(setPassword)}
        inputRef={fields.password}
        autoComplete="current-password"
        error={at('password')}
      />
      <Field
        label="Server"
        value={server}
        onChange={change(setServer)}
        inputRef={fields.server}
        autoComplete="off"
        inputMode="url"
        placeholder="wss://example.com/ws"
        hint={
          typedServer === undefined && server !== ''
            ? 'Guessed from the address; change it if yours differs.'
            : 'A ws:// or wss:// address.'
        }
        error={at('server')}
      />
      {problem?.hint !== undefined && <p className="-mt-2 text-12 text-quiet">{problem.hint}</p>}
      <Remember value={remember} onChange={setRemember} />
      {general !== undefined && (
        <p role="alert" className="rounded-control bg-stop-soft px-4 py-3 text-stop-ink">
          {general}
        </p>
      )}
      <Action type="submit" variant="primary" wide isDisabled={waiting}>
        {waiting ? 'Signing in…' : 'Sign in'}
      </Action>
      {facts !== undefined && problemDetails(facts) !== '' && (
        <details className="text-12 text-quiet">
          <summary className="cursor-pointer">Details</summary>
          {problemDetails(facts)}
        </details>
      )}
    </form>
  );
}

/**
 * An account that was refused and never worked is not kept: not when another address is tried after it, and not when the
 * screen is left.
 */
function useForgetting(attempt: AccountSnapshot | undefined): (next?: AccountId) => Promise<void> {
  const { bridge } = usePhone();
  const last = useRef<AccountSnapshot>(undefined);
  if (attempt !== undefined) last.current = attempt;
  const forget = useCallback(
    async (next?: AccountId) => {
      const refused = last.current;
      if (refused?.status !== 'failed' || refused.id === next) return;
      last.current = undefined;
      await bridge.send({ type: 'sign-out', account: refused.id });
    },
    [bridge],
  );
  useEffect(() => () => void forget(), [forget]);
  return forget;
}

/** Moves the focus to the field a problem belongs to, once per problem. */
function useFocusOn(field: 'address' | 'password' | 'server' | undefined, attempt: AccountId | Refusal | undefined) {
  const address = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const server = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (attempt === undefined || field === undefined) return;
    ({ address, password, server })[field].current?.focus();
  }, [field, attempt]);
  const focus = (wrong: { address?: string; password?: string; server?: string }) => {
    const first = wrong.address !== undefined ? address : wrong.password !== undefined ? password : server;
    first.current?.focus();
  };
  return { address, password, server, focus };
}
