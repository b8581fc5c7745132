import { ChevronLeft } from 'lucide-react';
import { lazy, Suspense } from 'react';
import type { AccountSnapshot } from '../bridge/index.ts';
import { CallStage } from '../features/call/call-stage.tsx';
import { EndedStage } from '../features/call/ended-stage.tsx';
import { type MicrophonePermission, usePermission } from '../features/microphone/permission.ts';
import { ContactForm } from '../features/people/contact-form.tsx';
import { ContactStage, PersonStage } from '../features/people/person-stage.tsx';
import { RecentStage } from '../features/recents/recent-stage.tsx';
import { useDirectory, useSnapshot, useUi } from '../store/context.tsx';
import { printRoute, type Selection } from '../store/route.ts';
import { useCalls, useFocusedCall } from './calls.ts';
import { HomeStage } from './home-stage.tsx';

/** The ladder is for the curious: it comes when it is asked for. */
const LadderView = lazy(() =>
  import('../features/ladder/ladder-view.tsx').then((module) => ({ default: module.LadderView })),
);

export interface StageProps {
  readonly account: AccountSnapshot;
  readonly wide: boolean;
  readonly onCall: boolean;
  readonly permission: MicrophonePermission;
}

export function Stage({ account, wide, onCall, permission }: StageProps) {
  const selection = useUi((state) => state.route.selection);
  const page = useUi((state) => state.route.page);
  const ladder = useUi((state) => state.ladder);
  const back = !wide && !onCall && ladder === undefined;
  return (
    <main className="flex min-h-0 min-w-0 flex-1 flex-col bg-stage mid:border-line mid:border-l">
      {back && (
        <a
          href={printRoute({ page })}
          className="m-2 flex min-h-11 items-center gap-1 self-start rounded-control px-3 font-medium text-accent-ink hover:bg-hover"
        >
          <ChevronLeft aria-hidden="true" size={20} />
          Back
        </a>
      )}
      <div className="scroll-quiet min-h-0 flex-1">
        {ladder !== undefined ? (
          <Suspense fallback={null}>
            <LadderView key={`${ladder.account} ${ladder.sipCallId}`} subject={ladder} />
          </Suspense>
        ) : onCall ? (
          <OnCall permission={permission} />
        ) : selection !== undefined ? (
          <Selected selection={selection} />
        ) : (
          <HomeStage account={account} />
        )}
      </div>
    </main>
  );
}

function OnCall({ permission }: { readonly permission: MicrophonePermission }) {
  const asking = usePermission(permission) === 'prompt';
  const { current, others } = useFocusedCall(useCalls());
  const ended = useUi((state) => state.ended);
  if (current !== undefined) {
    const opening = current.state === 'dialing' || current.state === 'answering';
    return <CallStage key={current.id} call={current} others={others} hint={asking && opening ? ALLOW : undefined} />;
  }
  return ended === undefined ? null : <EndedStage key={ended.id} call={ended} />;
}

const ALLOW = 'Choose “Allow” when your browser asks for the microphone.';

function Selected({ selection }: { readonly selection: Selection }) {
  const snapshot = useSnapshot();
  const { people } = useDirectory();
  const { kind, id } = selection;
  const contact = snapshot.contacts.find((one) => one.id === id);
  switch (kind) {
    case 'person': {
      const person = people.find((one) => one.aor === id);
      return person === undefined ? <Gone /> : <PersonStage person={person} />;
    }
    case 'contact':
      return contact === undefined ? <Gone /> : <ContactStage key={id} contact={contact} />;
    case 'edit':
      return contact === undefined ? <Gone /> : <ContactForm key={id} contact={contact} />;
    case 'new':
      return <ContactForm key={`new ${id}`} address={id} />;
    case 'recent': {
      const call = snapshot.recents.find((one) => one.id === id);
      return call === undefined ? <Gone /> : <RecentStage key={id} call={call} />;
    }
  }
}

function Gone() {
  return <p className="px-6 py-16 text-center text-quiet">This is not here any more.</p>;
}
