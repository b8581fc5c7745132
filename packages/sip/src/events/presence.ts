import type { EventPackage } from './event-package.ts';
import { child, children, readXml, xml, xmlDocument, xmlLeaf } from './xml.ts';

/** What is known of somebody's presence (RFC 3863). */
export interface Presence {
  /** The presentity, a `pres:` or SIP URI. */
  readonly entity: string;
  readonly tuples: readonly PresenceTuple[];
  readonly notes?: readonly string[];
}

/** One way to reach the presentity, and whether it is open (RFC 3863 §4.1.2). */
export interface PresenceTuple {
  readonly id: string;
  readonly basic?: 'open' | 'closed' | undefined;
  readonly contact?: string | undefined;
  /** Of the contact, 0 to 1. */
  readonly priority?: number | undefined;
  readonly notes?: readonly string[];
  /** As it stands there: RFC 3339. */
  readonly timestamp?: string | undefined;
}

const type = 'application/pidf+xml';
const ns = 'urn:ietf:params:xml:ns:pidf';

/** The event package `presence` (RFC 3856) with PIDF documents (RFC 3863), which are always whole. */
export const presence: EventPackage<Presence> = {
  name: 'presence',
  accept: [type],
  read(_type, body) {
    const root = readXml(body);
    const entity = root?.attributes.get('entity');
    if (root?.name !== 'presence' || root.ns !== ns || entity === undefined) return { ok: false, reason: 'malformed' };
    const notes = (of: typeof root) => children(of, 'note').map(({ text }) => text);
    const tuples = children(root, 'tuple').map((tuple): PresenceTuple => {
      const basic = child(child(tuple, 'status'), 'basic')?.text;
      const contact = child(tuple, 'contact');
      const priority = Number.parseFloat(contact?.attributes.get('priority') ?? '');
      return {
        id: tuple.attributes.get('id') ?? '',
        basic: basic === 'open' || basic === 'closed' ? basic : undefined,
        contact: contact?.text,
        priority: priority >= 0 && priority <= 1 ? priority : undefined,
        notes: notes(tuple),
        timestamp: child(tuple, 'timestamp')?.text,
      };
    });
    return { ok: true, value: { entity, tuples, notes: notes(root) } };
  },
  write({ entity, tuples, notes = [] }) {
    const note = (text: string) => xmlLeaf('note', text);
    const body = xml(
      'presence',
      { xmlns: ns, entity },
      ...tuples.map((tuple) =>
        xml(
          'tuple',
          { id: tuple.id },
          xml('status', {}, xmlLeaf('basic', tuple.basic)),
          xmlLeaf('contact', tuple.contact, { priority: tuple.priority }),
          ...(tuple.notes ?? []).map(note),
          xmlLeaf('timestamp', tuple.timestamp),
        ),
      ),
      ...notes.map(note),
    );
    return { contentType: type, body: xmlDocument(body) };
  },
};
