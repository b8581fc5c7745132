import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import type { AccountId } from '../bridge/index.ts';
import type { Attendance } from '../store/attended.ts';
import { useAccount, usePhone, useSnapshot, useUi } from '../store/context.tsx';
import { callsOf, focusedCall, type TabCalls } from '../store/selectors.ts';

const NOBODY: ReadonlySet<AccountId> = new Set();

export const CallsContext = createContext<TabCalls>({ incoming: [], own: [], elsewhere: [] });

export function useCalls(): TabCalls {
  return useContext(CallsContext);
}

/** The calls that concern this tab; says which account it shows, so that other tabs know what they need not ring for. */
export function useTabCalls(attendance: Attendance): TabCalls {
  const { bridge } = usePhone();
  const snapshot = useSnapshot();
  const account = useAccount()?.id;
  const [unattended, setUnattended] = useState(NOBODY);
  useEffect(() => attendance.show(account), [attendance, account]);
  const foreign = snapshot.calls.filter((call) => call.state === 'incoming' && call.account !== account);
  const key = [...new Set(foreign.map((call) => call.account))].join(' ');
  useEffect(() => {
    if (key === '') return setUnattended(NOBODY);
    let gone = false;
    void attendance.shown().then((shown) => {
      if (!gone) setUnattended(new Set(key.split(' ').filter((one) => !shown.has(one))));
    });
    return () => {
      gone = true;
    };
  }, [attendance, key]);
  return useMemo(() => callsOf(snapshot, bridge.tab, account, unattended), [snapshot, bridge, account, unattended]);
}

/** The call on the stage, and the others of this tab. */
export function useFocusedCall({ own }: TabCalls) {
  const focus = useUi((state) => state.focus);
  const current = focusedCall(own, focus);
  return { current, others: own.filter((call) => call !== current) };
}
