import { expect, test } from 'vitest';
import { utf8Encode } from '../runtime/index.ts';
import { type ConferenceInfo, conference } from './conference.ts';
import { type DialogInfo, dialogInfo } from './dialog-info.ts';
import type { EventPackage } from './event-package.ts';
import { type MessageSummary, messageSummary } from './message-summary.ts';
import { type Presence, presence } from './presence.ts';
import { refer } from './refer.ts';
import { type RegInfo, reg } from './reg.ts';

function read<T>(pack: EventPackage<T>, body: string, before?: T) {
  return pack.read(pack.accept[0] ?? '', utf8Encode(body), before);
}

function value<T>(pack: EventPackage<T>, body: string, before?: T): T {
  const reading = read(pack, body, before);
  if (!reading.ok) throw new Error(reading.reason);
  return reading.value;
}

function roundTrip<T>(pack: EventPackage<T>, state: T): T {
  return value(pack, pack.write?.(state).body ?? '');
}

const malformed = { ok: false, reason: 'malformed' };
const gap = { ok: false, reason: 'gap' };

const here: Presence = {
  entity: 'pres:alice@example.com',
  tuples: [
    {
      id: 'a1',
      basic: 'open',
      contact: 'sip:alice@192.0.2.1;transport=ws',
      priority: 0.8,
      notes: ['at <home> & "busy"'],
      timestamp: '2024-05-01T12:00:00Z',
    },
    { id: 'a2', basic: 'closed', notes: [] },
  ],
  notes: ['away'],
};

const line: DialogInfo = {
  version: 0,
  entity: 'sip:alice@example.com',
  dialogs: [
    {
      id: 'd1',
      callId: 'a84b4c76e66710',
      localTag: '1928301774',
      remoteTag: 'x"y',
      direction: 'initiator',
      state: 'confirmed',
      duration: 274,
      local: { identity: 'sip:alice@example.com', display: 'Alice', target: 'sip:alice@192.0.2.1' },
      remote: { identity: 'sip:bob@example.com' },
    },
    { id: 'd2', direction: 'recipient', state: 'terminated', event: 'rejected', code: 486 },
  ],
};

const mailbox: MessageSummary = {
  waiting: true,
  account: 'sip:alice@vmail.example.com',
  messages: new Map([
    ['voice-message', { fresh: 4, old: 8, urgent: { fresh: 1, old: 2 } }],
    ['fax-message', { fresh: 0, old: 1 }],
  ]),
};

const meeting: ConferenceInfo = {
  version: 1,
  entity: 'sip:conf233@example.com',
  deleted: false,
  displayText: 'Weekly',
  subject: "This month's goals",
  userCount: 2,
  users: [
    {
      entity: 'sip:bob@example.com',
      displayText: 'Bob',
      roles: ['participant'],
      endpoints: [
        {
          entity: 'sip:bob@192.0.2.2',
          displayText: 'laptop',
          status: 'connected',
          media: [{ id: '1', type: 'audio', label: '34567', srcId: '432424', status: 'sendrecv' }],
        },
      ],
    },
    { entity: 'sip:alice@example.com', roles: [], endpoints: [] },
  ],
};

const bindings: RegInfo = {
  version: 0,
  registrations: [
    {
      id: 'as9',
      aor: 'sip:user@example.com',
      state: 'active',
      contacts: [
        { id: '76', uri: 'sip:user@pc887.example.com', state: 'active', event: 'registered', expires: 600, q: '0.8' },
        {
          id: '77',
          uri: 'sip:user@example.edu',
          displayName: 'U <1>',
          state: 'terminated',
          event: 'probation',
          retryAfter: 9,
        },
      ],
    },
  ],
};

test('each package reads what it writes (RFC 3863, RFC 4235, RFC 3842, RFC 4575, RFC 3680, RFC 3420)', () => {
  expect(roundTrip(presence, here)).toEqual(here);
  expect(roundTrip(dialogInfo, line)).toEqual(line);
  expect(roundTrip(messageSummary, mailbox)).toEqual(mailbox);
  expect(roundTrip(conference, meeting)).toEqual(meeting);
  expect(roundTrip(reg, bindings)).toEqual(bindings);
  expect(roundTrip(refer, { status: 180, reason: 'Ringing' })).toEqual({ status: 180, reason: 'Ringing' });
});

