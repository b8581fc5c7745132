import { Phone } from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar } from './avatar.tsx';
import { IconAction } from './button.tsx';
import { Name } from './text.tsx';

export interface PersonRowProps {
  readonly name: string;
  readonly href: string;
  readonly current: boolean;
  readonly detail: ReactNode;
  readonly aside?: ReactNode;
  readonly strong?: boolean;
  readonly onCall: () => void;
}

/** One person or one call in a list: opens on the stage, and calls with one click. */
export function PersonRow({ name, href, current, detail, aside, strong = false, onCall }: PersonRowProps) {
  return (
    <li
      className={`row-56 group flex items-center rounded-control pr-1 ${current ? 'bg-accent-soft' : 'hover:bg-hover'}`}
    >
      <a
        href={href}
        {...(current ? { 'aria-current': 'true' as const } : {})}
        className="flex min-w-0 flex-1 items-center gap-3 self-stretch rounded-control px-2 -outline-offset-2"
      >
        <Avatar name={name} />
        <span className="min-w-0 flex-1">
          <Name className={`block truncate text-left ${strong ? 'font-semibold text-stop-ink' : 'font-medium'}`}>
            {name}
          </Name>
          <span className="flex min-w-0 items-center gap-2 text-12 text-quiet">{detail}</span>
        </span>
        {aside !== undefined && <span className="tabular shrink-0 text-12 text-quiet">{aside}</span>}
      </a>
      <IconAction label={`Call ${name}`} icon={<Phone size={18} />} onPress={onCall} />
    </li>
  );
}
