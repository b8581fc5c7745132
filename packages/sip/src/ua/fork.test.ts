import { expect, test } from 'vitest';
import { createRequest, createResponse, Headers, type SipRequest } from '../message/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../testing/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';

const sdp = (port: number) =>
  `v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`;

/** Alice calls through an element that plays a forking proxy with several phones behind it. */
async function call() {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(3) });
  const wire = new Wire(network);
  const fork = new TestElement(network, '192.0.2.2');
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'UDP', host: '192.0.2.2', port: 5060 },
  });
  let invite: ServerTransaction | undefined;
  fork.answer = (transaction) => {
    if (transaction.request.method === 'INVITE') invite = transaction;
    else transaction.respond(createResponse(transaction.request, 200));
  };
  alice.agent.start();
  const session = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(100);
  const respond = async (
    status: number,
    toTag: string | undefined,
    parts: { readonly body?: string; readonly routes?: string; readonly contact?: string } = {},
  ) => {
    if (!invite) throw new Error('no INVITE yet');
    const { body, routes, contact = `sip:${toTag ?? 'old'}@192.0.2.2` } = parts;
    const response = createResponse(invite.request, status, {
      ...(toTag !== undefined && { toTag }),
      headers: [['Contact', `<${contact}>`]],
      ...(body !== undefined && { body, contentType: 'application/sdp' }),
    });
    invite.respond(
      routes === undefined ? response : response.with({ headers: response.headers.with('Record-Route', routes) }),
    );
    await clock.advanceSettled(100);
  };
  const finish = async () => {
    session.hangUp();
    if (invite && !invite.finalSent) invite.respond(createResponse(invite.request, 487, { toTag: 'one' }));
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, fork.transactions);
  };
  return { clock, wire, fork, alice, session, respond, finish };
}

const toTags = (requests: readonly { readonly message: SipRequest }[]) => requests.map(({ message }) => message.toTag);

test('the second 2xx of a fork is acknowledged and ended; the kept call goes on (§13.2.2.4, trap 4.4 #60, UAC-020)', async () => {
  const { wire, alice, session, respond, finish } = await call();
  await respond(180, 'one');
  await respond(180, 'two');
  expect(alice.counts.dialogs).toBe(2);
  await respond(200, 'one', { body: sdp(4000) });
  await respond(200, 'two', { body: sdp(5000) });
  expect(session.state).toBe('connected');
  expect(toTags(wire.requests('ACK'))).toEqual(['one', 'two']);
  expect(toTags(wire.requests('BYE'))).toEqual(['two']);
  expect(wire.requests('BYE')[0]?.message.uriText).toBe('sip:two@192.0.2.2');
  expect(alice.media(session).remote).toBe(sdp(4000));
  await respond(200, 'two', { body: sdp(5000) });
  expect(toTags(wire.requests('ACK'))).toEqual(['one', 'two', 'two']);
  expect(wire.requests('BYE')).toHaveLength(1);
  await finish();
});

test('the phone of a fork that answered too late hears in the BYE that another took the call (§13.2.2.4, RFC 3326 §2, UAC-034)', async () => {
  const { wire, respond, finish } = await call();
  await respond(200, 'one', { body: sdp(4000) });
  await respond(200, 'two', { body: sdp(5000) });
  expect(wire.requests('BYE')[0]?.message.headers.get('reason')).toBe('SIP;cause=200;text="Call completed elsewhere"');
  await finish();
  // The call that was kept is not spoken of so.
  expect(wire.requests('BYE')[1]?.message.headers.get('reason')).toBeUndefined();
});

test('a 2xx leaves the other early dialogs until 64·T1 have passed (§13.2.2.4, trap 4.4 #59)', async () => {
  const { clock, alice, respond, finish } = await call();
  await respond(180, 'one');
  await respond(180, 'two');
  await respond(200, 'one', { body: sdp(4000) });
  expect(alice.counts.dialogs).toBe(2);
  await clock.advanceSettled(33_000);
  expect(alice.counts.dialogs).toBe(1);
  await finish();
});

test('a final refusal ends all early dialogs, a 199 one of them (§12.3, RFC 6228, trap 4.4 #59, DLG-003)', async () => {
  const { alice, session, respond, finish } = await call();
  for (const tag of ['one', 'two', 'three']) await respond(180, tag);
  expect(alice.counts.dialogs).toBe(3);
  await respond(199, 'two');
  expect(alice.counts.dialogs).toBe(2);
  await respond(486, 'one');
  expect(alice.counts.dialogs).toBe(0);
  expect(session.end).toMatchObject({ kind: 'rejected', status: 486 });
  await finish();
});

test('the route set comes from the 2xx, not from the 1xx before it (§13.2.2.4, trap 4.4 #61)', async () => {
  const { wire, respond, finish } = await call();
  await respond(180, 'one', { routes: '<sip:a@192.0.2.2;lr>' });
  await respond(200, 'one', { routes: '<sip:b@192.0.2.2;lr>, <sip:c@192.0.2.2;lr>', body: sdp(4000) });
  const [ack] = wire.requests('ACK');
  expect(ack?.message.headers.list('route')).toEqual(['<sip:c@192.0.2.2;lr>', '<sip:b@192.0.2.2;lr>']);
  await finish();
  expect(wire.requests('BYE')[0]?.message.headers.list('route')).toEqual([
    '<sip:c@192.0.2.2;lr>',
    '<sip:b@192.0.2.2;lr>',
  ]);
});

