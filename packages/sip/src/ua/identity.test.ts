import { expect, test } from 'vitest';
import { parseUri } from '../message/index.ts';
import { seededRandom, VirtualClock } from '../testing/index.ts';
import type { Flow, TransportName } from '../transport/index.ts';
import { dialTarget } from './dial-target.ts';
import { Identity } from './identity.ts';
import type { UserAgentOptions } from './options.ts';

const flow = (transport: TransportName, host = '192.0.2.1'): Flow => ({
  id: 'f',
  transport,
  reliable: transport !== 'UDP',
  local: { host, port: 5070 },
  remote: { host: '192.0.2.9', port: 5060 },
  state: 'open',
  send() {},
  close() {},
});

const identity = (parts: Partial<UserAgentOptions> = {}) =>
  new Identity({
    clock: new VirtualClock(),
    random: seededRandom(1),
    transportPort: { connect: () => undefined },
    account: { aor: 'sip:alice@example.com', displayName: 'Alicé "A"' },
    server: { transport: 'WSS', host: 'example.com', port: 443 },
    sessionDescription: () => {
      throw new Error('no media here');
    },
    events: {},
    ...parts,
  });

test('a browser is called by a name under .invalid, transport=ws over wss too, and stays sip (RFC 7118 §5.2, traps 4.2 #26, 4.2 #35, UAC-036, TPT-024)', () => {
  for (const transport of ['WS', 'WSS'] as const) {
    const own = identity();
    expect(own.contactUri(flow(transport))).toBe(`sip:${own.contactUser}@${own.contactHost};transport=ws`);
    expect(own.sentBy(flow(transport))).toEqual({ host: own.contactHost });
    expect(own.contactHost).toMatch(/^[0-9a-f]{12}\.invalid$/);
  }
});

test('on other transports by its address, IPv6 in brackets, or what the options say', () => {
  const own = identity();
  expect(own.contactUri(flow('UDP'))).toBe(`sip:${own.contactUser}@192.0.2.1:5070`);
  expect(own.contactUri(flow('TCP', '2001:db8::1'))).toBe(`sip:${own.contactUser}@[2001:db8::1]:5070;transport=tcp`);
  const named = identity({ contact: { host: 'phone.example.com', port: 5062 } });
  expect(named.contactUri(flow('UDP', '0.0.0.0'))).toBe(`sip:${named.contactUser}@phone.example.com:5062`);
});

test('a GRUU is the Contact of dialogs, without ob (RFC 5627 §4.4, RFC 5626 §4.3)', () => {
  const own = identity();
  expect(own.dialogContact(flow('WS'))).toBe(`<${own.contactUri(flow('WS'))}>`);
  own.publicGruu = 'sip:alice@example.com;gr=urn:uuid:1';
  expect(own.dialogContact(flow('WS'))).toBe('<sip:alice@example.com;gr=urn:uuid:1>');
});

test('the display name is quoted and UTF-8 (§25.1, trap 4.1 #16)', () => {
  expect(identity().from('t1')).toBe('"Alic\u00c3\u00a9 \\"A\\"" <sip:alice@example.com>;tag=t1');
});

test('without an instance it makes a random UUID, version 4 (RFC 4122 §4.4, trap 4.3 #56)', () => {
  expect(identity().instanceId).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test('an address of record must be a SIP URI with a user', () => {
  for (const aor of ['alice', 'sip:example.com', 'tel:+1', 'mailto:a@b']) {
    expect(() => identity({ account: { aor } })).toThrow(TypeError);
  }
});

test.each([
  ['bob', 'sip:bob@example.com:5080'],
  [' 101 ', 'sip:101@example.com:5080'],
  ['+431234', 'sip:+431234@example.com:5080'],
  ['*98#', 'sip:*98%23@example.com:5080'],
  ['jürgen', 'sip:j%C3%BCrgen@example.com:5080'],
  ['bob@other.example', 'sip:bob@other.example'],
  ['SIPS:bob@other.example;x=Y', 'SIPS:bob@other.example;x=Y'],
  ['tel:+431234', undefined],
  ['', undefined],
  ['bob smith', undefined],
])('dials %j as %j', (typed, uri) => {
  const aor = parseUri('sip:alice@example.com:5080');
  if (!aor.ok || !('host' in aor.value)) throw new Error('no AOR');
  const { value } = aor;
  if (uri === undefined) expect(() => dialTarget(typed, value)).toThrow(TypeError);
  else expect(dialTarget(typed, value)).toBe(uri);
});

test('headers and method of a dialled URI stay out of the Request-URI (§19.1.5, trap 4.1 #14)', () => {
  const { aor } = identity();
  const typed = 'sip:bob@other.example;method=BYE;x=Y?Replaces=id%3Bto-tag%3D1';
  expect(dialTarget(typed, aor)).toBe('sip:bob@other.example;x=Y');
});
