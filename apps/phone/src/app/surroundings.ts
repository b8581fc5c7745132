import { useEffect, useRef } from 'react';
import type { CallId } from '../bridge/index.ts';
import { useNow } from '../components/now.ts';
import { useSounds } from '../sounds/sounds-context.ts';
import { endTone, wantedLoop } from '../sounds/wanted.ts';
import { useAccount, usePhone, useSnapshot } from '../store/context.tsx';
import { directoryOf, missedCount, recentsOf, type TabCalls } from '../store/selectors.ts';
import { partyOf } from '../words/names.ts';
import { useFocusedCall } from './calls.ts';
import { titleText } from './title.ts';

export function useTitle(calls: TabCalls): void {
  const now = useNow();
  const snapshot = useSnapshot();
  const account = useAccount()?.id;
  const { current } = useFocusedCall(calls);
  const nameOf = (call: typeof current) =>
    call === undefined ? '' : partyOf(call.remote, directoryOf(snapshot, call.account)).name;
  const [ringing] = calls.incoming;
  const title = titleText({
    incoming: ringing === undefined ? undefined : nameOf(ringing),
    call: current,
    name: nameOf(current),
    missed: missedCount(recentsOf(snapshot, account)),
    now,
  });
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** Reloading or closing a page that holds a call asks first; what has been cut then is offered again on the next page. */
export function useLeaveGuard(inCall: boolean): void {
  useEffect(() => {
    if (!inCall) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [inCall]);
}

const RINGER_LOCK = 'ringback-ringer';

export function useSoundsOfCalls(calls: TabCalls): void {
  const sounds = useSounds();
  const wanted = wantedLoop(calls);
  useEffect(() => {
    if (sounds === undefined || wanted === undefined) return;
    if (wanted !== 'ring' || navigator.locks === undefined) return sounds.loop(wanted);
    return ringAlone(navigator.locks, () => sounds.loop('ring'));
  }, [sounds, wanted]);
  useEndTone();
}

/** Of all tabs that ring, the one that holds the lock is heard; when it goes, the next takes over. */
function ringAlone(locks: LockManager, start: () => () => void): () => void {
  const over = new AbortController();
  let stop = () => {};
  const heard = () =>
    new Promise<void>((resolve) => {
      if (over.signal.aborted) return resolve();
      const silence = start();
      stop = () => {
        silence();
        resolve();
      };
    });
  locks.request(RINGER_LOCK, { signal: over.signal }, heard).catch(() => undefined);
  return () => {
    over.abort();
    stop();
  };
}

function useEndTone(): void {
  const { bridge } = usePhone();
  const { calls } = useSnapshot();
  const sounds = useSounds();
  const known = useRef<Set<CallId>>(undefined);
  useEffect(() => {
    const ended = calls.filter((call) => call.state === 'ended' && call.owner === bridge.tab);
    const fresh = known.current === undefined ? [] : ended.filter((call) => known.current?.has(call.id) === false);
    known.current = new Set([...(known.current ?? []), ...ended.map((call) => call.id)]);
    const tone = endTone(fresh.at(-1)?.end);
    if (tone !== undefined) sounds?.play(tone);
  }, [calls, bridge, sounds]);
}
