import { useEffect, useRef } from 'react';
import type { CallId, CallSnapshot } from '../bridge/index.ts';
import { usePhone, useSnapshot, useUi } from '../store/context.tsx';
import { directoryOf, type TabCalls } from '../store/selectors.ts';
import { say } from '../store/ui-store.ts';
import { endWords } from '../words/call-words.ts';
import { partyOf } from '../words/names.ts';

/** The two live regions: one that interrupts, for a call that rings, and one that waits its turn. */
export function Announcer({ calls }: { readonly calls: TabCalls }) {
  const { text, urgent, count } = useUi((state) => state.said);
  useNews(calls);
  // The same words said twice must be a new node to be read twice.
  return (
    <div className="sr-only" data-live-announcer="true">
      <div aria-live="polite">{!urgent && <span key={count}>{text}</span>}</div>
      <div aria-live="assertive">{urgent && <span key={count}>{text}</span>}</div>
    </div>
  );
}

function useNews({ incoming }: TabCalls) {
  const { bridge, ui } = usePhone();
  const snapshot = useSnapshot();
  const told = useRef(new Set<CallId>());
  const over = useRef<Set<CallId>>(undefined);
  const ringing = useRef<CallId>(undefined);
  useEffect(() => {
    const nameOf = (call: CallSnapshot) => partyOf(call.remote, directoryOf(snapshot, call.account)).name;
    // Answered, declined or gone: who goes through the page later must not find it still ringing.
    if (ringing.current !== undefined && !incoming.some((call) => call.id === ringing.current)) {
      ringing.current = undefined;
      if (ui.getState().said.urgent) say(ui, '', true);
    }
    for (const call of incoming) {
      if (told.current.has(call.id)) continue;
      told.current.add(call.id);
      ringing.current = call.id;
      say(ui, `Incoming call from ${nameOf(call)}, Control Shift S to answer`, true);
    }
    const ended = snapshot.calls.filter((call) => call.state === 'ended' && call.owner === bridge.tab);
    // What was over when the page came is no news.
    over.current ??= new Set(ended.map((call) => call.id));
    for (const call of ended) {
      if (over.current.has(call.id) || call.end === undefined) continue;
      over.current.add(call.id);
      const { headline } = endWords(call.end, nameOf(call));
      // The notice is an alert: said by itself.
      if (ui.getState().stage === 'page') ui.setState({ notice: `${nameOf(call)}: ${headline}` });
      else say(ui, headline);
    }
  }, [snapshot, incoming, bridge, ui]);
}
