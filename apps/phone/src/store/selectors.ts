import type { AccountId, AccountSnapshot, CallId, CallSnapshot, RecentCall, Snapshot, TabId } from '../bridge/index.ts';
import { domainOf } from '../words/address.ts';
import { isMissed } from '../words/call-words.ts';
import type { Directory } from '../words/names.ts';

/** The account this tab works with: the one signed in here, else the first there is. */
export function accountOf(snapshot: Snapshot, wanted: AccountId | undefined): AccountSnapshot | undefined {
  const present = snapshot.accounts.filter((one) => one.status !== 'signed-out');
  return present.find((one) => one.id === wanted) ?? present[0];
}

export function directoryOf(snapshot: Snapshot, account: AccountId | undefined): Directory {
  return {
    contacts: snapshot.contacts,
    people: account === undefined ? [] : (snapshot.people[account] ?? []),
    domain: account === undefined ? '' : domainOf(account),
  };
}

export interface TabCalls {
  /** Ringing here, oldest first. */
  readonly incoming: readonly CallSnapshot[];
  /** Live calls whose microphone is in this tab. */
  readonly own: readonly CallSnapshot[];
  /** Live calls of this account that another tab has taken. */
  readonly elsewhere: readonly CallSnapshot[];
}

/**
 * Which calls concern this tab. An account that another open tab shows is that tab's affair; one that no tab shows
 * (`unattended`) rings everywhere, so that no call is lost.
 */
export function callsOf(
  snapshot: Snapshot,
  tab: TabId,
  account: AccountId | undefined,
  unattended: ReadonlySet<AccountId>,
): TabCalls {
  const concerns = (call: CallSnapshot) => call.account === account || unattended.has(call.account);
  const live = snapshot.calls.filter((call) => call.state !== 'ended');
  return {
    incoming: live.filter((call) => call.state === 'incoming' && concerns(call)),
    own: live.filter((call) => call.state !== 'incoming' && call.owner === tab),
    elsewhere: live.filter((call) => call.state !== 'incoming' && call.owner !== tab && call.account === account),
  };
}

/** The call on the stage: the one chosen, else the one that is not on hold, else the newest. */
export function focusedCall(own: readonly CallSnapshot[], focus: CallId | undefined): CallSnapshot | undefined {
  return own.find((call) => call.id === focus) ?? own.findLast((call) => !call.hold.here) ?? own.at(-1);
}

export function recentsOf(snapshot: Snapshot, account: AccountId | undefined): readonly RecentCall[] {
  return snapshot.recents.filter((call) => call.account === account).sort((a, b) => b.startedAt - a.startedAt);
}

export function missedCount(recents: readonly RecentCall[]): number {
  return recents.filter((call) => !call.seen && isMissed(call)).length;
}
