import type { EventPackage } from './event-package.ts';
import { readVersioned, updateRows } from './partial.ts';
import { child, children, count, readXml, type XmlElement, xml, xmlDocument, xmlLeaf } from './xml.ts';

/** A conference and who takes part in it (RFC 4575). */
export interface ConferenceInfo {
  readonly version: number;
  readonly entity: string;
  /** The conference is over: unsubscribe. */
  readonly deleted?: boolean;
  readonly displayText?: string | undefined;
  readonly subject?: string | undefined;
  readonly userCount?: number | undefined;
  readonly users: readonly ConferenceUser[];
}

/** Somebody who takes part, with the devices he does it by (RFC 4575 §5.6). */
export interface ConferenceUser {
  readonly entity: string;
  readonly displayText?: string | undefined;
  readonly roles: readonly string[];
  readonly endpoints: readonly ConferenceEndpoint[];
}

/** One device by which a user takes part (RFC 4575 §5.7). */
export interface ConferenceEndpoint {
  readonly entity: string;
  readonly displayText?: string | undefined;
  /** `connected`, `on-hold`, `muted-via-focus`, `disconnected`, … */
  readonly status?: string | undefined;
  readonly media: readonly ConferenceMedia[];
}

/** One media stream of an endpoint (RFC 4575 §5.8). */
export interface ConferenceMedia {
  readonly id: string;
  readonly type?: string | undefined;
  readonly label?: string | undefined;
  readonly srcId?: string | undefined;
  /** `sendrecv`, … */
  readonly status?: string | undefined;
}

const type = 'application/conference-info+xml';
const ns = 'urn:ietf:params:xml:ns:conference-info';

/** The event package `conference` (RFC 4575). Its parts can be partial in themselves: users, a user, an endpoint. */
export const conference: EventPackage<ConferenceInfo> = {
  name: 'conference',
  accept: [type],
  read(_type, body, before) {
    const root = readXml(body);
    if (root?.name !== 'conference-info' || root.ns !== ns) return { ok: false, reason: 'malformed' };
    const version = count(root.attributes.get('version'));
    return readVersioned(version, !isPartial(root), before, (base) => {
      const description = child(root, 'conference-description');
      const state = child(root, 'conference-state');
      const users = child(root, 'users');
      const userCount = count(child(state, 'user-count')?.text);
      const kept = (part: XmlElement | undefined) => (!part || isPartial(part) ? base : undefined);
      return {
        version: version ?? 0,
        entity: root.attributes.get('entity') ?? '',
        deleted: isDeleted(root),
        displayText: textOf(description, 'display-text') ?? kept(description)?.displayText,
        subject: textOf(description, 'subject') ?? kept(description)?.subject,
        userCount: userCount ?? kept(state)?.userCount,
        users: updateRows(kept(users)?.users, children(users, 'user'), entity, readUser),
      };
    });
  },
  write({ version, entity, deleted, displayText, subject, userCount, users }) {
    const display = (text: string | undefined) => xmlLeaf('display-text', text);
    const root = xml(
      'conference-info',
      { xmlns: ns, entity, state: deleted ? 'deleted' : 'full', version },
      xml('conference-description', {}, display(displayText), xmlLeaf('subject', subject)),
      xml('conference-state', {}, xmlLeaf('user-count', userCount)),
      xml(
        'users',
        {},
        ...users.map((user) =>
          xml(
            'user',
            { entity: user.entity },
            display(user.displayText),
            user.roles.length === 0 ? '' : xml('roles', {}, ...user.roles.map((role) => xmlLeaf('entry', role))),
            ...user.endpoints.map((endpoint) =>
              xml(
                'endpoint',
                { entity: endpoint.entity },
                display(endpoint.displayText),
                xmlLeaf('status', endpoint.status),
                ...endpoint.media.map((media) =>
                  xml(
                    'media',
                    { id: media.id },
                    xmlLeaf('type', media.type),
                    xmlLeaf('label', media.label),
                    xmlLeaf('src-id', media.srcId),
                    xmlLeaf('status', media.status),
                  ),
                ),
              ),
            ),
          ),
        ),
      ),
    );
    return { contentType: type, body: xmlDocument(root) };
  },
};

function readUser(user: XmlElement, row: ConferenceUser | undefined): ConferenceUser | undefined {
  if (isDeleted(user)) return undefined;
  const before = isPartial(user) ? row : undefined;
  const roles = child(user, 'roles');
  return {
    entity: user.attributes.get('entity') ?? '',
    displayText: textOf(user, 'display-text') ?? before?.displayText,
    roles: roles ? children(roles, 'entry').map(({ text }) => text) : (before?.roles ?? []),
    endpoints: updateRows(before?.endpoints, children(user, 'endpoint'), entity, readEndpoint),
  };
}

function readEndpoint(endpoint: XmlElement, row: ConferenceEndpoint | undefined): ConferenceEndpoint | undefined {
  if (isDeleted(endpoint)) return undefined;
  const before = isPartial(endpoint) ? row : undefined;
  return {
    entity: endpoint.attributes.get('entity') ?? '',
    displayText: textOf(endpoint, 'display-text') ?? before?.displayText,
    status: textOf(endpoint, 'status') ?? before?.status,
    media: updateRows(
      before?.media,
      children(endpoint, 'media'),
      { row: ({ id }) => id, change: ({ attributes }) => attributes.get('id') ?? '' },
      (media) =>
        isDeleted(media)
          ? undefined
          : {
              id: media.attributes.get('id') ?? '',
              type: textOf(media, 'type'),
              label: textOf(media, 'label'),
              srcId: textOf(media, 'src-id'),
              status: textOf(media, 'status'),
            },
    ),
  };
}

const entity = {
  row: (row: { readonly entity: string }) => row.entity,
  change: ({ attributes }: XmlElement) => attributes.get('entity') ?? '',
};

function textOf(parent: XmlElement | undefined, name: string): string | undefined {
  return child(parent, name)?.text;
}

function isPartial({ attributes }: XmlElement): boolean {
  return attributes.get('state') === 'partial';
}

function isDeleted({ attributes }: XmlElement): boolean {
  return attributes.get('state') === 'deleted';
}
