import type { EventPackage } from './event-package.ts';
import { readVersioned, updateRows } from './partial.ts';
import { child, count, readXml, type XmlElement, xml, xmlDocument, xmlLeaf } from './xml.ts';

/** The dialogs of somebody: whether his telephone rings or is in use (RFC 4235). */
export interface DialogInfo {
  readonly version: number;
  readonly entity: string;
  readonly dialogs: readonly WatchedDialog[];
}

/** A dialog as its watchers are told of it (RFC 4235 §4.1.2). */
export interface WatchedDialog {
  readonly id: string;
  readonly callId?: string | undefined;
  readonly localTag?: string | undefined;
  readonly remoteTag?: string | undefined;
  readonly direction?: 'initiator' | 'recipient' | undefined;
  /** `terminated` is told once; the next document no longer has it. */
  readonly state: 'trying' | 'proceeding' | 'early' | 'confirmed' | 'terminated';
  /** What terminated it: `rejected`, `cancelled`, `local-bye`, … */
  readonly event?: string | undefined;
  /** Status that did. */
  readonly code?: number | undefined;
  /** Seconds. */
  readonly duration?: number | undefined;
  readonly local?: DialogParticipant | undefined;
  readonly remote?: DialogParticipant | undefined;
}

/** One side of a watched dialog (RFC 4235 §4.1.6). */
export interface DialogParticipant {
  readonly identity?: string | undefined;
  readonly display?: string | undefined;
  readonly target?: string | undefined;
}

const type = 'application/dialog-info+xml';
const ns = 'urn:ietf:params:xml:ns:dialog-info';
const states = ['trying', 'proceeding', 'early', 'confirmed', 'terminated'] as const;

/** The event package `dialog` (RFC 4235). */
export const dialogInfo: EventPackage<DialogInfo> = {
  name: 'dialog',
  accept: [type],
  read(_type, body, before) {
    const root = readXml(body);
    if (root?.name !== 'dialog-info' || root.ns !== ns) return { ok: false, reason: 'malformed' };
    const version = count(root.attributes.get('version'));
    const whole = root.attributes.get('state') !== 'partial';
    return readVersioned(version, whole, before, (base) => ({
      version: version ?? 0,
      entity: root.attributes.get('entity') ?? '',
      dialogs: updateRows(
        base?.dialogs.filter(({ state }) => state !== 'terminated'),
        root.children.filter(({ name }) => name === 'dialog'),
        { row: ({ id }) => id, change: ({ attributes }) => attributes.get('id') ?? '' },
        readDialog,
      ),
    }));
  },
  write({ version, entity, dialogs }) {
    const root = xml(
      'dialog-info',
      { xmlns: ns, version, state: 'full', entity },
      ...dialogs.map((dialog) => {
        const { id, direction, state, event, code } = dialog;
        const { callId, localTag, remoteTag } = dialog;
        return xml(
          'dialog',
          { id, 'call-id': callId, 'local-tag': localTag, 'remote-tag': remoteTag, direction },
          xmlLeaf('state', state, { event, code }),
          xmlLeaf('duration', dialog.duration),
          writeParticipant('local', dialog.local),
          writeParticipant('remote', dialog.remote),
        );
      }),
    );
    return { contentType: type, body: xmlDocument(root) };
  },
};

function readDialog(dialog: XmlElement, before: WatchedDialog | undefined): WatchedDialog {
  const { attributes } = dialog;
  const state = child(dialog, 'state');
  const direction = attributes.get('direction');
  return {
    id: attributes.get('id') ?? '',
    callId: attributes.get('call-id'),
    localTag: attributes.get('local-tag'),
    remoteTag: attributes.get('remote-tag'),
    direction: direction === 'initiator' || direction === 'recipient' ? direction : undefined,
    state: states.find((each) => each === state?.text) ?? 'trying',
    event: state?.attributes.get('event'),
    code: count(state?.attributes.get('code')),
    duration: count(child(dialog, 'duration')?.text),
    local: readParticipant(child(dialog, 'local'), before?.local),
    remote: readParticipant(child(dialog, 'remote'), before?.remote),
  };
}

/** An identity that is not told again is still the same (RFC 4235 §4.1.6.1). */
function readParticipant(part: XmlElement | undefined, before?: DialogParticipant): DialogParticipant | undefined {
  const identity = child(part, 'identity');
  const target = child(part, 'target')?.attributes.get('uri');
  if (!part && !before) return undefined;
  return identity
    ? { identity: identity.text, display: identity.attributes.get('display'), target }
    : { ...before, target: target ?? before?.target };
}

function writeParticipant(name: string, part: DialogParticipant | undefined): string {
  if (!part) return '';
  const target = part.target === undefined ? '' : xml('target', { uri: part.target });
  return xml(name, {}, xmlLeaf('identity', part.identity, { display: part.display }), target);
}
