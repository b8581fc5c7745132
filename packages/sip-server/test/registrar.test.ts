import type { SipResponse } from '@ringback/sip';
import { expect, test } from 'vitest';
import { listStore, register, signed, World } from './world.ts';

const AOR = 'sip:alice@example.com';

async function contacts(world: World): Promise<readonly string[]> {
  return (await world.location.lookup(AOR)).map(({ contact }) => contact);
}

/** One peer that sends REGISTERs of alice, each authenticated, CSeq and branch counted up. */
function registering(world: World) {
  const peer = world.peer('192.0.2.20');
  let cseq = 0;
  return (lines: string, parts: { callId?: string; cseq?: number } = {}): Promise<SipResponse> => {
    cseq += 10;
    return peer.askAs('alice', register('alice', lines, { cseq, branch: `n${cseq}`, ...parts }));
  };
}

test('a REGISTER binds, its 200 lists every binding with its expiry and carries Date (§10.3 step 8, REG-023)', async () => {
  const world = new World();
  const send = registering(world);
  await send('Contact: <sip:a@192.0.2.20:5060>;expires=300');
  const response = await send('Contact: <sip:a2@192.0.2.20:5070>;q=0.5\nExpires: 900');
  expect(response.status).toBe(200);
  expect(response.headers.all('contact')).toEqual([
    '<sip:a@192.0.2.20:5060>;expires=300',
    '<sip:a2@192.0.2.20:5070>;q=0.5;expires=900',
  ]);
  expect(response.headers.get('date')).toBe('Thu, 01 Jan 2026 00:00:00 GMT');
});

test('Contact;expires wins over Expires, and Expires over the default (§10.3 step 7, REG-018)', async () => {
  const world = new World();
  const send = registering(world);
  const own = await send('Contact: <sip:a@192.0.2.20:5060>;expires=120\nExpires: 900');
  expect(own.contacts[0]?.params.get('expires')).toBe('120');
  const header = await send('Contact: <sip:a@192.0.2.20:5060>\nExpires: 900');
  expect(header.contacts[0]?.params.get('expires')).toBe('900');
  const neither = await send('Contact: <sip:a@192.0.2.20:5060>');
  expect(neither.contacts[0]?.params.get('expires')).toBe('3600');
});

test('a malformed expires is 3600, an absurd one is cut (REG-019, SEC-INJ-16)', async () => {
  const world = new World();
  const send = registering(world);
  const malformed = await send('Contact: <sip:a@192.0.2.20:5060>;expires=soon');
  expect(malformed.contacts[0]?.params.get('expires')).toBe('3600');
  const absurd = await send(`Contact: <sip:a@192.0.2.20:5060>;expires=1${'0'.repeat(100)}`);
  expect(absurd.contacts[0]?.params.get('expires')).toBe('3600');
});

test('a short interval is 423 with Min-Expires, and nothing changes (§10.3 step 7, REG-020)', async () => {
  const world = new World();
  const send = registering(world);
  const response = await send('Contact: <sip:a@192.0.2.20:5060>;expires=10');
  expect([response.status, response.minExpires]).toEqual([423, 60]);
  expect(await contacts(world)).toEqual([]);
});

test('a REGISTER without Contact lists and changes nothing (REG-007)', async () => {
  const world = new World();
  const send = registering(world);
  await send('Contact: <sip:a@192.0.2.20:5060>');
  const response = await send('');
  expect(response.headers.all('contact')).toHaveLength(1);
  expect(await contacts(world)).toHaveLength(1);
});

test('the same Call-ID with a CSeq that is not higher fails and changes nothing; another Call-ID wins (REG-021, trap 4.7 #96)', async () => {
  const world = new World();
  const send = registering(world);
  await send('Contact: <sip:a@192.0.2.20:5060>', { callId: 'one', cseq: 50 });
  const stale = await send('Contact: <sip:a@192.0.2.20:5060>;expires=0', { callId: 'one', cseq: 20 });
  expect(stale.status).toBe(500);
  expect(await contacts(world)).toHaveLength(1);
  const other = await send('Contact: <sip:a@192.0.2.20:5060>;expires=0', { callId: 'two', cseq: 1 });
  expect(other.status).toBe(200);
  expect(await contacts(world)).toEqual([]);
});

