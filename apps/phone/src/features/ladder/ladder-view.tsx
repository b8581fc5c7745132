import { Check, Copy, X } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Snapshot } from '../../bridge/index.ts';
import { IconAction } from '../../components/button.tsx';
import { Name } from '../../components/text.tsx';
import { useDirectory, usePhone, useSnapshot, useTrace } from '../../store/context.tsx';
import { type LadderSubject, without } from '../../store/ui-store.ts';
import { type Directory, partyOf } from '../../words/names.ts';
import { explain } from './explain.ts';
import { LadderRow } from './ladder-row.tsx';
import { ladderText } from './ladder-text.ts';
import { type Far, gatewayDuty, laneName } from './lane-words.ts';
import { MessagePanel } from './message-panel.tsx';
import { type ArrowRow, buildLadder, type LadderInput, type Lane } from './rows.ts';

/** Every message of one call, or of one registration, as an arrow between those who exchange it; new ones appear as they happen. */
export function LadderView({ subject }: { readonly subject: LadderSubject }) {
  const { ui } = usePhone();
  const snapshot = useSnapshot();
  const directory = useDirectory(subject.account);
  const entries = useTrace(subject.sipCallId);
  const asked = useWatch(subject);
  const [chosen, setChosen] = useState<string>();
  const facts = callFacts(snapshot, subject);
  const ladder = useMemo(() => buildLadder({ entries, self: subject.account, ...facts }), [entries, subject, facts]);
  const arrows = ladder.rows.filter((row): row is ArrowRow => row.kind === 'arrow');
  const row = arrows.find((one) => one.key === chosen);
  const nameOf = (lane: Lane) =>
    laneName(lane, directory, { own: subject.account, remote: subject.remote, far: facts.far });
  const list = useStayAtEnd(ladder.rows.length);
  // Below the list the panel takes half its height: what was chosen must not vanish behind it.
  useEffect(() => {
    if (chosen !== undefined)
      void list.current?.querySelector('[aria-expanded="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen, list]);
  return (
    <section aria-label="What happens underneath" className="flex h-full min-h-0 animate-appear flex-col">
      <header className="flex min-h-14 shrink-0 items-center gap-3 border-line border-b py-1 pr-2 pl-4">
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold text-16">What happens underneath</h2>
          <p className="truncate text-12 text-quiet">
            <Title subject={subject} directory={directory} />
            {ladder.rows.length > 0 &&
              (ladder.source === 'gateway' ? ' · as the gateway sees it' : ' · as this phone sees it')}
          </p>
        </div>
        {arrows.length > 0 && <CopyText text={() => ladderText(ladder, nameOf)} />}
        <IconAction label="Close" icon={<X size={20} />} onPress={() => without(ui, 'ladder')} />
      </header>
      <div className="flex min-h-0 flex-1 flex-col wide:flex-row">
        <div ref={list} className="scroll-quiet min-h-0 min-w-0 flex-1 overflow-x-auto">
          {ladder.rows.length === 0 ? (
            <Nothing asked={asked} live={facts.live} />
          ) : (
            <div style={{ minWidth: `${56 + ladder.lanes.length * 104}px` }} className="relative pb-6">
              <LaneHeads lanes={ladder.lanes} nameOf={nameOf} duty={gatewayDuty(ladder.lanes, directory)} />
              <ol aria-label="Messages" className="relative pr-3 pl-14">
                <LaneLines count={ladder.lanes.length} />
                {ladder.rows.map((one) => (
                  <LadderRow
                    key={one.key}
                    row={one}
                    lanes={ladder.lanes}
                    nameOf={nameOf}
                    chosen={one.key === chosen}
                    onChoose={() => setChosen(one.key === chosen ? undefined : one.key)}
                  />
                ))}
              </ol>
            </div>
          )}
        </div>
        {row !== undefined && (
          <MessagePanel
            row={row}
            from={nameOfIndex(ladder.lanes, row.from, nameOf)}
            to={nameOfIndex(ladder.lanes, row.to, nameOf)}
            explanation={explain(row.entry, { before: arrows.slice(0, arrows.indexOf(row)).map((one) => one.entry) })}
            onClose={() => setChosen(undefined)}
          />
        )}
      </div>
    </section>
  );
}

/** Copies the ladder as it is now, to be pasted where text is read. */
function CopyText({ text }: { readonly text: () => string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    const copied = await navigator.clipboard?.writeText(text()).then(
      () => true,
      () => false,
    );
    setDone(copied ?? false);
  };
  return (
    <IconAction
      label={done ? 'Copied' : 'Copy as text'}
      icon={done ? <Check size={18} className="text-go-ink" /> : <Copy size={18} />}
      onPress={copy}
      onBlur={() => setDone(false)}
    />
  );
}

function Title({ subject, directory }: { readonly subject: LadderSubject; readonly directory: Directory }) {
  if (subject.remote === undefined) return 'Registration';
  return (
    <>
      Call with <Name>{partyOf(subject.remote, directory).name}</Name>
    </>
  );
}

interface LaneHeadsProps {
  readonly lanes: readonly Lane[];
  readonly nameOf: (lane: Lane) => string;
  readonly duty: string;
}

function LaneHeads({ lanes, nameOf, duty }: LaneHeadsProps) {
  return (
    <div className="sticky top-0 z-10 bg-stage pr-3 pl-14">
      <ul
        aria-label="Who takes part"
        className="grid auto-cols-fr grid-flow-col items-end border-line border-b py-2 text-center"
      >
        {lanes.map((lane) => (
          <li key={lane.key} data-lane={lane.role} className="min-w-0 px-1">
            <span className="line-clamp-2 break-words font-semibold text-12 mid:text-14">
              <Name>{nameOf(lane)}</Name>
            </span>
            <span className="tabular block truncate text-12 text-quiet" title={lane.detail}>
              {lane.detail || (lane.role === 'gateway' ? duty : 'this phone')}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function LaneLines({ count }: { readonly count: number }) {
  return (
    <span aria-hidden="true" className="absolute inset-y-0 right-3 left-14 grid auto-cols-fr grid-flow-col">
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are nothing but their number
        <span key={index} className="mx-auto h-full w-px bg-line" />
      ))}
    </span>
  );
}

function Nothing({ asked, live }: { readonly asked: boolean; readonly live: boolean }) {
  return (
    <p className="px-6 py-16 text-center text-quiet">
      {asked && !live ? 'The messages of this call are not kept any more.' : 'Waiting for the first message…'}
    </p>
  );
}

function nameOfIndex(lanes: readonly Lane[], index: number, nameOf: (lane: Lane) => string): string {
  const lane = lanes[index];
  return lane === undefined ? '' : nameOf(lane);
}

type Facts = Omit<LadderInput, 'entries' | 'self'> & { readonly live: boolean; readonly far?: Far };

/** What the snapshot knows of the subject besides its messages: whether media flows, and since when. */
function callFacts(snapshot: Snapshot, { account, sipCallId }: LadderSubject): Facts {
  const gateway = snapshot.accounts.some((one) => one.id === account && one.gateway);
  const matches = (one: { account: string; sipCallId: string }) =>
    one.account === account && one.sipCallId === sipCallId;
  const call = snapshot.calls.find(matches);
  if (call !== undefined)
    return { gateway, media: call.media, over: call.state === 'ended', live: call.state !== 'ended', far: farOf(call) };
  const past = snapshot.recents.find(matches);
  const live = sipCallId === 'registration';
  // The history keeps no moment for the media; the answer is the nearest it has.
  if (past === undefined) return { gateway, live };
  const far = farOf(past);
  return past.answeredAt === undefined
    ? { gateway, live, far }
    : { gateway, live, far, media: { state: 'connected', since: past.answeredAt }, over: true };
}

function farOf({ direction }: { readonly direction: 'outgoing' | 'incoming' }): Far {
  return direction === 'outgoing' ? 'callee' : 'caller';
}

/** Keeps the flow of messages open while the ladder is on the screen; true once the engine has answered. */
function useWatch({ account, sipCallId }: LadderSubject): boolean {
  const { bridge } = usePhone();
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    setAsked(false);
    let gone = false;
    void bridge.send({ type: 'watch-trace', account, sipCallId }).then(() => {
      if (!gone) setAsked(true);
    });
    return () => {
      gone = true;
      void bridge.send({ type: 'unwatch-trace', sipCallId });
    };
  }, [bridge, account, sipCallId]);
  return asked;
}

/** New arrows stay in sight, unless somebody has scrolled up to read. */
function useStayAtEnd(count: number) {
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const element = list.current;
    if (element === null) return;
    const note = () => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
    };
    element.addEventListener('scroll', note, { passive: true });
    return () => element.removeEventListener('scroll', note);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new row is what moves the end
  useEffect(() => {
    if (atEnd.current) void list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [count]);
  return list;
}
