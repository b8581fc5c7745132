import { Keyboard, ListTree, LogOut, UserPlus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuSection, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import type { AccountSnapshot } from '../../bridge/index.ts';
import { Avatar } from '../../components/avatar.tsx';
import { Name } from '../../components/text.tsx';
import { usePhone, useSend, useSnapshot } from '../../store/context.tsx';
import { shownAddress } from '../../words/address.ts';
import { statusWord } from '../../words/problem-words.ts';

const DOT: Record<AccountSnapshot['status'], string> = {
  registered: 'bg-go',
  connecting: 'bg-warn-ink',
  registering: 'bg-warn-ink',
  failed: 'bg-stop',
  'signed-out': 'bg-edge',
};

/** Whose phone this is, whether it can be reached, and what can be done about that. */
export function AccountMenu({ account, silent }: { readonly account: AccountSnapshot; readonly silent: boolean }) {
  const { ui } = usePhone();
  const send = useSend();
  const { accounts } = useSnapshot();
  const name = account.displayName || shownAddress(account.id);
  const present = accounts.filter((one) => one.status !== 'signed-out');
  const act = (key: React.Key) => {
    switch (key) {
      case 'add':
        return ui.setState({ signIn: {} });
      case 'ladder':
        return ui.setState({ ladder: { account: account.id, sipCallId: 'registration' } });
      case 'shortcuts':
        return ui.setState({ shortcutsOpen: true });
      case 'out':
        return void send({ type: 'sign-out', account: account.id });
    }
  };
  return (
    <div className="flex items-center gap-2 mid:flex-col mid:gap-1">
      <p role="status" className="text-12 text-quiet mid:order-last">
        {statusWord(account.status)}
        {silent && account.status === 'registered' && <span className="block text-warn-ink">silent</span>}
      </p>
      <MenuTrigger>
        <Button aria-label={`Account: ${name}`} className="relative grid size-11 place-items-center rounded-full">
          <Avatar name={name} />
          <span
            aria-hidden="true"
            className={`absolute right-0 bottom-0 size-3.5 rounded-full border-2 border-canvas ${DOT[account.status]}`}
          />
        </Button>
        <Popover
          placement="right bottom"
          offset={10}
          className="w-72 animate-appear rounded-card border border-line bg-raised p-2 shadow-card"
        >
          <div className="px-3 pt-2 pb-3">
            <p className="truncate font-semibold text-16">
              <Name>{name}</Name>
            </p>
            <p className="truncate text-12 text-quiet">
              <bdi dir="ltr">{account.id}</bdi>
            </p>
          </div>
          <Menu aria-label="Account" onAction={act} className="outline-none">
            {present.length > 1 && (
              <MenuSection
                aria-label="Accounts"
                selectionMode="single"
                selectedKeys={[account.id]}
                onSelectionChange={(keys) => {
                  const [chosen] = [...(keys as Set<string>)];
                  if (chosen !== undefined) ui.setState({ account: chosen });
                }}
                className="mb-1 border-line border-b pb-1"
              >
                {present.map((one) => (
                  <Item key={one.id} id={one.id} icon={<Avatar name={one.displayName || one.id} size="small" />}>
                    <Name className="truncate">{one.displayName || shownAddress(one.id)}</Name>
                  </Item>
                ))}
              </MenuSection>
            )}
            <Item id="ladder" icon={<ListTree size={18} />}>
              Registration: what happens underneath
            </Item>
            <Item id="shortcuts" icon={<Keyboard size={18} />}>
              Keyboard shortcuts
            </Item>
            <Item id="add" icon={<UserPlus size={18} />}>
              Add an account
            </Item>
            <Item id="out" icon={<LogOut size={18} />}>
              Sign out
            </Item>
          </Menu>
        </Popover>
      </MenuTrigger>
    </div>
  );
}

function Item({ id, icon, children }: { readonly id: string; readonly icon: ReactNode; readonly children: ReactNode }) {
  return (
    <MenuItem
      id={id}
      textValue={typeof children === 'string' ? children : id}
      className="flex min-h-11 cursor-pointer items-center gap-3 rounded-control px-3 outline-none data-[focused]:bg-hover data-[selected]:font-semibold"
    >
      <span aria-hidden="true" className="grid size-8 shrink-0 place-items-center text-quiet">
        {icon}
      </span>
      <span className="min-w-0">{children}</span>
    </MenuItem>
  );
}
