import { IncomingCards } from '../features/call/incoming-cards.tsx';
import type { TabCalls } from '../store/selectors.ts';

export function Incoming({ calls }: { readonly calls: TabCalls }) {
  return <IncomingCards calls={calls.incoming} inCall={calls.own.length > 0} />;
}