test('all changes of a request are made or none (§10.3 step 7, REG-022, UAS-036)', async () => {
  const world = new World();
  const send = registering(world);
  await send('Contact: <sip:a@192.0.2.20:5060>', { callId: 'one', cseq: 50 });
  const response = await send('Contact: <sip:new@192.0.2.20:5061>, <sip:a@192.0.2.20:5060>', {
    callId: 'one',
    cseq: 9,
  });
  expect(response.status).toBe(500);
  expect(await contacts(world)).toEqual(['sip:a@192.0.2.20:5060']);
});

test('`Contact: *` needs Expires 0 and stands alone, else 400 (REG-016, trap 4.7 #97)', async () => {
  const world = new World();
  const send = registering(world);
  await send('Contact: <sip:a@192.0.2.20:5060>, <sip:b@192.0.2.20:5061>');
  expect((await send('Contact: *')).status).toBe(400);
  expect((await send('Contact: *\nExpires: 60')).status).toBe(400);
  expect((await send('Contact: *\nContact: <sip:a@192.0.2.20:5060>\nExpires: 0')).status).toBe(400);
  expect(await contacts(world)).toHaveLength(2);
  const all = await send('Contact: *\nExpires: 0');
  expect([all.status, all.headers.has('contact')]).toEqual([200, false]);
  expect(await contacts(world)).toEqual([]);
});

test('`Contact: *` with an old CSeq removes nothing (REG-017)', async () => {
  const world = new World();
  const send = registering(world);
  await send('Contact: <sip:a@192.0.2.20:5060>', { callId: 'one', cseq: 50 });
  expect((await send('Contact: *\nExpires: 0', { callId: 'one', cseq: 5 })).status).toBe(500);
  expect(await contacts(world)).toHaveLength(1);
});

test('the binding is found by URI comparison, not by text (§19.1.4)', async () => {
  const world = new World();
  const send = registering(world);
  await send('Contact: <sip:%61lice@PHONE.example.net:5060>');
  await send('Contact: <sip:alice@phone.example.net:5060;line=1>');
  expect(await contacts(world)).toEqual(['sip:alice@phone.example.net:5060;line=1']);
});

test('a retransmitted REGISTER gets the same answer and is applied once (REG-025)', async () => {
  const world = new World();
  const peer = world.peer('192.0.2.20');
  const text = register('alice', 'Contact: <sip:a@192.0.2.20:5060>');
  const challenge = await peer.ask(text);
  const second = signed(text, challenge, 'alice');
  const one = await peer.ask(second);
  const again = await peer.ask(second);
  expect([one.status, again.status]).toEqual([200, 200]);
  expect(again.toTag).toBe(one.toTag);
  expect(world.registered).toHaveLength(1);
});

test('an unknown option tag in Require is 420 with Unsupported (§10.3 step 2, REG-012)', async () => {
  const world = new World();
  const response = await registering(world)('Contact: <sip:a@192.0.2.20:5060>\nRequire: teleport, path');
  expect([response.status, response.unsupported]).toEqual([420, ['teleport']]);
});

test('more bindings than allowed are refused as a whole (SEC-REG-03)', async () => {
  const world = new World();
  const send = registering(world);
  for (let i = 0; i < 10; i++) expect((await send(`Contact: <sip:a${i}@192.0.2.20:5060>`)).status).toBe(200);
  expect((await send('Contact: <sip:a11@192.0.2.20:5060>')).status).toBe(403);
  expect((await send('Contact: <sip:a3@192.0.2.20:5060>')).status).toBe(200);
  const flood = Array.from({ length: 100 }, (_, i) => `<sip:b${i}@192.0.2.20:5060>`).join(', ');
  expect((await send(`Contact: ${flood}`)).status).toBe(403);
  expect(await contacts(world)).toHaveLength(10);
});

