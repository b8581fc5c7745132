import { clockText } from '../words/times.ts';
import { useNow } from './now.ts';

/** A running clock; not announced, for it would talk without end. */
export function Timer({ since, className = '' }: { readonly since: number; readonly className?: string }) {
  const now = useNow(250);
  return (
    <span role="timer" aria-live="off" aria-label="Duration" className={`tabular ${className}`}>
      {clockText(now + 250 - since)}
    </span>
  );
}
