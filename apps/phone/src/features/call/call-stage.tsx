import { ChevronLeft, Grip, ListTree, Mic, MicOff, Pause, PhoneOff, Play } from 'lucide-react';
import type { CallSnapshot } from '../../bridge/index.ts';
import { Action, IconAction } from '../../components/button.tsx';
import { CallControl } from '../../components/call-control.tsx';
import { DialPad } from '../../components/dial-pad.tsx';
import { useLostFocus } from '../../components/lost-focus.ts';
import { BigName, Name } from '../../components/text.tsx';
import { Timer } from '../../components/timer.tsx';
import { useCalling, useLadder } from '../../store/calling.ts';
import { useDirectory, usePhone, useSend, useUi } from '../../store/context.tsx';
import { statusLine } from '../../words/call-words.ts';
import { type Party, partyOf } from '../../words/names.ts';
import { useTouchTone } from './digits.ts';
import { OtherCalls } from './other-calls.tsx';
import { Portrait } from './portrait.tsx';

export interface CallStageProps {
  readonly call: CallSnapshot;
  readonly others: readonly CallSnapshot[];
  /** Set while the browser asks for the microphone. */
  readonly hint?: string | undefined;
}

/** The live call: who, how it stands, and what one can do, always at the same places. */
export function CallStage({ call, others, hint }: CallStageProps) {
  const directory = useDirectory(call.account);
  const { ui } = usePhone();
  const party = partyOf(call.remote, directory);
  const keypad = useUi((state) => state.callKeypad) && call.state === 'connected';
  const openLadder = useLadder();
  const stage = useLostFocus<HTMLElement>();
  return (
    <section
      ref={stage}
      tabIndex={-1}
      aria-label={`Call with ${party.name}`}
      className="flex h-full min-h-0 animate-appear flex-col outline-none"
    >
      <div className="flex shrink-0 items-center justify-between gap-2 p-3">
        <span className="wide:invisible">
          <IconAction
            label="Browse during the call"
            icon={<ChevronLeft size={22} />}
            onPress={() => ui.setState({ stage: 'page' })}
          />
        </span>
        <Action variant="plain" onPress={() => openLadder(call)}>
          <ListTree aria-hidden="true" size={18} />
          What happens underneath
        </Action>
      </div>
      <OtherCalls current={call} others={others} />
      <div className="flex min-h-0 flex-1 flex-col items-center justify-center gap-4 overflow-y-auto px-6 py-4 text-center">
        {keypad ? <CallKeypad call={call} party={party} /> : <Who call={call} party={party} hint={hint} />}
      </div>
      <Controls call={call} keypad={keypad} />
    </section>
  );
}

function Who({
  call,
  party,
  hint,
}: {
  readonly call: CallSnapshot;
  readonly party: Party;
  readonly hint: string | undefined;
}) {
  return (
    <>
      <Portrait call={call} name={party.name} />
      <BigName>{party.name}</BigName>
      {party.address !== '' && (
        <bdi dir="ltr" className="tabular -mt-3 max-w-full truncate text-16 text-quiet">
          {party.address}
        </bdi>
      )}
      <StatusLine call={call} name={party.name} />
      {hint !== undefined && <p className="max-w-80 text-quiet">{hint}</p>}
    </>
  );
}

function StatusLine({ call, name }: { readonly call: CallSnapshot; readonly name: string }) {
  const line = statusLine(call, name);
  const warn = call.state === 'connected' && line !== 'Connected';
  return (
    <div className="flex min-h-9 flex-wrap items-center justify-center gap-x-3">
      {call.answeredAt !== undefined && <Timer since={call.answeredAt} className="text-20" />}
      <span role="status" className={warn ? 'rounded-full bg-warn-soft px-3 py-1 text-warn-ink' : 'text-16 text-quiet'}>
        {line}
      </span>
      {call.muted && <span className="rounded-full bg-control px-3 py-1">You are muted</span>}
    </div>
  );
}

function CallKeypad({ call, party }: { readonly call: CallSnapshot; readonly party: Party }) {
  const digits = useUi((state) => state.digits);
  const press = useTouchTone(call);
  return (
    <>
      <div className="flex w-full flex-col items-center gap-1">
        <Name className="max-w-full truncate font-medium text-16">{party.name}</Name>
        <StatusLine call={call} name={party.name} />
        <output aria-label="Digits sent" className="tabular min-h-7 max-w-72 truncate text-20 [direction:rtl]">
          <bdi dir="ltr">{digits}</bdi>
        </output>
      </div>
      <DialPad label="Call keypad" onDigit={press} />
    </>
  );
}

function Controls({ call, keypad }: { readonly call: CallSnapshot; readonly keypad: boolean }) {
  const { ui } = usePhone();
  const send = useSend();
  const { hold } = useCalling();
  const connected = call.state === 'connected';
  return (
    <div className="safe-bottom shrink-0 px-4 pt-2 [--safe-gap:24px]">
      <div className="mx-auto grid max-w-72 grid-cols-3 justify-items-center gap-y-3 mid:flex mid:max-w-none mid:justify-center mid:gap-4">
        <CallControl
          label={call.muted ? 'Unmute' : 'Mute'}
          icon={call.muted ? <MicOff size={24} /> : <Mic size={24} />}
          on={call.muted}
          onPress={() => void send({ type: 'mute', call: call.id, on: !call.muted })}
        />
        <CallControl
          label={call.hold.here ? 'Resume' : 'Hold'}
          icon={call.hold.here ? <Play size={24} /> : <Pause size={24} />}
          on={call.hold.here}
          disabled={!connected}
          onPress={() => void hold(call, !call.hold.here)}
        />
        <CallControl
          label="Keypad"
          icon={<Grip size={24} />}
          on={keypad}
          expanded={keypad}
          disabled={!connected}
          onPress={() => ui.setState({ callKeypad: !keypad })}
        />
        <span className="col-span-3 mid:ml-6">
          <CallControl
            label="Hang up"
            icon={<PhoneOff size={24} />}
            stop
            disabled={call.state === 'ending'}
            onPress={() => void send({ type: 'hang-up', call: call.id })}
          />
        </span>
      </div>
    </div>
  );
}