test('a contact that is the server itself is refused (SEC-REG-04, SEC-GW-09)', async () => {
  const world = new World();
  const send = registering(world);
  expect((await send('Contact: <sip:alice@example.com>')).status).toBe(403);
  expect((await send('Contact: <sip:bob@192.0.2.1:5060>')).status).toBe(403);
  expect((await send('Contact: <sip:bob@192.0.2.1;transport=tcp>')).status).toBe(403);
  expect(await contacts(world)).toEqual([]);
});

test('a contact that points elsewhere is never an outbound target: its phone is called where it registered from (SEC-REG-04)', async () => {
  const world = new World();
  const phone = world.peer('192.0.2.20');
  const inside = world.peer('169.254.169.254');
  await phone.askAs('alice', register('alice', 'Contact: <sip:a@169.254.169.254:5099>'));
  const bob = await world.phone('bob', '192.0.2.12');
  const call = bob.agent.call('sip:alice@example.com');
  await world.pass(1000);
  expect(inside.messages).toEqual([]);
  expect(phone.messages.some((message) => message.kind === 'request' && message.method === 'INVITE')).toBe(true);
  call.hangUp();
});

test('a phone that listens on another port of its own address is called there', async () => {
  const world = new World();
  const phone = world.peer('192.0.2.20');
  world.network.host('192.0.2.20').listen('UDP', 5077);
  await phone.askAs('alice', register('alice', 'Contact: <sip:a@192.0.2.20:5077>'));
  const bob = await world.phone('bob', '192.0.2.12');
  const call = bob.agent.call('sip:alice@example.com');
  await world.pass(1000);
  expect(phone.scripted.heard.at(-1)?.flow.local.port).toBe(5077);
  call.hangUp();
});

test('headers and method of a contact URI are stored but not applied (SEC-REG-05, PROXY-013)', async () => {
  const world = new World();
  const phone = world.peer('192.0.2.20');
  const contact = '<sip:a@192.0.2.20:5060;method=BYE?Route=%3Csip:evil%3E>';
  const response = await phone.askAs('alice', register('alice', `Contact: ${contact}`));
  expect(response.headers.get('contact')).toContain(contact);
  const bob = await world.phone('bob', '192.0.2.12');
  const call = bob.agent.call('sip:alice@example.com');
  await world.pass(1000);
  const invite = phone.messages.find((message) => message.kind === 'request');
  expect(invite?.kind === 'request' && invite.uriText).toBe('sip:a@192.0.2.20:5060');
  expect(invite?.headers.has('route')).toBe(false);
  call.hangUp();
});

test('To and From must be the account that logged in (REG-014, SEC-REG-01, SEC-REG-06, SEC-AUTH-07)', async () => {
  const world = new World();
  const peer = world.peer('192.0.2.20');
  const hijack = await peer.askAs('bob', register('alice', 'Contact: <sip:x@192.0.2.20>', { callId: 'h' }), 'bob');
  expect(hijack.status).toBe(403);
  const third = register('alice', 'Contact: <sip:x@192.0.2.20>', { callId: 't' }).replace(
    'From: <sip:alice@',
    'From: <sip:bob@',
  );
  expect((await peer.askAs('alice', third)).status).toBe(403);
  expect(await contacts(world)).toEqual([]);
});

test('nobody is unregistered without credentials (SEC-REG-02, REG-013)', async () => {
  const world = new World();
  await registering(world)('Contact: <sip:a@192.0.2.20:5060>');
  const stranger = world.peer('192.0.2.66');
  const response = await stranger.ask(register('alice', 'Contact: *\nExpires: 0', { callId: 'evil' }));
  expect(response.status).toBe(401);
  expect(await contacts(world)).toHaveLength(1);
});

test('a Path from a client is ignored and not echoed (SEC-REG-07)', async () => {
  const world = new World();
  const response = await registering(world)(
    'Contact: <sip:a@192.0.2.20:5060>\nPath: <sip:evil.example;lr>\nSupported: path',
  );
  expect([response.status, response.headers.has('path')]).toEqual([200, false]);
  expect((await world.location.lookup(AOR))[0]?.path).toEqual([]);
});

