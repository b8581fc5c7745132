import { Clock3, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { RecentCall } from '../../bridge/index.ts';
import { Action, IconAction } from '../../components/button.tsx';
import { useNow } from '../../components/now.ts';
import { PersonRow } from '../../components/person-row.tsx';
import { Empty, Heading } from '../../components/text.tsx';
import { useCalling } from '../../store/calling.ts';
import { useAccount, useDirectory, useSend, useSnapshot, useUi } from '../../store/context.tsx';
import { printRoute } from '../../store/route.ts';
import { missedCount, recentsOf } from '../../store/selectors.ts';
import { recentWords } from '../../words/call-words.ts';
import { type Directory, partyOf } from '../../words/names.ts';
import { clockText, whenText } from '../../words/times.ts';
import { OutcomeIcon } from './outcome-icon.tsx';

export function RecentsPane() {
  const snapshot = useSnapshot();
  const account = useAccount();
  const directory = useDirectory();
  const send = useSend();
  const recents = recentsOf(snapshot, account?.id);
  const missed = missedCount(recents);
  useEffect(() => {
    if (missed > 0) void send({ type: 'recents-seen' });
  }, [missed, send]);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Heading action={recents.length > 0 && <ClearAll />}>Calls</Heading>
      <ul aria-label="Recent calls" className="scroll-quiet min-h-0 flex-1 px-2 pb-4">
        {recents.map((call) => (
          <RecentRow key={call.id} call={call} directory={directory} />
        ))}
        {recents.length === 0 && (
          <li>
            <Empty icon={<Clock3 size={24} />} title="No calls yet">
              Calls you make and get are listed here, with what became of them.
            </Empty>
          </li>
        )}
      </ul>
    </div>
  );
}

function RecentRow({ call, directory }: { readonly call: RecentCall; readonly directory: Directory }) {
  const now = useNow(60_000);
  const selection = useUi((state) => state.route.selection);
  const { call: dial } = useCalling();
  const { name } = partyOf(call.remote, directory);
  const { kind, text } = recentWords(call);
  const length = call.answeredAt === undefined ? '' : ` · ${clockText(call.endedAt - call.answeredAt)}`;
  return (
    <PersonRow
      name={name}
      href={printRoute({ page: 'calls', selection: { kind: 'recent', id: call.id } })}
      current={selection?.kind === 'recent' && selection.id === call.id}
      strong={kind === 'missed'}
      detail={
        <>
          <OutcomeIcon kind={kind} />
          <span className={`truncate ${kind === 'missed' ? 'text-stop-ink' : ''}`}>
            {text}
            {length}
          </span>
        </>
      }
      aside={whenText(call.startedAt, now)}
      onCall={() => dial(call.remote.uri, call.remote.displayName)}
    />
  );
}

function ClearAll() {
  const send = useSend();
  const [asking, setAsking] = useState(false);
  if (!asking)
    return <IconAction label="Delete all calls" icon={<Trash2 size={18} />} onPress={() => setAsking(true)} />;
  return (
    <span className="flex gap-1">
      <Action
        variant="danger"
        autoFocus
        onPress={() => void send({ type: 'delete-recent', id: 'all' }).then(() => setAsking(false))}
      >
        Delete all
      </Action>
      <Action onPress={() => setAsking(false)}>Keep</Action>
    </span>
  );
}
