import type { EventPackage } from './event-package.ts';
import { readVersioned, updateRows } from './partial.ts';
import { child, children, count, readXml, type XmlElement, xml, xmlDocument, xmlLeaf } from './xml.ts';

/** Who is registered, and where (RFC 3680). */
export interface RegInfo {
  readonly version: number;
  readonly registrations: readonly WatchedRegistration[];
}

/** An address of record with its contacts (RFC 3680 §5.2). */
export interface WatchedRegistration {
  readonly id: string;
  readonly aor: string;
  readonly state: 'init' | 'active' | 'terminated';
  readonly contacts: readonly WatchedContact[];
}

/** A contact bound to the address of record, and what happened to it last (RFC 3680 §5.3). */
export interface WatchedContact {
  readonly id: string;
  readonly uri: string;
  readonly displayName?: string | undefined;
  /** `terminated` is told once; the next document no longer has it. */
  readonly state: 'active' | 'terminated';
  /** What brought it there: `registered`, `refreshed`, `expired`, `probation`, … */
  readonly event: string;
  /** Seconds left. */
  readonly expires?: number | undefined;
  /** Seconds, with `probation`. */
  readonly retryAfter?: number | undefined;
  readonly q?: string | undefined;
}

const type = 'application/reginfo+xml';
const ns = 'urn:ietf:params:xml:ns:reginfo';
const id = { row: (row: { readonly id: string }) => row.id, change: (change: XmlElement) => attribute(change, 'id') };

/** The event package `reg` (RFC 3680). */
export const reg: EventPackage<RegInfo> = {
  name: 'reg',
  accept: [type],
  read(_type, body, before) {
    const root = readXml(body);
    if (root?.name !== 'reginfo' || root.ns !== ns) return { ok: false, reason: 'malformed' };
    const version = count(root.attributes.get('version'));
    const whole = root.attributes.get('state') !== 'partial';
    return readVersioned(version, whole, before, (base) => ({
      version: version ?? 0,
      registrations: updateRows(
        base?.registrations.filter(({ state }) => state !== 'terminated').map(withoutGone),
        children(root, 'registration'),
        id,
        (registration, row) => {
          const state = attribute(registration, 'state');
          return {
            id: attribute(registration, 'id'),
            aor: attribute(registration, 'aor'),
            state: state === 'active' || state === 'terminated' ? state : 'init',
            contacts: updateRows(row?.contacts, children(registration, 'contact'), id, readContact),
          };
        },
      ),
    }));
  },
  write({ version, registrations }) {
    const root = xml(
      'reginfo',
      { xmlns: ns, version, state: 'full' },
      ...registrations.map(({ id, aor, state, contacts }) =>
        xml(
          'registration',
          { aor, id, state },
          ...contacts.map(({ id, uri, displayName, state, event, expires, retryAfter, q }) =>
            xml(
              'contact',
              { id, state, event, expires, 'retry-after': retryAfter, q },
              xmlLeaf('uri', uri),
              xmlLeaf('display-name', displayName),
            ),
          ),
        ),
      ),
    );
    return { contentType: type, body: xmlDocument(root) };
  },
};

function withoutGone(registration: WatchedRegistration): WatchedRegistration {
  return { ...registration, contacts: registration.contacts.filter(({ state }) => state !== 'terminated') };
}

function readContact(contact: XmlElement): WatchedContact {
  return {
    id: attribute(contact, 'id'),
    uri: child(contact, 'uri')?.text ?? '',
    displayName: child(contact, 'display-name')?.text,
    state: attribute(contact, 'state') === 'terminated' ? 'terminated' : 'active',
    event: attribute(contact, 'event'),
    expires: count(contact.attributes.get('expires')),
    retryAfter: count(contact.attributes.get('retry-after')),
    q: contact.attributes.get('q'),
  };
}

function attribute(element: XmlElement, name: string): string {
  return element.attributes.get(name) ?? '';
}
