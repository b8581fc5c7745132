import { ArrowLeftRight } from 'lucide-react';
import type { CallSnapshot } from '../../bridge/index.ts';
import { Avatar } from '../../components/avatar.tsx';
import { Action } from '../../components/button.tsx';
import { Name } from '../../components/text.tsx';
import { useCalling } from '../../store/calling.ts';
import { useDirectory } from '../../store/context.tsx';
import { statusLine } from '../../words/call-words.ts';
import { partyOf } from '../../words/names.ts';

export interface OtherCallsProps {
  readonly current: CallSnapshot;
  readonly others: readonly CallSnapshot[];
}

/** Calls of this tab that wait while another is on the stage. */
export function OtherCalls({ current, others }: OtherCallsProps) {
  const { swap } = useCalling();
  if (others.length === 0) return null;
  return (
    <ul aria-label="Other calls" className="mx-auto flex w-full max-w-[28rem] shrink-0 flex-col gap-2 px-4">
      {others.map((call) => (
        <Waiting key={call.id} call={call} onSwap={() => void swap(current, call)} />
      ))}
    </ul>
  );
}

function Waiting({ call, onSwap }: { readonly call: CallSnapshot; readonly onSwap: () => void }) {
  const { name } = partyOf(call.remote, useDirectory(call.account));
  return (
    <li className="flex min-h-14 items-center gap-3 rounded-card bg-raised px-3 shadow-card">
      <Avatar name={name} />
      <span className="min-w-0 flex-1">
        <Name className="block truncate text-left font-medium">{name}</Name>
        <span className="block truncate text-left text-12 text-quiet">
          {call.hold.here ? 'On hold' : statusLine(call, name)}
        </span>
      </span>
      <Action variant="quiet" onPress={onSwap}>
        <ArrowLeftRight aria-hidden="true" size={18} />
        Swap
      </Action>
    </li>
  );
}