test('the Path of a trusted edge is stored in order, echoed, and preloaded as Route (RFC 3327 §5.3, REG-027, trap 4.7 #102)', async () => {
  const world = new World({ trusted: ['192.0.2.20'] });
  const edge = world.peer('192.0.2.20');
  const path = 'Path: <sip:one@192.0.2.20:5060;lr>, <sip:two@198.51.100.7;lr;ob>\nSupported: path';
  const response = await edge.askAs('alice', register('alice', `Contact: <sip:a@a.invalid;transport=ws>\n${path}`));
  expect(response.headers.list('path')).toEqual(['<sip:one@192.0.2.20:5060;lr>', '<sip:two@198.51.100.7;lr;ob>']);
  const bob = await world.phone('bob', '192.0.2.12');
  const call = bob.agent.call('sip:alice@example.com');
  await world.pass(1000);
  const invite = edge.messages.find((message) => message.kind === 'request');
  expect(invite?.headers.list('route')).toEqual(['<sip:one@192.0.2.20:5060;lr>', '<sip:two@198.51.100.7;lr;ob>']);
  expect(invite?.kind === 'request' && invite.uriText).toBe('sip:a@a.invalid;transport=ws');
  call.hangUp();
});

test('Path without `Supported: path` is accepted and not echoed (REG-028)', async () => {
  const world = new World({ trusted: ['192.0.2.20'] });
  const edge = world.peer('192.0.2.20');
  const lines = 'Contact: <sip:a@a.invalid;transport=ws>\nPath: <sip:one@192.0.2.20:5060;lr>';
  const response = await edge.askAs('alice', register('alice', lines));
  expect([response.status, response.headers.has('path')]).toEqual([200, false]);
  expect((await world.location.lookup(AOR))[0]?.path).toEqual(['<sip:one@192.0.2.20:5060;lr>']);
});

const INSTANCE = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e128>"';

test('outbound: instance and reg-id are the binding, Require: outbound and Flow-Timer answer (RFC 5626 §6, REG-030, REG-031)', async () => {
  const world = new World();
  const send = registering(world);
  const response = await send(
    `Contact: <sip:a@a.invalid;transport=ws>;reg-id=1;${INSTANCE}\nSupported: outbound, path`,
  );
  expect([response.status, response.require, response.headers.get('flow-timer')]).toEqual([200, ['outbound'], '120']);
  await send(`Contact: <sip:other@b.invalid;transport=ws>;reg-id=1;${INSTANCE}\nSupported: outbound`);
  expect(await contacts(world)).toEqual(['sip:other@b.invalid;transport=ws']);
  await send(`Contact: <sip:other@c.invalid;transport=ws>;reg-id=2;${INSTANCE}\nSupported: outbound`);
  expect(await contacts(world)).toHaveLength(2);
});

test('reg-id without instance, or 0, is ignored; two of them with a life are 400 (RFC 5626 §6, trap 4.7 #101)', async () => {
  const world = new World();
  const send = registering(world);
  const bare = await send('Contact: <sip:a@192.0.2.20:5060>;reg-id=1\nSupported: outbound');
  expect([bare.status, bare.require]).toEqual([200, []]);
  const zero = await send(`Contact: <sip:b@192.0.2.20:5060>;reg-id=0;${INSTANCE}\nSupported: outbound`);
  expect([zero.status, zero.require]).toEqual([200, []]);
  const two = `Contact: <sip:c@x>;reg-id=1;${INSTANCE}, <sip:d@x>;reg-id=2;${INSTANCE}\nSupported: outbound`;
  expect((await send(two)).status).toBe(400);
});

