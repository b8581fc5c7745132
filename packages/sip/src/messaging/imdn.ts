import { child, readXml, xml, xmlDocument, xmlLeaf } from '../events/xml.ts';
import { bodyParts, Headers } from '../message/index.ts';
import { type Cpim, type CpimHeader, cpimText, cpimValues, parseCpimAddress, printCpim } from './cpim.ts';

/** What became of a message (RFC 5438 §11). */
export interface Imdn {
  /** Of the message. */
  readonly messageId: string;
  /** When the message was sent, as in RFC 3339. */
  readonly dateTime: string;
  readonly recipient?: string | undefined;
  readonly originalRecipient?: string | undefined;
  readonly subject?: string | undefined;
  readonly kind: 'delivery' | 'processing' | 'display';
  /** `delivered`, `failed`, `displayed`, `processed`, `stored`, `forbidden`, `error`, or what later standards add. */
  readonly status: string;
}

/** What can be asked for with a message (RFC 5438 §7.1.1.3). */
export type DispositionRequest = 'positive-delivery' | 'negative-delivery' | 'display' | 'processing';

/** The headers that ask for notifications; From and To stand before them. `messageId` must be unique: 32 random bits at least (RFC 5438 §6.3). */
export function imdnRequest(
  messageId: string,
  /** As in RFC 3339. */
  dateTime: string,
  wanted: readonly DispositionRequest[],
): readonly CpimHeader[] {
  return [...identity(messageId, dateTime), { name: 'imdn.Disposition-Notification', value: wanted.join(', ') }];
}

/** What a CPIM message tells of others, of several when a list server has gathered them (RFC 5438 §7.1.4); none when it is a message itself. */
export function readImdns(cpim: Cpim): readonly Imdn[] {
  const parts = isNotification(cpim) ? bodyParts({ headers: cpim.content, body: cpim.body }) : [];
  return parts.flatMap(({ contentType, body }) => (contentType?.essence === type && readImdn(body)) || []);
}

/** Of the payload alone; undefined when it is none. */
export function readImdn(body: Uint8Array): Imdn | undefined {
  const root = readXml(body);
  const messageId = child(root, 'message-id')?.text;
  if (root?.name !== 'imdn' || root.ns !== xmlns || !messageId) return undefined;
  for (const kind of ['delivery', 'processing', 'display'] as const) {
    const status = child(child(root, `${kind}-notification`), 'status')?.children[0]?.name;
    if (status === undefined) continue;
    return {
      messageId,
      dateTime: child(root, 'datetime')?.text ?? '',
      recipient: child(root, 'recipient-uri')?.text,
      originalRecipient: child(root, 'original-recipient-uri')?.text,
      subject: child(root, 'subject')?.text,
      kind,
      status,
    };
  }
  return undefined;
}

/** The payload `message/imdn+xml`. */
export function writeImdn({ kind, status, ...imdn }: Imdn): string {
  return xmlDocument(
    xml(
      'imdn',
      { xmlns },
      xmlLeaf('message-id', imdn.messageId),
      xmlLeaf('datetime', imdn.dateTime),
      xmlLeaf('recipient-uri', imdn.recipient),
      xmlLeaf('original-recipient-uri', imdn.originalRecipient),
      xmlLeaf('subject', imdn.subject),
      xml(`${kind}-notification`, {}, xml('status', {}, xml(status, {}))),
    ),
  );
}

/** Who answers a message that asked to hear of its fate. */
export interface Receipts {
  /**
   * The notification as `message/cpim`; undefined when it was not asked for, or when this kind was told already: of two that contradict each
   * other the second is never made (RFC 5438 §7.2.1). Over SIP it goes to the From of the MESSAGE (RFC 5438 §12.1.3.1), and only if that was answered 2xx.
   */
  tell(
    status: 'delivered' | 'failed' | 'displayed' | 'forbidden' | 'error',
    kind: 'delivery' | 'display',
    own: { readonly messageId: string; readonly dateTime: string },
  ): Uint8Array | undefined;
}

/** Undefined when nothing may be told: the message asks for nothing, lacks what notifications need, or is one itself (RFC 5438 §7.2.1). */
export function receiptsFor(im: Cpim): Receipts | undefined {
  const [messageId] = cpimValues(im, 'Message-ID', ns);
  const [dateTime = ''] = cpimValues(im, 'DateTime');
  const [from] = cpimValues(im, 'From');
  const [to = ''] = cpimValues(im, 'To');
  const wanted = cpimValues(im, 'Disposition-Notification', ns).flatMap((value) =>
    value.split(',').map((each) => each.replace(/;.*/, '').trim()),
  );
  if (isNotification(im) || !messageId || from === undefined) return undefined;
  const told = new Set<string>();
  const uri = (value: string | undefined) => parseCpimAddress(value ?? '')?.uri;
  if (!wanted.some((each) => each === 'display' || /^(?:positive|negative)-delivery$/.test(each))) return undefined;
  return {
    tell(status, kind, own) {
      const request = kind === 'display' ? kind : `${status === 'delivered' ? 'positive' : 'negative'}-delivery`;
      if (told.has(kind) || !wanted.includes(request)) return undefined;
      told.add(kind);
      const [subject] = cpimValues(im, 'Subject');
      return printCpim({
        headers: [
          ...(to === '' ? [] : [{ name: 'From', value: to }]),
          { name: 'To', value: from },
          ...identity(own.messageId, own.dateTime),
          // The way back through those who asked to be on it (RFC 5438 §7.2.1), in their order.
          ...cpimValues(im, 'IMDN-Record-Route', ns).map((value) => ({ name: 'imdn.IMDN-Route', value })),
        ],
        content: Headers.of(['Content-Type', type], ['Content-Disposition', 'notification']),
        body: writeImdn({
          messageId,
          dateTime,
          recipient: uri(to),
          originalRecipient: uri(cpimValues(im, 'Original-To', ns)[0] ?? to),
          subject: subject && cpimText(subject),
          kind,
          status,
        }),
      });
    },
  };
}

function identity(messageId: string, dateTime: string): readonly CpimHeader[] {
  return [
    { name: 'DateTime', value: dateTime },
    { name: 'NS', value: `imdn <${ns}>` },
    { name: 'imdn.Message-ID', value: messageId },
  ];
}

/** By its Content-Disposition (RFC 5438 §7.1.2), or by its payload when the sender forgot that. */
function isNotification({ content }: Cpim): boolean {
  const first = (name: string) => (content.get(name) ?? '').split(';')[0]?.trim().toLowerCase();
  return first('content-disposition') === 'notification' || first('content-type') === type;
}

const type = 'message/imdn+xml';
const ns = 'urn:ietf:params:imdn';
const xmlns = 'urn:ietf:params:xml:ns:imdn';
