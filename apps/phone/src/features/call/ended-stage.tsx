import { SquarePen } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { CallSnapshot } from '../../bridge/index.ts';
import { AfterCall } from '../../components/after-call.tsx';
import { Avatar } from '../../components/avatar.tsx';
import { Action } from '../../components/button.tsx';
import { Details } from '../../components/details.tsx';
import { useLostFocus } from '../../components/lost-focus.ts';
import { Name } from '../../components/text.tsx';
import { useCalling, useLadder } from '../../store/calling.ts';
import { useDirectory, usePhone, useSend } from '../../store/context.tsx';
import { printRoute } from '../../store/route.ts';
import { without } from '../../store/ui-store.ts';
import { domainOf, shownAddress } from '../../words/address.ts';
import { endWords } from '../../words/call-words.ts';
import { partyOf } from '../../words/names.ts';
import { clockText } from '../../words/times.ts';

/** A call that ended well leaves by itself after this time, unless somebody is reading it. */
const LEAVE_MS = 8_000;

/** How the call ended, in one sentence, and what to do next. */
export function EndedStage({ call }: { readonly call: CallSnapshot }) {
  const directory = useDirectory(call.account);
  const { ui } = usePhone();
  const send = useSend();
  const { call: dial } = useCalling();
  const openLadder = useLadder();
  const { name } = partyOf(call.remote, directory);
  const end = call.end ?? { outcome: 'completed', by: 'here' };
  const words = endWords(end, name, domainOf(call.remote.uri));
  const close = () => {
    without(ui, 'ended');
    ui.setState({ stage: 'page' });
    void send({ type: 'dismiss-ended', call: call.id });
  };
  const stage = useLostFocus<HTMLElement>();
  useLeave(stage, words.tone === 'plain' && end.outcome === 'completed', close);
  const edit = () => {
    close();
    ui.setState({ draft: shownAddress(call.remote.uri, directory.domain) });
    location.hash = printRoute({ page: 'keypad' });
  };
  return (
    <section
      ref={stage}
      tabIndex={-1}
      aria-label="Call ended"
      className="flex min-h-full animate-appear flex-col items-center justify-center gap-3 px-6 py-10 text-center outline-none"
    >
      <span className="opacity-70">
        <Avatar name={name} size="huge" />
      </span>
      {!words.headline.includes(name) && (
        <p className="max-w-full break-words font-medium text-20">
          <Name>{name}</Name>
        </p>
      )}
      <h2 className={`max-w-96 break-words font-semibold text-20 ${words.tone === 'error' ? 'text-stop-ink' : ''}`}>
        {words.headline}
      </h2>
      {words.hint !== undefined && <p className="max-w-96 text-16 text-quiet">{words.hint}</p>}
      {call.answeredAt !== undefined && call.endedAt !== undefined && (
        <p className="tabular text-quiet">{clockText(call.endedAt - call.answeredAt)}</p>
      )}
      <div className="mt-3">
        <AfterCall
          onCall={words.action === 'none' ? undefined : () => dial(call.remote.uri, call.remote.displayName)}
          onLadder={() => openLadder(call)}
        >
          {words.action === 'edit-number' && (
            <Action onPress={edit}>
              <SquarePen aria-hidden="true" size={18} />
              Edit number
            </Action>
          )}
          <Action onPress={close}>Done</Action>
        </AfterCall>
      </div>
      <Details status={end.status} detail={end.detail ?? end.mediaError} callId={call.sipCallId} />
    </section>
  );
}

function useLeave(stage: React.RefObject<HTMLElement | null>, leaves: boolean, close: () => void) {
  const run = useRef(close);
  run.current = close;
  useEffect(() => {
    if (!leaves) return;
    const timer = setInterval(() => {
      // The focus on the whole is only where it fell to; on a button in it somebody is at work.
      const busy = stage.current?.matches(':hover, :has(:focus)') ?? false;
      if (!busy) run.current();
    }, LEAVE_MS);
    return () => clearInterval(timer);
  }, [leaves, stage]);
}
