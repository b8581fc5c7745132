import type { AccountId, Contact, Person } from '../../bridge/index.ts';
import { sameAddress } from '../../words/address.ts';
import { type Directory, folded } from '../../words/names.ts';

export interface Listed {
  readonly people: readonly Person[];
  readonly contacts: readonly Contact[];
}

/** Everybody but oneself, by name; with a search, those whose name, extension or address holds every word of it. */
export function listed(directory: Directory, own: AccountId | undefined, wanted: string): Listed {
  const words = folded(wanted).split(/\s+/).filter(Boolean);
  const matches = (...texts: string[]) => {
    const hay = folded(texts.join(' '));
    return words.every((word) => hay.includes(word));
  };
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
  return {
    people: directory.people
      .filter((one) => own === undefined || !sameAddress(one.aor, own, directory.domain))
      .filter((one) => matches(one.name, one.extension, one.aor))
      .sort(byName),
    contacts: directory.contacts.filter((one) => matches(one.name, one.address)).sort(byName),
  };
}
