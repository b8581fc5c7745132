import { UserPlus, UsersRound } from 'lucide-react';
import { useState } from 'react';
import { Input } from 'react-aria-components/Input';
import { SearchField } from 'react-aria-components/SearchField';
import { IconAction } from '../../components/button.tsx';
import { INPUT } from '../../components/field.tsx';
import { PersonRow } from '../../components/person-row.tsx';
import { Empty, Heading, Presence } from '../../components/text.tsx';
import { useCalling } from '../../store/calling.ts';
import { useAccount, useDirectory, useUi } from '../../store/context.tsx';
import { printRoute, type Selection } from '../../store/route.ts';
import { shownAddress } from '../../words/address.ts';
import { listed } from './listed.ts';

export function PeoplePane() {
  const account = useAccount();
  const directory = useDirectory();
  const [wanted, setWanted] = useState('');
  const { people, contacts } = listed(directory, account?.id, wanted);
  const selection = useUi((state) => state.route.selection);
  const { call } = useCalling();
  const row = (kind: 'person' | 'contact', id: string) => ({
    href: printRoute({ page: 'people', selection: { kind, id } }),
    current: isAt(selection, kind, id),
  });
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Heading
        action={
          <IconAction
            label="Add contact"
            icon={<UserPlus size={20} />}
            onPress={() => {
              location.hash = printRoute({ page: 'people', selection: { kind: 'new', id: '' } });
            }}
          />
        }
      >
        People
      </Heading>
      <SearchField aria-label="Search people" value={wanted} onChange={setWanted} className="px-4 pb-2">
        <Input placeholder="Search" data-search className={INPUT} />
      </SearchField>
      <div className="scroll-quiet min-h-0 flex-1 px-2 pb-4">
        {people.length > 0 && (
          <List title={`At ${directory.domain}`}>
            {people.map((one) => (
              <PersonRow
                key={one.aor}
                {...row('person', one.aor)}
                name={one.name}
                detail={
                  <>
                    <span className="tabular truncate">{one.extension || shownAddress(one.aor, directory.domain)}</span>
                    <Presence reachable={one.reachable} />
                  </>
                }
                onCall={() => call(one.aor, one.name)}
              />
            ))}
          </List>
        )}
        {contacts.length > 0 && (
          <List title="Your contacts">
            {contacts.map((one) => (
              <PersonRow
                key={one.id}
                {...row('contact', one.id)}
                name={one.name}
                detail={<span className="tabular truncate">{shownAddress(one.address, directory.domain)}</span>}
                onCall={() => call(one.address, one.name)}
              />
            ))}
          </List>
        )}
        {people.length + contacts.length === 0 && <Nobody wanted={wanted} />}
      </div>
    </div>
  );
}

function isAt(selection: Selection | undefined, kind: 'person' | 'contact', id: string): boolean {
  if (selection === undefined || selection.id !== id) return false;
  return selection.kind === kind || (kind === 'contact' && selection.kind === 'edit');
}

function List({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="truncate px-2 pt-3 pb-1 font-medium text-12 text-quiet">{title}</h2>
      <ul>{children}</ul>
    </section>
  );
}

function Nobody({ wanted }: { readonly wanted: string }) {
  return wanted === '' ? (
    <Empty icon={<UsersRound size={24} />} title="Nobody here yet">
      Add people you call often. They are kept on this device.
    </Empty>
  ) : (
    <Empty icon={<UsersRound size={24} />} title="Nobody found">
      No name, extension or address holds “{wanted}”.
    </Empty>
  );
}
