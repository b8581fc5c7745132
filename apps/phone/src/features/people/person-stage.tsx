import { Phone, SquarePen, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Contact, Person } from '../../bridge/index.ts';
import { Avatar } from '../../components/avatar.tsx';
import { Action } from '../../components/button.tsx';
import { Copy } from '../../components/copy.tsx';
import { BigName, Presence } from '../../components/text.tsx';
import { useCalling } from '../../store/calling.ts';
import { useSend } from '../../store/context.tsx';
import { printRoute } from '../../store/route.ts';
import { toSipAddress } from '../../words/address.ts';

/** An account of the gateway. */
export function PersonStage({ person }: { readonly person: Person }) {
  const { call } = useCalling();
  return (
    <Card name={person.name}>
      <div className="flex items-center gap-3 text-14 text-quiet">
        {person.extension !== '' && <span className="tabular">Extension {person.extension}</span>}
        <Presence reachable={person.reachable} />
      </div>
      <Copy text={person.aor} />
      <Action variant="go" onPress={() => call(person.aor, person.name)}>
        <Phone aria-hidden="true" size={18} />
        Call
      </Action>
    </Card>
  );
}

/** A contact of one's own. */
export function ContactStage({ contact }: { readonly contact: Contact }) {
  const { call } = useCalling();
  const send = useSend();
  const [asking, setAsking] = useState(false);
  const remove = async () => {
    await send({ type: 'delete-contact', id: contact.id });
    location.hash = printRoute({ page: 'people' });
  };
  return (
    <Card name={contact.name}>
      <Copy text={contact.address.includes('@') ? toSipAddress(contact.address) : contact.address} />
      <Action variant="go" onPress={() => call(contact.address, contact.name)}>
        <Phone aria-hidden="true" size={18} />
        Call
      </Action>
      {asking ? (
        <div className="flex flex-wrap items-center justify-center gap-2 rounded-control bg-stop-soft px-4 py-2">
          <span className="text-stop-ink">Delete {contact.name} from your contacts?</span>
          <Action variant="stop" autoFocus onPress={remove}>
            Delete
          </Action>
          <Action onPress={() => setAsking(false)}>Keep</Action>
        </div>
      ) : (
        <div className="flex gap-2">
          <Action
            variant="quiet"
            onPress={() => {
              location.hash = printRoute({ page: 'people', selection: { kind: 'edit', id: contact.id } });
            }}
          >
            <SquarePen aria-hidden="true" size={18} />
            Edit
          </Action>
          <Action variant="danger" onPress={() => setAsking(true)}>
            <Trash2 aria-hidden="true" size={18} />
            Delete
          </Action>
        </div>
      )}
    </Card>
  );
}

function Card({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div className="flex min-h-full animate-appear flex-col items-center justify-center gap-4 px-6 py-10 text-center">
      <Avatar name={name} size="huge" />
      <BigName>{name}</BigName>
      {children}
    </div>
  );
}