test('what is not the document of the package is malformed, in every package', () => {
  for (const body of [
    '',
    'Voice-Message: 2/8',
    '<presence/>',
    '<a xmlns="urn:ietf:params:xml:ns:pidf" entity="x"/>',
    '<',
  ]) {
    expect(read(presence, body)).toEqual(malformed);
    expect(read(dialogInfo, body)).toEqual(malformed);
    expect(read(messageSummary, body)).toEqual(malformed);
    expect(read(conference, body)).toEqual(malformed);
    expect(read(reg, body)).toEqual(malformed);
    expect(read(refer, body)).toEqual(malformed);
  }
  expect(read(dialogInfo, '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" state="full"/>')).toEqual(malformed);
});

test('presence with prefixes, extensions and nonsense in it is read for what is known (RFC 3863 §4.2)', () => {
  const body = `<p:presence xmlns:p="urn:ietf:params:xml:ns:pidf" xmlns:r="urn:ietf:params:xml:ns:pidf:rpid" entity="pres:a@b">
    <p:tuple id="1"><p:status><p:basic>maybe</p:basic><r:mood/></p:status><basic>open</basic><p:contact priority="7">sip:a@b</p:contact></p:tuple>
    <r:person/></p:presence>`;
  const [tuple] = value(presence, body).tuples;
  expect(tuple).toEqual({ id: '1', contact: 'sip:a@b', notes: [] });
});

const dialogs = (version: number, state: string, inner = '') =>
  `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="${state}" entity="sip:a@b">${inner}</dialog-info>`;
const dialog = (id: string, state: string, inner = '') => `<dialog id="${id}"><state>${state}</state>${inner}</dialog>`;

test('a partial dialog-info that follows changes its dialogs; a terminated one is told once (RFC 4235 §4.2)', () => {
  const remote = '<remote><identity display="Bob">sip:bob@b</identity><target uri="sip:bob@1"/></remote>';
  const first = value(dialogInfo, dialogs(7, 'full', dialog('1', 'early', remote) + dialog('2', 'confirmed')));
  const second = value(dialogInfo, dialogs(8, 'partial', dialog('1', 'confirmed') + dialog('3', 'trying')), first);
  expect(second.dialogs.map(({ id, state }) => [id, state])).toEqual([
    ['1', 'confirmed'],
    ['2', 'confirmed'],
    ['3', 'trying'],
  ]);
  // Who it is is not told again.
  expect(second.dialogs[0]?.remote).toEqual({ identity: 'sip:bob@b', display: 'Bob', target: 'sip:bob@1' });
  const third = value(dialogInfo, dialogs(9, 'partial', dialog('2', 'terminated')), second);
  expect(third.dialogs[1]?.state).toBe('terminated');
  const fourth = value(dialogInfo, dialogs(10, 'partial'), third);
  expect(fourth.dialogs.map(({ id }) => id)).toEqual(['1', '3']);
});

const conf = (version: number, state: string, inner = '') =>
  `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sip:c@b" version="${version}" state="${state}">${inner}</conference-info>`;
const regs = (version: number, state: string, inner = '') =>
  `<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="${version}" state="${state}">${inner}</reginfo>`;

test('a part that does not follow is a gap, an old document changes nothing, and a new subscription begins anew (RFC 4235 §4.2, RFC 4575 §4.4, RFC 3680 §5.2, trap 4.9 #117)', () => {
  const shows = <T>(pack: EventPackage<T>, make: (version: number, state: string) => string) => {
    const five = value(pack, make(5, 'full'));
    expect(read(pack, make(7, 'partial'), five)).toEqual(gap);
    expect(read(pack, make(4, 'partial'), five)).toEqual({ ok: true, value: five });
    expect(read(pack, make(5, 'partial'), five)).toEqual({ ok: true, value: five });
    expect(read(pack, make(4, 'full'), five)).toEqual({ ok: true, value: five });
    expect(value(pack, make(6, 'partial'), five)).toMatchObject({ version: 6 });
    // A whole document needs none before it.
    expect(value(pack, make(9, 'full'), five)).toMatchObject({ version: 9 });
    // Another subscription counts from its own beginning, and that has to be whole.
    expect(value(pack, make(0, 'full'))).toMatchObject({ version: 0 });
    expect(read(pack, make(0, 'partial'))).toEqual(gap);
  };
  shows(dialogInfo, dialogs);
  shows(conference, conf);
  shows(reg, regs);
});

