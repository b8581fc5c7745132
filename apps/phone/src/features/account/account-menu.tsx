import { lazy, Suspense, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { AccountSnapshot } from '../../bridge/index.ts';
import { Avatar } from '../../components/avatar.tsx';
import { shownAddress } from '../../words/address.ts';
import { statusWord } from '../../words/problem-words.ts';

const load = () => import('./account-popover.tsx');
const AccountPopover = lazy(() => load().then((module) => ({ default: module.AccountPopover })));

const DOT: Record<AccountSnapshot['status'], string> = {
  registered: 'bg-go',
  connecting: 'bg-warn-ink',
  registering: 'bg-warn-ink',
  failed: 'bg-stop',
  'signed-out': 'bg-edge',
};

/** Whose phone this is and whether it can be reached; a press opens what can be done about that. */
export function AccountMenu({ account, silent }: { readonly account: AccountSnapshot; readonly silent: boolean }) {
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const name = account.displayName || shownAddress(account.id);
  return (
    <div className="relative flex items-center gap-2 mid:flex-col mid:gap-1">
      <p role="status" className="text-12 text-quiet mid:order-last">
        {statusWord(account.status)}
        {silent && account.status === 'registered' && <span className="block text-warn-ink">silent</span>}
      </p>
      <Button
        ref={trigger}
        aria-label={`Account: ${name}`}
        aria-haspopup="menu"
        aria-expanded={open}
        onHoverStart={() => void load()}
        onPress={() => setOpen(true)}
        // The status stays a status, outside of the button; the button only reaches over it.
        className="grid size-11 cursor-pointer place-items-center rounded-full after:absolute after:inset-0"
      >
        <span className="relative grid size-11 place-items-center">
          <Avatar name={name} />
          <span
            aria-hidden="true"
            className={`absolute right-0 bottom-0 size-3.5 rounded-full border-2 border-canvas ${DOT[account.status]}`}
          />
        </span>
      </Button>
      {open && (
        <Suspense fallback={null}>
          <AccountPopover account={account} trigger={trigger} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}
