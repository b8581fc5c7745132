import { PhoneForwarded, PhoneIncoming, PhoneMissed, PhoneOff, PhoneOutgoing, TriangleAlert } from 'lucide-react';
import type { RecentKind } from '../../words/call-words.ts';

const ICON = {
  outgoing: PhoneOutgoing,
  incoming: PhoneIncoming,
  missed: PhoneMissed,
  declined: PhoneOff,
  elsewhere: PhoneForwarded,
  failed: TriangleAlert,
} as const;

export function OutcomeIcon({ kind, size = 14 }: { readonly kind: RecentKind; readonly size?: number }) {
  const Icon = ICON[kind];
  return <Icon aria-hidden="true" size={size} className={`shrink-0 ${kind === 'missed' ? 'text-stop-ink' : ''}`} />;
}
