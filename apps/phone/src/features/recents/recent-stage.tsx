import { Trash2, UserPlus } from 'lucide-react';
import type { RecentCall } from '../../bridge/index.ts';
import { AfterCall } from '../../components/after-call.tsx';
import { Avatar } from '../../components/avatar.tsx';
import { Action } from '../../components/button.tsx';
import { Copy } from '../../components/copy.tsx';
import { Details } from '../../components/details.tsx';
import { BigName } from '../../components/text.tsx';
import { useCalling, useLadder } from '../../store/calling.ts';
import { useDirectory, useSend, useSnapshot } from '../../store/context.tsx';
import { printRoute } from '../../store/route.ts';
import { recentsOf } from '../../store/selectors.ts';
import { domainOf, sameAddress, shownAddress } from '../../words/address.ts';
import { endWords, recentWords } from '../../words/call-words.ts';
import { partyOf } from '../../words/names.ts';
import { clockText, fullTimeText } from '../../words/times.ts';
import { OutcomeIcon } from './outcome-icon.tsx';

/** One call of the history: what became of it, and everything one can do about it. */
export function RecentStage({ call }: { readonly call: RecentCall }) {
  const directory = useDirectory();
  const snapshot = useSnapshot();
  const send = useSend();
  const { call: dial } = useCalling();
  const openLadder = useLadder();
  const { name } = partyOf(call.remote, directory);
  const words = endWords(call.end, name, domainOf(call.remote.uri));
  const { kind } = recentWords(call);
  const unknown = !snapshot.contacts.some((one) => sameAddress(one.address, call.remote.uri, directory.domain));
  const others = recentsOf(snapshot, call.account)
    .filter((one) => one.id !== call.id && one.remote.uri === call.remote.uri)
    .slice(0, 5);
  return (
    <div className="mx-auto flex min-h-full max-w-[32rem] animate-appear flex-col items-center justify-center gap-3 px-6 py-10 text-center">
      <Avatar name={name} size="huge" />
      <BigName>{name}</BigName>
      <p className="text-16">
        <span className="mr-2 inline-block align-middle">
          <OutcomeIcon kind={kind} size={18} />
        </span>
        {words.headline}
      </p>
      <p className="text-quiet">
        {fullTimeText(call.startedAt)}
        {call.answeredAt !== undefined && `, ${clockText(call.endedAt - call.answeredAt)}`}
      </p>
      <Copy text={call.remote.uri} />
      <AfterCall onCall={() => dial(call.remote.uri, call.remote.displayName)} onLadder={() => openLadder(call)} />
      <div className="flex flex-wrap justify-center gap-2">
        {unknown && (
          <Action
            variant="quiet"
            onPress={() => {
              const id = shownAddress(call.remote.uri, directory.domain);
              location.hash = printRoute({ page: 'people', selection: { kind: 'new', id } });
            }}
          >
            <UserPlus aria-hidden="true" size={18} />
            Add to contacts
          </Action>
        )}
        <Action variant="danger" onPress={() => void send({ type: 'delete-recent', id: call.id })}>
          <Trash2 aria-hidden="true" size={18} />
          Delete
        </Action>
      </div>
      <Details status={call.end.status} detail={call.end.detail} callId={call.sipCallId} />
      {others.length > 0 && (
        <section aria-label={`Other calls with ${name}`} className="mt-4 w-full text-left">
          <h3 className="pb-1 font-medium text-12 text-quiet">Other calls</h3>
          <ul>
            {others.map((one) => (
              <li key={one.id} className="flex min-h-9 items-center gap-3 border-line border-t text-quiet">
                <OutcomeIcon kind={recentWords(one).kind} />
                <span className="flex-1">{recentWords(one).text}</span>
                <span className="tabular">{fullTimeText(one.startedAt)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
