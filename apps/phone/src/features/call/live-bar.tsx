import { Mic, MicOff, PhoneOff } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import type { CallSnapshot } from '../../bridge/index.ts';
import { IconAction } from '../../components/button.tsx';
import { Name } from '../../components/text.tsx';
import { Timer } from '../../components/timer.tsx';
import { useDirectory, usePhone, useSend } from '../../store/context.tsx';
import { without } from '../../store/ui-store.ts';
import { statusLine } from '../../words/call-words.ts';
import { partyOf } from '../../words/names.ts';

/** A live call never disappears while one looks at something else. */
export function LiveBar({ call, more }: { readonly call: CallSnapshot; readonly more: number }) {
  const send = useSend();
  const { ui } = usePhone();
  const { name } = partyOf(call.remote, useDirectory(call.account));
  const back = () => {
    without(ui, 'ladder');
    ui.setState({ stage: 'call' });
  };
  const line = statusLine(call, name);
  return (
    <section
      aria-label="Current call"
      className="flex min-h-14 shrink-0 animate-slide-down items-center gap-1 bg-accent px-2 text-on-fill"
    >
      <Button
        aria-label="Back to call"
        onPress={back}
        className="flex min-h-11 min-w-0 flex-1 items-center gap-3 rounded-control px-2 text-left -outline-offset-2 data-[hovered]:bg-accent-strong"
      >
        <span className="min-w-0 flex-1 truncate">
          <Name className="font-semibold">{name}</Name>
          {more > 0 && <span> and {more} more</span>}
          {line !== 'Connected' && <span> · {line}</span>}
        </span>
        {call.answeredAt !== undefined && <Timer since={call.answeredAt} className="font-medium" />}
      </Button>
      <IconAction
        label={call.muted ? 'Unmute' : 'Mute'}
        icon={call.muted ? <MicOff size={20} /> : <Mic size={20} />}
        onPress={() => void send({ type: 'mute', call: call.id, on: !call.muted })}
        className="!text-on-fill data-[hovered]:!bg-accent-strong"
      />
      <IconAction
        label="Hang up"
        variant="stop"
        icon={<PhoneOff size={20} />}
        onPress={() => void send({ type: 'hang-up', call: call.id })}
      />
    </section>
  );
}

/** A call of this account that another tab has taken: seen here, spoken there. */
export function ElsewhereBar({ call }: { readonly call: CallSnapshot }) {
  const { name } = partyOf(call.remote, useDirectory(call.account));
  return (
    <section
      aria-label="Call in another tab"
      className="flex min-h-11 shrink-0 items-center gap-3 bg-accent-soft px-4 text-accent-ink"
    >
      <span className="min-w-0 flex-1 truncate">
        In a call with <Name className="font-semibold">{name}</Name> in another tab
      </span>
      {call.answeredAt !== undefined && <Timer since={call.answeredAt} />}
    </section>
  );
}
