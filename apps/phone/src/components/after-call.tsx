import { ListTree, Phone } from 'lucide-react';
import type { ReactNode } from 'react';
import { Action } from './button.tsx';

export interface AfterCallProps {
  /** Absent where calling again makes no sense. */
  readonly onCall?: (() => void) | undefined;
  readonly onLadder: () => void;
  readonly children?: ReactNode;
}

/** What one can do about a call that is over, be it this minute or last week. */
export function AfterCall({ onCall, onLadder, children }: AfterCallProps) {
  return (
    <div className="flex flex-wrap justify-center gap-2">
      {onCall !== undefined && (
        <Action variant="go" onPress={onCall}>
          <Phone aria-hidden="true" size={18} />
          Call again
        </Action>
      )}
      <Action onPress={onLadder}>
        <ListTree aria-hidden="true" size={18} />
        What happens underneath
      </Action>
      {children}
    </div>
  );
}