test('a public GRUU is given to those who know GRUUs, the same each time (RFC 5627, REG-033, trap 4.7 #104)', async () => {
  const world = new World();
  const send = registering(world);
  const contact = `Contact: <sip:a@a.invalid;transport=ws>;${INSTANCE}`;
  const without = await send(contact);
  expect(without.contacts[0]?.params.has('pub-gruu')).toBe(false);
  const one = await send(`${contact}\nSupported: gruu`);
  const two = await send(`${contact}\nSupported: gruu`);
  const gruu = 'sip:alice@example.com;gr=urn:uuid:00000000-0000-1000-8000-000a95a0e128';
  expect([one, two].map(({ contacts: [first] }) => first?.params.get('pub-gruu'))).toEqual([gruu, gruu]);
});

test('a Contact of .invalid over WebSocket is bound to its connection and never looked up (REG-039, trap 4.2 #26)', async () => {
  const world = new World();
  const peer = world.peer('192.0.2.20', 'WS');
  await peer.askAs('alice', register('alice', 'Contact: <sip:a@q7.invalid;transport=ws>'));
  const [binding] = await world.location.lookup(AOR);
  expect(binding).toMatchObject({ transport: 'WS', tied: true, contact: 'sip:a@q7.invalid;transport=ws' });
  expect(binding?.flowId).toBeDefined();
});

test('a binding vanishes when its time is over, not by the next request (REG-040, trap 4.7 #105)', async () => {
  const world = new World();
  await registering(world)('Contact: <sip:a@192.0.2.20:5060>;expires=60');
  await world.pass(55_000);
  expect(world.server.counts.bindings).toBe(1);
  await world.pass(5000);
  expect(world.server.counts.bindings).toBe(0);
});

test('`Supported` of a 200 lists what is implemented and nothing else (trap 4.7 #105)', async () => {
  const world = new World();
  const response = await registering(world)('Contact: <sip:a@192.0.2.20:5060>');
  expect(response.supported).toEqual(['path', 'outbound', 'gruu']);
});

test('UDP bindings are there again after a restart, WebSocket bindings are not', async () => {
  const store = listStore();
  const world = new World({ store });
  const browser = world.peer('192.0.2.21', 'WS');
  await browser.askAs('bob', register('bob', 'Contact: <sip:b@q7.invalid;transport=ws>'));
  await registering(world)('Contact: <sip:a@192.0.2.20:5060>');
  await world.pass(1000);
  expect(store.bindings.map(({ aor }) => aor)).toEqual([AOR]);
  const { clock, network } = world;
  const again = new World({ store, clock, network, address: '192.0.2.1', seed: 2 });
  expect(await again.location.lookup(AOR)).toHaveLength(1);
  expect(await again.location.lookup('sip:bob@example.com')).toEqual([]);
});

test('a name with escapes is the same account, and is never unescaped into a header (trap 4.1 #14, SEC-INJ-02, REG-015)', async () => {
  const world = new World();
  const peer = world.peer('192.0.2.20');
  const text = register('alice', 'Contact: <sip:a@192.0.2.20:5060>').replaceAll('sip:alice@', 'sip:%61lice@');
  expect((await peer.askAs('alice', text)).status).toBe(200);
  expect(await contacts(world)).toHaveLength(1);
  const evil = register('alice%0D%0AVia:%20x', 'Contact: <sip:a@192.0.2.20:5060>', { callId: 'evil' });
  expect((await peer.askAs('alice', evil)).status).toBe(403);
});

test('a REGISTER for another domain is refused, never bound (REG-011)', async () => {
  const world = new World();
  const peer = world.peer('192.0.2.20');
  const text = register('alice', 'Contact: <sip:a@192.0.2.20:5060>').replace(
    'REGISTER sip:example.com',
    'REGISTER sip:example.net',
  );
  expect((await peer.askAs('alice', text)).status).toBe(403);
  expect(world.server.counts.bindings).toBe(0);
});

test('Record-Route in a REGISTER has no effect (REG-026)', async () => {
  const world = new World();
  const response = await registering(world)('Contact: <sip:a@192.0.2.20:5060>\nRecord-Route: <sip:evil.example;lr>');
  expect([response.status, response.headers.has('record-route')]).toEqual([200, false]);
});