test('conference parts are whole, partial or deleted each for itself (RFC 4575 §4.4)', () => {
  const body = conference.write?.(meeting).body ?? '';
  const before = value(conference, body);
  const changed = value(
    conference,
    conf(
      2,
      'partial',
      `<conference-state><user-count>3</user-count></conference-state>
      <users state="partial">
        <user entity="sip:bob@example.com" state="partial">
          <endpoint entity="sip:bob@192.0.2.2" state="partial"><status>on-hold</status><media id="1" state="deleted"/></endpoint>
        </user>
        <user entity="sip:alice@example.com" state="deleted"/>
        <user entity="sip:carol@example.com" state="full"><display-text>Carol</display-text></user>
      </users>`,
    ),
    before,
  );
  expect(changed).toMatchObject({ version: 2, subject: "This month's goals", userCount: 3 });
  expect(changed.users).toEqual([
    {
      entity: 'sip:bob@example.com',
      displayText: 'Bob',
      roles: ['participant'],
      endpoints: [{ entity: 'sip:bob@192.0.2.2', displayText: 'laptop', status: 'on-hold', media: [] }],
    },
    { entity: 'sip:carol@example.com', displayText: 'Carol', roles: [], endpoints: [] },
  ]);
  const users = value(conference, conf(3, 'partial', '<users><user entity="sip:dave@example.com"/></users>'), changed);
  expect(users.users.map(({ entity }) => entity)).toEqual(['sip:dave@example.com']);
  expect(value(conference, conf(4, 'deleted'), users)).toMatchObject({ deleted: true, users: [] });
});

test('a partial reginfo changes contacts by their id; a terminated one is told once (RFC 3680 §5.2)', () => {
  const contact = (id: string, state: string) =>
    `<contact id="${id}" state="${state}" event="expired"><uri>sip:${id}@b</uri></contact>`;
  const part = (version: number, inner: string) =>
    regs(version, 'partial', `<registration aor="sip:a@b" id="r" state="active">${inner}</registration>`);
  const full = regs(
    0,
    'full',
    `<registration aor="sip:a@b" id="r" state="active">${contact('1', 'active')}</registration>`,
  );
  const first = value(reg, full);
  const second = value(reg, part(1, contact('1', 'terminated') + contact('2', 'active')), first);
  expect(second.registrations[0]?.contacts.map(({ id, state }) => [id, state])).toEqual([
    ['1', 'terminated'],
    ['2', 'active'],
  ]);
  const third = value(reg, part(2, ''), second);
  expect(third.registrations[0]?.contacts.map(({ id }) => id)).toEqual(['2']);
});

test('a message summary begins with Messages-Waiting, and is written so (RFC 3842 §3.5, §5.2, UAS-034)', () => {
  expect(messageSummary.write?.(mailbox)).toEqual({
    contentType: 'application/simple-message-summary',
    body: 'Messages-Waiting: yes\r\nMessage-Account: sip:alice@vmail.example.com\r\nVoice-Message: 4/8 (1/2)\r\nFax-Message: 0/1\r\n',
  });
  const body =
    'messages-waiting : NO\nVoice-Message:2 / 8 ( 0/2 )\nX-Other: 1\nFax-Message: 1/x\n\nVoice-Message: 9/9\n';
  expect(value(messageSummary, body)).toEqual({
    waiting: false,
    messages: new Map([['voice-message', { fresh: 2, old: 8, urgent: { fresh: 0, old: 2 } }]]),
  });
  expect(read(messageSummary, 'Voice-Message: 2/8\r\nMessages-Waiting: yes\r\n')).toEqual(malformed);
});

test('of a sipfrag only the status line is read (RFC 3420 §2, RFC 3515 §2.4.5)', () => {
  expect(value(refer, 'SIP/2.0 603 Declined\r\nTo: <sip:a@b>\r\n')).toEqual({ status: 603, reason: 'Declined' });
  expect(value(refer, 'SIP/2.0 100')).toEqual({ status: 100, reason: '' });
  expect(read(refer, 'INVITE sip:a@b SIP/2.0\r\n')).toEqual(malformed);
  expect(read(refer, 'SIP/2.0 999 No\r\n')).toEqual(malformed);
});
