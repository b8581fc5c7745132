import { Pause, Phone, PhoneOff } from 'lucide-react';
import { useId } from 'react';
import type { CallSnapshot } from '../../bridge/index.ts';
import { Avatar } from '../../components/avatar.tsx';
import { Action } from '../../components/button.tsx';
import { Name } from '../../components/text.tsx';
import { useDirectory, useSend, useSnapshot } from '../../store/context.tsx';
import { shownAddress } from '../../words/address.ts';
import { partyOf } from '../../words/names.ts';

export interface IncomingCardsProps {
  readonly calls: readonly CallSnapshot[];
  /** True while this tab is in a call: the new one waits, and answering holds the other. */
  readonly inCall: boolean;
}

/**
 * Calls that ring. Not modal, and the focus stays where it is: somebody who types must not answer by accident.
 * F6 or the shortcut leads here.
 */
export function IncomingCards({ calls, inCall }: IncomingCardsProps) {
  if (calls.length === 0) return null;
  return (
    // Above menus and dialogs, which otherwise hide from screen readers what is outside them.
    <div
      data-react-aria-top-layer="true"
      className={`safe-bottom pointer-events-none fixed inset-x-0 z-30 flex flex-col items-center gap-3 px-3 [--safe-gap:12px] mid:top-4 mid:bottom-auto ${inCall ? 'top-4' : 'bottom-0'}`}
    >
      {calls.map((call) => (
        <IncomingCard key={call.id} call={call} inCall={inCall} />
      ))}
    </div>
  );
}

function IncomingCard({ call, inCall }: { readonly call: CallSnapshot; readonly inCall: boolean }) {
  const send = useSend();
  const about = useId();
  const { accounts } = useSnapshot();
  const party = partyOf(call.remote, useDirectory(call.account));
  const answer = () => void send({ type: 'answer', call: call.id, holdOthers: inCall });
  const line =
    accounts.length > 1
      ? `for ${accounts.find((one) => one.id === call.account)?.displayName || shownAddress(call.account)}`
      : '';
  return (
    <div
      role="alertdialog"
      aria-modal="false"
      aria-label={`Incoming call from ${party.name}`}
      aria-describedby={about}
      data-incoming
      className="pointer-events-auto w-full max-w-[26rem] animate-slide-down rounded-card border border-line bg-raised p-4 shadow-card"
    >
      <div className="flex items-center gap-4">
        <span className="relative grid shrink-0 place-items-center">
          <span aria-hidden="true" className="absolute size-14 animate-pulse-ring rounded-full bg-go-soft" />
          <span className="relative">
            <Avatar name={party.name} size="row" />
          </span>
        </span>
        <div id={about} className="min-w-0 flex-1">
          <p className="text-12 text-quiet">
            {inCall ? 'Another call' : 'Incoming call'} {line}
          </p>
          <p className="line-clamp-2 break-words text-left font-semibold text-16">
            <Name>{party.name}</Name>
          </p>
          {party.address !== '' && (
            <p className="tabular truncate text-12 text-quiet">
              <bdi dir="ltr">{party.address}</bdi>
            </p>
          )}
        </div>
      </div>
      <div className="mt-4 flex justify-between gap-8">
        <Action variant="stop" onPress={() => void send({ type: 'decline', call: call.id })}>
          <PhoneOff aria-hidden="true" size={18} />
          Decline
        </Action>
        <Action variant="go" onPress={answer}>
          {inCall ? <Pause aria-hidden="true" size={18} /> : <Phone aria-hidden="true" size={18} />}
          {inCall ? 'Hold and answer' : 'Answer'}
        </Action>
      </div>
    </div>
  );
}
