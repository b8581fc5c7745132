import { expect, test } from 'vitest';
import { Headers } from '../message/index.ts';
import { utf8Decode, utf8Encode } from '../runtime/index.ts';
import {
  type Cpim,
  cpimValues,
  type DispositionRequest,
  imdnRequest,
  parseCpim,
  printCpim,
  readImdn,
  readImdns,
  receiptsFor,
  writeImdn,
} from './index.ts';

const ns = 'urn:ietf:params:imdn';
const sentAt = '2026-04-04T12:16:49-05:00';
const own = { messageId: 'd834jied93rf', dateTime: '2026-04-04T12:17:00-05:00' };

function read(octets: Uint8Array | undefined): Cpim {
  const cpim = octets && parseCpim(octets);
  if (!cpim) throw new Error('no CPIM');
  return cpim;
}

function im(wanted: readonly DispositionRequest[], more: readonly (readonly [string, string])[] = []): Cpim {
  return read(
    printCpim({
      headers: [
        { name: 'From', value: 'Alice <im:alice@example.com>' },
        { name: 'To', value: 'Bob <im:bob@example.com>' },
        ...imdnRequest('34jk324j', sentAt, wanted),
        ...more.map(([name, value]) => ({ name, value })),
      ],
      content: Headers.of(['Content-Type', 'text/plain']),
      body: 'Hello World',
    }),
  );
}

test('a delivery notification goes the way back, with identity and time of its message (RFC 5438 §7.2.1, §7.2.1.1, §11, trap 4.9 #119)', () => {
  const message = im(['positive-delivery', 'display'], [['Subject', 'a\\\\b']]);
  const told = read(receiptsFor(message)?.tell('delivered', 'delivery', own));
  expect(told.headers.slice(0, 2)).toEqual([
    { name: 'From', value: 'Bob <im:bob@example.com>' },
    { name: 'To', value: 'Alice <im:alice@example.com>' },
  ]);
  expect(cpimValues(told, 'Message-ID', ns)).toEqual([own.messageId]);
  expect(cpimValues(told, 'DateTime')).toEqual([own.dateTime]);
  expect(told.content.get('content-disposition')).toBe('notification');
  expect(readImdns(told)).toEqual([
    {
      messageId: '34jk324j',
      dateTime: sentAt,
      recipient: 'im:bob@example.com',
      originalRecipient: 'im:bob@example.com',
      subject: 'a\\b',
      kind: 'delivery',
      status: 'delivered',
    },
  ]);
});

test('only what was asked for is told, and each kind once (RFC 5438 §7.2.1)', () => {
  const both = receiptsFor(im(['positive-delivery', 'negative-delivery', 'display']));
  expect(both?.tell('delivered', 'delivery', own)).toBeDefined();
  expect(both?.tell('failed', 'delivery', own)).toBeUndefined();
  expect(readImdns(read(both?.tell('displayed', 'display', own)))).toMatchObject([
    { kind: 'display', status: 'displayed' },
  ]);
  expect(both?.tell('displayed', 'display', own)).toBeUndefined();
  const negative = receiptsFor(im(['negative-delivery']));
  expect(negative?.tell('delivered', 'delivery', own)).toBeUndefined();
  expect(negative?.tell('displayed', 'display', own)).toBeUndefined();
  expect(readImdns(read(negative?.tell('failed', 'delivery', own)))).toMatchObject([{ status: 'failed' }]);
  expect(receiptsFor(im(['processing']))).toBeUndefined();
  expect(receiptsFor(im([]))).toBeUndefined();
});

test('a notification is never answered by one, and asks for none (RFC 5438 §7.2.1, trap 4.9 #119)', () => {
  const told = read(receiptsFor(im(['display']))?.tell('displayed', 'display', own));
  expect(cpimValues(told, 'Disposition-Notification', ns)).toEqual([]);
  for (const content of [told.content, told.content.without('content-disposition')]) {
    const asking = { ...told, content, headers: [...told.headers, ...imdnRequest('x', sentAt, ['display'])] };
    expect(receiptsFor(asking)).toBeUndefined();
  }
});

test('those on the way become the route back in their order; the first address is named (RFC 5438 §7.2.1, §11.1.4)', () => {
  const message = im(
    ['display'],
    [
      ['imdn.IMDN-Record-Route', '<im:one@example.com>'],
      ['imdn.IMDN-Record-Route', '<im:two@example.com>'],
      ['imdn.Original-To', '<im:list@example.com>'],
    ],
  );
  const told = read(receiptsFor(message)?.tell('displayed', 'display', own));
  expect(cpimValues(told, 'IMDN-Route', ns)).toEqual(['<im:one@example.com>', '<im:two@example.com>']);
  expect(cpimValues(told, 'IMDN-Record-Route', ns)).toEqual([]);
  expect(readImdns(told)[0]?.originalRecipient).toBe('im:list@example.com');
});

test('what a list server has gathered is read one by one (RFC 5438 §8.3)', () => {
  const imdn = { messageId: 'm', dateTime: sentAt, kind: 'delivery', status: 'delivered' } as const;
  const part = (recipient: string) =>
    `--b\r\nContent-Type: message/imdn+xml\r\n\r\n${writeImdn({ ...imdn, recipient })}\r\n`;
  const gathered: Cpim = {
    headers: [],
    content: Headers.of(['Content-Type', 'multipart/mixed;boundary=b'], ['Content-Disposition', 'notification']),
    body: utf8Encode(`${part('im:a@x')}${part('im:b@x')}--b--`),
  };
  expect(readImdns(gathered).map(({ recipient }) => recipient)).toEqual(['im:a@x', 'im:b@x']);
  expect(readImdns(im(['display']))).toEqual([]);
});

test.each([
  'text',
  '<imdn xmlns="urn:ietf:params:xml:ns:imdn"><message-id>x</message-id></imdn>',
  '<imdn><message-id>x</message-id><delivery-notification><status><failed/></status></delivery-notification></imdn>',
  '<!DOCTYPE imdn><imdn xmlns="urn:ietf:params:xml:ns:imdn"/>',
])('what is no notification is nothing: %j', (text) => {
  expect(readImdn(utf8Encode(text))).toBeUndefined();
});

test('a message without Message-ID or From cannot be answered', () => {
  const message = im(['display']);
  const without = (name: string) => ({ ...message, headers: message.headers.filter((each) => each.name !== name) });
  expect(receiptsFor(without('From'))).toBeUndefined();
  expect(receiptsFor(without('imdn.Message-ID'))).toBeUndefined();
  expect(utf8Decode(message.body)).toBe('Hello World');
});