test('hung up before any fork answered: each 2xx that comes nevertheless is acknowledged and ended (§9.1, trap 4.4 #60)', async () => {
  const { wire, session, respond, finish } = await call();
  await respond(180, 'one');
  session.hangUp();
  await respond(200, 'one', { body: sdp(4000) });
  await respond(200, 'two', { body: sdp(5000) });
  expect(toTags(wire.requests('ACK'))).toEqual(['one', 'two']);
  expect(toTags(wire.requests('BYE'))).toEqual(['one', 'two']);
  expect(session.end).toEqual({ by: 'local', kind: 'cancelled' });
  await finish();
});

test('early media: a description in a 183 is a preview; a 180 after it does not take it back (trap 4.4 #72)', async () => {
  const { alice, session, respond, finish } = await call();
  await respond(183, 'one', { body: sdp(4000) });
  expect(session.state).toBe('early');
  await respond(180, 'one');
  expect(session.state).toBe('early');
  await respond(183, 'one', { body: sdp(4000) });
  await respond(200, 'one', { body: sdp(4000) });
  await respond(180, 'one');
  expect(session.state).toBe('connected');
  expect(alice.media(session).calls).toEqual(['offer', 'early', 'accept']);
  await finish();
});

test('a 183 without a description is progress and no ringing; an unknown 1xx is like it (§21.1.5, trap 4.1 #11)', async () => {
  const { session, respond, finish } = await call();
  await respond(183, 'one');
  expect(session.state).toBe('calling');
  await respond(150, 'one');
  expect(session.state).toBe('calling');
  await respond(180, 'one');
  expect(session.state).toBe('ringing');
  await finish();
});

test('a 2xx that leaves out the answer it gave in the 183 still has it; one that never had it is ended', async () => {
  const lenient = await call();
  await lenient.respond(183, 'one', { body: sdp(4000) });
  await lenient.respond(200, 'one');
  expect(lenient.session.state).toBe('connected');
  expect(lenient.alice.media(lenient.session).remote).toBe(sdp(4000));
  await lenient.finish();
  const without = await call();
  await without.respond(200, 'one');
  expect(without.session.end).toEqual({ by: 'local', kind: 'failed', status: 488 });
  expect(without.wire.story.slice(-3)).toEqual(['ACK', 'BYE', '200 BYE']);
  await without.finish();
});

test('a 2xx without To tag is a call all the same: ACK and BYE go out without one (§12.1.2, trap 4.1 #16, DLG-001)', async () => {
  const { wire, session, respond, finish } = await call();
  await respond(180, undefined);
  await respond(200, undefined, { body: sdp(4000) });
  await respond(200, undefined, { body: sdp(4000) });
  expect(session.state).toBe('connected');
  await finish();
  expect(toTags(wire.requests('ACK'))).toEqual([undefined, undefined]);
  expect(toTags(wire.requests('BYE'))).toEqual([undefined]);
});

test('each early dialog counts the requests of its own far side (§12.2.2, trap 4.4 #58)', async () => {
  const { clock, wire, fork, respond, finish } = await call();
  await respond(180, 'one');
  await respond(180, 'two');
  const [invite] = wire.requests('INVITE');
  if (!invite) throw new Error('no INVITE');
  const ask = async (tag: string, cseq: number) => {
    const request = createRequest({
      method: 'OPTIONS',
      uri: invite.message.contacts[0]?.uriText ?? '',
      headers: Headers.of(
        ['Max-Forwards', '70'],
        ['From', `<sip:bob@example.com>;tag=${tag}`],
        ['To', invite.message.headers.get('from') ?? ''],
        ['Call-ID', invite.message.callId],
        ['CSeq', `${cseq} OPTIONS`],
      ),
    });
    const outcome = fork.send(request, { destination: { transport: 'UDP', host: '192.0.2.1', port: 5060 } });
    await clock.advanceSettled(100);
    return outcome.statuses;
  };
  expect(await ask('one', 9)).toEqual([200]);
  expect(await ask('two', 3)).toEqual([200]);
  expect(await ask('one', 4)).toEqual([500]);
  expect(await ask('two', 4)).toEqual([200]);
  // What was counted while it rang still counts when it is answered.
  await respond(200, 'one', { body: sdp(4000) });
  expect(await ask('one', 9)).toEqual([500]);
  expect(await ask('one', 10)).toEqual([200]);
  await finish();
});

test('a response with two Vias was meant for somebody else and is dropped (§8.1.3.3, UAC-010)', async () => {
  const { clock, session, respond, fork, finish } = await call();
  await respond(180, 'one');
  const [invite] = fork.requests;
  if (!invite) throw new Error('no INVITE');
  const busy = createResponse(invite.request, 486, { toTag: 'one' });
  const forged = busy.with({ headers: busy.headers.append('Via', 'SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKx') });
  fork.transport.sendResponse(forged, invite.flow);
  await clock.advanceSettled(100);
  expect(session.state).toBe('ringing');
  await finish();
});
