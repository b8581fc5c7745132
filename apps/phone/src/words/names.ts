import type { Contact, Person } from '../bridge/index.ts';
import { sameAddress, shownAddress } from './address.ts';

/** Everybody this device can put a name to, for one account. */
export interface Directory {
  readonly contacts: readonly Contact[];
  readonly people: readonly Person[];
  readonly domain: string;
}

export interface Party {
  readonly name: string;
  /** Shown below the name; empty when the name already is the address. */
  readonly address: string;
}

interface Remote {
  readonly uri: string;
  readonly displayName?: string;
}

/** The name to show: one's own contact first, then the gateway's, then what the caller says of itself. */
export function partyOf(remote: Remote, directory: Directory): Party {
  const contact = directory.contacts.find((one) => sameAddress(one.address, remote.uri, directory.domain));
  const person = personAt(remote.uri, directory);
  const shown = shownAddress(remote.uri, directory.domain);
  const name = contact?.name.trim() || person?.name.trim() || remote.displayName?.trim() || shown;
  const address = person !== undefined && person.extension !== '' ? person.extension : shown;
  return { name, address: address === name ? '' : address };
}

/** The gateway's account behind an address, an extension or an alias. */
export function personAt(address: string, directory: Directory): Person | undefined {
  return directory.people.find(
    (one) => sameAddress(one.aor, address, directory.domain) || sameAddress(one.extension, address, directory.domain),
  );
}

/** One or two letters for the avatar; empty when there is no letter to take (a number, an emoji). */
export function initials(name: string): string {
  const words = name
    .replace(/@\S+$/, '')
    .split(/[\s@._-]+/u)
    .filter((word) => /^\p{L}/u.test(word));
  const letters = [words.at(0), words.length > 1 ? words.at(-1) : undefined].map((word) => firstLetter(word ?? ''));
  return letters.join('');
}

function firstLetter(word: string): string {
  const [first] = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(word);
  return first?.segment.toLocaleUpperCase() ?? '';
}

/** A stable number 0–359 for a name: the faint tint of its avatar. */
export function tintOf(name: string): number {
  let hash = 7;
  for (const char of name) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 3600;
  return hash % 360;
}

export interface Suggestion {
  readonly key: string;
  readonly name: string;
  readonly address: string;
  /** What the engine is asked to call. */
  readonly target: string;
}

/** People and contacts whose name, extension or address holds what was typed; those that begin with it come first. */
export function suggestions(typed: string, directory: Directory, limit = 6): readonly Suggestion[] {
  const wanted = folded(typed);
  if (wanted === '') return [];
  const ranked = everybody(directory)
    .map((one) => ({ one, rank: rankOf(one, wanted) }))
    .filter(({ rank }) => rank > 0);
  return ranked
    .sort((a, b) => b.rank - a.rank || a.one.name.localeCompare(b.one.name))
    .slice(0, limit)
    .map(({ one }) => one);
}

function everybody(directory: Directory): readonly Suggestion[] {
  return [
    ...directory.contacts.map((one) => ({ key: one.id, name: one.name, address: one.address, target: one.address })),
    ...directory.people.map((one) => ({
      key: one.aor,
      name: one.name,
      address: one.extension || shownAddress(one.aor, directory.domain),
      target: one.aor,
    })),
  ];
}

function rankOf(one: Suggestion, wanted: string): number {
  const name = folded(one.name);
  const address = folded(one.address);
  if (name.startsWith(wanted) || address.startsWith(wanted)) return 3;
  if (name.split(/\s+/).some((word) => word.startsWith(wanted))) return 2;
  return name.includes(wanted) || folded(one.target).includes(wanted) ? 1 : 0;
}

/** Everybody in the history once, the latest first. */
export function lately(
  remotes: readonly { readonly remote: Remote }[],
  directory: Directory,
  limit = 5,
): readonly Suggestion[] {
  const found = new Map<string, Suggestion>();
  for (const { remote } of remotes) {
    const { name, address } = partyOf(remote, directory);
    const shown = shownAddress(remote.uri, directory.domain);
    if (!found.has(shown)) found.set(shown, { key: remote.uri, name, address: address || shown, target: remote.uri });
  }
  return [...found.values()].slice(0, limit);
}

/** Without case and accents: "jose" finds "José". */
export function folded(text: string): string {
  return text.trim().normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}
