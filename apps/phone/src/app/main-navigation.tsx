import { Clock3, Grip, UsersRound } from 'lucide-react';
import type { AccountSnapshot } from '../bridge/index.ts';
import { useSnapshot } from '../store/context.tsx';
import { type Page, printRoute } from '../store/route.ts';
import { missedCount, recentsOf } from '../store/selectors.ts';

const PLACES = [
  { page: 'keypad', label: 'Keypad', Icon: Grip },
  { page: 'calls', label: 'Calls', Icon: Clock3 },
  { page: 'people', label: 'People', Icon: UsersRound },
] as const;

export function MainNavigation({ account, page }: { readonly account: AccountSnapshot; readonly page: Page }) {
  const missed = missedCount(recentsOf(useSnapshot(), account.id));
  return (
    <nav aria-label="Main" className="flex-1 mid:flex-none">
      <ul className="safe-bottom flex gap-1 px-2 py-1.5 [--safe-gap:6px] mid:flex-col mid:py-3">
        {PLACES.map(({ page: to, label, Icon }) => (
          <li key={to} className="flex-1">
            <a
              href={printRoute({ page: to })}
              {...(to === page ? { 'aria-current': 'page' as const } : {})}
              className={`flex min-h-14 flex-col items-center justify-center gap-1 rounded-control text-12 transition ${to === page ? 'bg-accent-soft font-semibold text-accent-ink' : 'text-quiet hover:bg-hover hover:text-ink'}`}
            >
              <span className="relative">
                <Icon aria-hidden="true" size={22} />
                {to === 'calls' && missed > 0 && (
                  <span
                    aria-hidden="true"
                    className="tabular -top-1.5 -right-3 absolute min-w-4.5 rounded-full bg-stop px-1 text-center font-semibold text-12 text-on-fill leading-4.5"
                  >
                    {missed > 99 ? '99+' : missed}
                  </span>
                )}
              </span>
              {label}
              {to === 'calls' && missed > 0 && <span className="sr-only">, {missed} missed</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
