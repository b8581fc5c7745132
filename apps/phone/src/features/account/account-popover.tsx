import { Keyboard, ListTree, LogOut, UserPlus } from 'lucide-react';
import type { Key, ReactNode, RefObject } from 'react';
import { Menu, MenuItem, MenuSection } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import type { AccountSnapshot } from '../../bridge/index.ts';
import { Avatar } from '../../components/avatar.tsx';
import { Name } from '../../components/text.tsx';
import { usePhone, useSend, useSnapshot } from '../../store/context.tsx';
import { without } from '../../store/ui-store.ts';
import { shownAddress } from '../../words/address.ts';

export interface AccountPopoverProps {
  readonly account: AccountSnapshot;
  readonly trigger: RefObject<HTMLButtonElement | null>;
  readonly onClose: () => void;
}

export function AccountPopover({ account, trigger, onClose }: AccountPopoverProps) {
  const { ui } = usePhone();
  const send = useSend();
  const { accounts } = useSnapshot();
  const present = accounts.filter((one) => one.status !== 'signed-out');
  const act = (key: Key) => {
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
  const change = (chosen: string | undefined) => {
    if (chosen === undefined || chosen === account.id) return;
    without(ui, 'ladder');
    ui.setState({ account: chosen });
  };
  return (
    <Popover
      isOpen
      triggerRef={trigger}
      onOpenChange={onClose}
      placement="right bottom"
      offset={10}
      className="w-72 animate-appear rounded-card border border-line bg-raised p-2 shadow-card"
    >
      <div className="px-3 pt-2 pb-3">
        <p className="truncate text-left font-semibold text-16">
          <Name>{account.displayName || shownAddress(account.id)}</Name>
        </p>
        <p className="truncate text-12 text-quiet">
          <bdi dir="ltr">{account.id}</bdi>
        </p>
      </div>
      <Menu aria-label="Account" autoFocus="first" onAction={act} onClose={onClose} className="outline-none">
        {present.length > 1 && (
          <MenuSection
            aria-label="Accounts"
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[account.id]}
            onSelectionChange={(keys) => change(keys === 'all' ? undefined : [...keys].map(String)[0])}
            className="mb-1 border-line border-b pb-1"
          >
            {present.map((one) => (
              <Item
                key={one.id}
                id={one.id}
                text={one.displayName || shownAddress(one.id)}
                icon={<Avatar name={one.displayName || one.id} size="small" />}
              />
            ))}
          </MenuSection>
        )}
        <Item id="ladder" icon={<ListTree size={18} />} text="Registration: what happens underneath" />
        <Item id="shortcuts" icon={<Keyboard size={18} />} text="Keyboard shortcuts" />
        <Item id="add" icon={<UserPlus size={18} />} text="Add an account" />
        <Item id="out" icon={<LogOut size={18} />} text="Sign out" />
      </Menu>
    </Popover>
  );
}

function Item({ id, icon, text }: { readonly id: string; readonly icon: ReactNode; readonly text: string }) {
  return (
    <MenuItem
      id={id}
      textValue={text}
      className="flex min-h-11 cursor-pointer items-center gap-3 rounded-control px-3 outline-none data-[focused]:bg-hover data-[selected]:font-semibold"
    >
      <span aria-hidden="true" className="grid size-8 shrink-0 place-items-center text-quiet">
        {icon}
      </span>
      <Name className="min-w-0">{text}</Name>
    </MenuItem>
  );
}
