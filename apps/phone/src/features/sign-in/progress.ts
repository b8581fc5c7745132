import { useEffect, useRef } from 'react';
import type { AccountId, AccountSnapshot } from '../../bridge/index.ts';
import { useSnapshot } from '../../store/context.tsx';

/** Watches an account that is being signed in, and reports once when the server has accepted it. */
export function useRegistration(
  account: AccountId | undefined,
  onDone: (account: AccountId) => void,
): AccountSnapshot | undefined {
  const { accounts } = useSnapshot();
  const found = accounts.find((one) => one.id === account);
  const done = useRef(onDone);
  done.current = onDone;
  const registered = found?.status === 'registered';
  useEffect(() => {
    if (account !== undefined && registered) done.current(account);
  }, [account, registered]);
  return found;
}
