import type { AccountSnapshot } from '../bridge/index.ts';
import { MID, useMediaQuery, WIDE } from '../components/media-query.ts';
import { Wordmark } from '../components/wordmark.tsx';
import { AccountMenu } from '../features/account/account-menu.tsx';
import { ElsewhereBar, LiveBar } from '../features/call/live-bar.tsx';
import { DialPane } from '../features/dial/dial-pane.tsx';
import type { MicrophonePermission } from '../features/microphone/permission.ts';
import { PeoplePane } from '../features/people/people-pane.tsx';
import { RecentsPane } from '../features/recents/recents-pane.tsx';
import { useUi } from '../store/context.tsx';
import type { Page } from '../store/route.ts';
import { Banners, useSilent } from './banners.tsx';
import { useCalls, useFocusedCall } from './calls.ts';
import { MainNavigation } from './main-navigation.tsx';
import { Stage } from './stage.tsx';

const PANE: Record<Page, () => React.ReactNode> = { keypad: DialPane, calls: RecentsPane, people: PeoplePane };

/**
 * Rail, list and stage side by side where there is room; below that the list gives way to the stage, and on a phone a
 * call covers everything.
 */
export function Shell({
  account,
  permission,
}: {
  readonly account: AccountSnapshot;
  readonly permission: MicrophonePermission;
}) {
  const calls = useCalls();
  const { current, others } = useFocusedCall(calls);
  const page = useUi((state) => state.route.page);
  const selected = useUi((state) => state.route.selection !== undefined);
  const onCall = useUi((state) => state.stage === 'call' && (current !== undefined || state.ended !== undefined));
  const laddered = useUi((state) => state.ladder !== undefined);
  const wide = useMediaQuery(WIDE);
  const mid = useMediaQuery(MID);
  const silent = useSilent();
  const stageOpen = laddered || onCall || selected;
  const covered = !mid && (onCall || laddered);
  const Pane = PANE[page];
  return (
    <div className="flex h-dvh flex-col overflow-hidden">
      <Banners account={account} permission={permission} />
      {current !== undefined && (laddered || !onCall) && <LiveBar call={current} more={others.length} />}
      {calls.elsewhere.map((call) => (
        <ElsewhereBar key={call.id} call={call} />
      ))}
      {!mid && !stageOpen && (
        <header className="flex min-h-14 shrink-0 items-center justify-between px-4">
          <Wordmark />
          <AccountMenu account={account} silent={silent} />
        </header>
      )}
      <div className="flex min-h-0 flex-1 flex-col-reverse mid:flex-row">
        {!covered && (
          <div className="flex shrink-0 border-line border-t bg-canvas mid:w-20 mid:flex-col mid:border-t-0">
            <MainNavigation account={account} page={page} />
            {mid && (
              <div className="mt-auto pb-4">
                <AccountMenu account={account} silent={silent} />
              </div>
            )}
          </div>
        )}
        {(wide || !stageOpen) && (
          <section
            aria-label={LABEL[page]}
            className="min-h-0 flex-1 bg-surface mid:border-line mid:border-l wide:w-[22rem] wide:flex-none"
          >
            <Pane />
          </section>
        )}
        {(wide || stageOpen) && <Stage account={account} wide={wide} onCall={onCall} permission={permission} />}
      </div>
    </div>
  );
}

const LABEL: Record<Page, string> = { keypad: 'Keypad', calls: 'Calls', people: 'People' };
