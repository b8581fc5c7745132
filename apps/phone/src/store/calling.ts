import type { AccountSnapshot, CallSnapshot, CommandResult, RecentCall } from '../bridge/index.ts';
import { cleanDialled } from '../words/address.ts';
import { useAccount, usePhone, useSend } from './context.tsx';

export interface Calling {
  /** Calls an address, an extension or a number; nothing happens without an account or a target. */
  readonly call: (target: string, displayName?: string) => void;
  readonly hold: (call: CallSnapshot, on: boolean) => Promise<CommandResult>;
  /** Puts one call on hold and takes the other back; if the first cannot be held, both stay as they are. */
  readonly swap: (from: CallSnapshot, to: CallSnapshot) => Promise<void>;
}

export function useCalling(): Calling {
  const account = useAccount();
  const { ui } = usePhone();
  const send = useSend();
  const hold = (call: CallSnapshot, on: boolean) => send({ type: 'hold', call: call.id, on });
  return {
    call: (text, displayName) => {
      const target = cleanDialled(text);
      if (account === undefined || target === '') return;
      const { draft, stage } = ui.getState();
      ui.setState({ draft: '', lastDialled: target, stage: 'call' });
      void send(callCommand(account, target, displayName)).then(({ ok }) => {
        // What was typed is not lost to a server that is away for a moment.
        if (!ok) ui.setState((now) => ({ draft: now.draft || draft, stage }));
      });
    },
    hold,
    swap: async (from, to) => {
      const held = from.hold.here ? undefined : await hold(from, true);
      if (held?.ok === false) return;
      ui.setState({ focus: to.id, stage: 'call', callKeypad: false, digits: '' });
      await hold(to, false);
    },
  };
}

function callCommand(account: AccountSnapshot, target: string, displayName: string | undefined) {
  const command = { type: 'call', account: account.id, target } as const;
  return displayName === undefined ? command : { ...command, displayName };
}

/** Opens what happens underneath one call. */
export function useLadder(): (call: Pick<RecentCall, 'account' | 'sipCallId' | 'remote'>) => void {
  const { ui } = usePhone();
  return ({ account, sipCallId, remote }) => ui.setState({ ladder: { account, sipCallId, remote } });
}
