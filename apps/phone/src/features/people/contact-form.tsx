import { type FormEvent, useState } from 'react';
import type { Contact } from '../../bridge/index.ts';
import { Action } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { useSend } from '../../store/context.tsx';
import { printRoute } from '../../store/route.ts';
import { cleanDialled } from '../../words/address.ts';

export interface ContactFormProps {
  /** The contact to change; absent for a new one. */
  readonly contact?: Contact;
  /** Address a new contact begins with. */
  readonly address?: string;
}

export function ContactForm({ contact, address: given = '' }: ContactFormProps) {
  const send = useSend();
  const [name, setName] = useState(contact?.name ?? '');
  const [address, setAddress] = useState(contact?.address ?? given);
  const [tried, setTried] = useState(false);
  const leave = () => {
    location.hash = printRoute({
      page: 'people',
      ...(contact === undefined ? {} : { selection: { kind: 'contact', id: contact.id } }),
    });
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const clean = cleanDialled(address);
    if (name.trim() === '' || clean === '') return;
    const id = contact === undefined ? {} : { id: contact.id };
    const result = await send({ type: 'save-contact', contact: { ...id, name: name.trim(), address: clean } });
    if (result.ok) leave();
  };
  return (
    <form onSubmit={save} noValidate className="mx-auto flex max-w-96 animate-appear flex-col gap-4 px-6 py-10">
      <h2 className="font-semibold text-20">{contact === undefined ? 'New contact' : 'Edit contact'}</h2>
      <Field
        label="Name"
        value={name}
        onChange={setName}
        autoFocus
        autoComplete="off"
        error={tried && name.trim() === '' ? 'A contact needs a name.' : undefined}
      />
      <Field
        label="SIP address or number"
        value={address}
        onChange={setAddress}
        autoComplete="off"
        placeholder="bob@example.com or 102"
        error={
          tried && cleanDialled(address) === '' ? 'Whom to call? An address, an extension or a number.' : undefined
        }
      />
      <p className="text-12 text-quiet">Contacts stay on this device.</p>
      <div className="flex gap-2">
        <Action type="submit" variant="primary">
          Save
        </Action>
        <Action onPress={leave}>Cancel</Action>
      </div>
    </form>
  );
}
