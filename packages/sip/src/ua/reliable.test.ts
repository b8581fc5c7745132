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
import type { CallOptions } from './client-invite.ts';
import type { UserAgentOptions } from './options.ts';

const sdp = (port: number) =>
  `v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`;
const at = (host: string) => ({ transport: 'UDP', host, port: 5060 }) as const;

/** Alice calls Bob, who rings. */
async function ringing(
  options: {
    readonly seed?: number;
    readonly loss?: number;
    readonly call?: CallOptions;
    readonly alice?: Partial<UserAgentOptions>;
    readonly bob?: Partial<UserAgentOptions>;
  } = {},
) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(options.seed ?? 6) });
  const wire = new Wire(network);
  const agent = (user: string, address: string, peer: string, own?: Partial<UserAgentOptions>) =>
    new TestAgent(network, address, { user, server: at(peer), ...(own && { options: own }) });
  const alice = agent('alice', '192.0.2.1', '192.0.2.2', options.alice);
  const bob = agent('bob', '192.0.2.2', '192.0.2.1', options.bob);
  alice.agent.start();
  bob.agent.start();
  const call = alice.agent.call('sip:bob@example.com', options.call);
  await clock.advanceSettled(200);
  const finish = async () => {
    call.hangUp();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, bob.agent);
  };
  return { clock, network, wire, alice, bob, call, finish };
}

/** Alice calls through an element that plays a forking proxy with several phones behind it. */
async function forked(options: CallOptions = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(3) });
  const wire = new Wire(network);
  const fork = new TestElement(network, '192.0.2.2');
  const alice = new TestAgent(network, '192.0.2.1', { user: 'alice', server: at('192.0.2.2') });
  let invite: ServerTransaction | undefined;
  fork.answer = (transaction) => {
    if (transaction.request.method === 'INVITE') invite ??= transaction;
    if (transaction === invite) return;
    const offered = /^INVITE|^UPDATE/.test(transaction.request.method) && transaction.request.body.length > 0;
    transaction.respond(
      createResponse(transaction.request, 200, offered ? { body: sdp(5200), contentType: 'application/sdp' } : {}),
    );
  };
  alice.agent.start();
  const session = alice.agent.call('sip:bob@example.com', options);
  await clock.advanceSettled(100);
  const respond = async (status: number, toTag: string, rseq?: number, body?: string) => {
    if (!invite) throw new Error('no INVITE yet');
    const reliable: [string, string][] =
      rseq === undefined
        ? []
        : [
            ['Require', '100rel'],
            ['RSeq', String(rseq)],
          ];
    invite.respond(
      createResponse(invite.request, status, {
        toTag,
        headers: [['Contact', `<sip:${toTag}@192.0.2.2>`], ['Allow', 'INVITE, ACK, BYE, UPDATE, PRACK'], ...reliable],
        ...(body !== undefined && { body, contentType: 'application/sdp' }),
      }),
    );
    await clock.advanceSettled(100);
  };
  const ask = async (method: string, tag: string, cseq: number, body?: string) => {
    if (!invite) throw new Error('no INVITE yet');
    const { request } = invite;
    const asked = createRequest({
      method,
      uri: request.contacts[0]?.uriText ?? '',
      headers: Headers.of(
        ['Max-Forwards', '70'],
        ['From', `${request.headers.get('to')};tag=${tag}`],
        ['To', request.headers.get('from') ?? ''],
        ['Call-ID', request.callId],
        ['CSeq', `${cseq} ${method}`],
        ['Contact', `<sip:moved@192.0.2.2>`],
        ...(body === undefined ? [] : [['Content-Type', 'application/sdp'] as const]),
      ),
      body,
    });
    const outcome = fork.send(asked, { destination: at('192.0.2.1') });
    await clock.advanceSettled(100);
    return outcome;
  };
  const finish = async () => {
    session.hangUp();
    if (invite && !invite.finalSent) invite.respond(createResponse(invite.request, 487, { toTag: 'one' }));
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, fork.transactions);
  };
  const paths = () => alice.media(session).calls;
  return { clock, wire, fork, alice, session, respond, ask, finish, paths };
}

const racks = (wire: Wire) => wire.requests('PRACK').map(({ message }) => message.headers.get('rack'));

test('early media: our answer goes in a reliable 183, and the 2xx does not say it again (RFC 3262 §5, RFC 3264 §4, UAC-025)', async () => {
  const { clock, wire, alice, bob, call, finish } = await ringing();
  bob.session.progress();
  await clock.advanceSettled(200);
  const [progress] = wire.responses(183, 'INVITE');
  expect(progress?.message.require).toEqual(['100rel']);
  const rseq = progress?.message.rseq ?? 0;
  expect(rseq).toBeGreaterThan(0);
  expect(rseq).toBeLessThan(2 ** 31);
  expect(racks(wire)).toEqual([`${rseq} 1 INVITE`]);
  expect(wire.responses(200, 'PRACK')).toHaveLength(1);
  expect([call.state, bob.session.state]).toEqual(['early', 'incoming']);
  bob.session.answer();
  await clock.advanceSettled(500);
  expect([call.state, bob.session.state]).toEqual(['connected', 'connected']);
  expect(wire.responses(200, 'INVITE')[0]?.message.body.length).toBe(0);
  expect(alice.media(call).calls).toEqual(['offer', 'early', 'accept']);
  expect(bob.media(bob.session).calls).toEqual(['answer']);
  await finish();
});

test('RSeq begins at random (RFC 3262 §3, trap 4.5 #85)', async () => {
  const first: (number | undefined)[] = [];
  for (const seed of [1, 2, 3]) {
    const { clock, wire, bob, finish } = await ringing({ seed });
    bob.session.progress();
    await clock.advanceSettled(200);
    first.push(wire.responses(183, 'INVITE')[0]?.message.rseq);
    await finish();
  }
  expect(new Set(first).size).toBe(3);
});

test('a plain 180 stays unreliable for a caller that only supports 100rel (RFC 3262 §3, trap 4.5 #86)', async () => {
  const { wire, finish } = await ringing();
  expect(wire.responses(180, 'INVITE')[0]?.message.rseq).toBeUndefined();
  await finish();
});

test('a caller that requires 100rel gets every 101–199 reliably, one after the other (RFC 3262 §3 and §4, trap 4.5 #85, UAS-026)', async () => {
  const { clock, network, wire, bob, finish } = await ringing({ alice: { reliableProvisional: 'required' } });
  const [ring] = wire.responses(180, 'INVITE');
  expect(wire.requests('INVITE')[0]?.message.require).toEqual(['100rel']);
  expect(ring?.message.require).toEqual(['100rel']);
  network.conditions = { ...network.conditions, loss: 1 };
  bob.session.progress({ status: 183, media: false });
  bob.session.progress({ status: 182, media: false });
  await clock.advanceSettled(200);
  // The second waits for the PRACK of the first.
  expect(wire.responses(182, 'INVITE')).toHaveLength(0);
  network.conditions = { ...network.conditions, loss: 0 };
  await clock.advanceSettled(2000);
  expect(wire.responses(182, 'INVITE').map(({ message }) => message.rseq)).toEqual([(ring?.message.rseq ?? 0) + 2]);
  // And for the answer to it, so that they do not cross.
  const before = wire.story.slice(0, wire.story.indexOf('182 INVITE'));
  expect(before.filter((each) => each === '200 PRACK')).toHaveLength(2);
  await finish();
});

test('a far side that does not know 100rel is refused 421 only where we insist (RFC 3262 §3, UAS-006)', async () => {
  const strict = await ringing({ alice: { reliableProvisional: 'off' }, bob: { reliableProvisional: 'required' } });
  await strict.clock.advanceSettled(500);
  expect(strict.wire.responses(421, 'INVITE')[0]?.message.require).toEqual(['100rel']);
  await strict.finish();
  const lacking = await ringing({ alice: { reliableProvisional: 'required' }, bob: { reliableProvisional: 'off' } });
  await lacking.clock.advanceSettled(500);
  expect(lacking.wire.responses(420, 'INVITE')[0]?.message.unsupported).toEqual(['100rel']);
  await lacking.finish();
});

test('an insisting caller bears a far side that answers without reliable 1xx (RFC 3262 §4, trap 4.5 #86)', async () => {
  const { clock, wire, session, respond, finish } = await forked();
  await respond(180, 'one');
  await respond(200, 'one', undefined, sdp(4000));
  expect(session.state).toBe('connected');
  expect(wire.requests('PRACK')).toHaveLength(0);
  await clock.advanceSettled(100);
  await finish();
});

test('without 100rel the description in the 183 is a preview that the 2xx repeats (trap 4.5 #73)', async () => {
  const { clock, wire, bob, call, finish } = await ringing({ alice: { reliableProvisional: 'off' } });
  bob.session.progress();
  await clock.advanceSettled(200);
  bob.session.answer();
  await clock.advanceSettled(500);
  expect(wire.requests('PRACK')).toHaveLength(0);
  expect(call.state).toBe('connected');
  expect(wire.responses(200, 'INVITE')[0]?.message.body).toEqual(wire.responses(183, 'INVITE')[0]?.message.body);
  await finish();
});

test('the reliable 1xx is sent again after T1, 2·T1, 4·T1 … until its PRACK, and the 2xx waits for it (RFC 3262 §3, trap 4.5 #85, UAS-024)', async () => {
  const { clock, network, wire, bob, call, finish } = await ringing();
  network.conditions = { ...network.conditions, loss: 1 };
  const start = clock.now();
  bob.session.progress();
  await clock.advanceSettled(100);
  bob.session.answer();
  await clock.advanceSettled(8000);
  expect(wire.responses(183, 'INVITE').map(({ at: time }) => time - start)).toEqual([0, 500, 1500, 3500, 7500]);
  expect(wire.responses(200, 'INVITE')).toHaveLength(0);
  network.conditions = { ...network.conditions, loss: 0 };
  await clock.advanceSettled(9000);
  expect(call.state).toBe('connected');
  expect(wire.story.indexOf('PRACK')).toBeLessThan(wire.story.indexOf('200 INVITE'));
  await finish();
});

test('64·T1 without PRACK: the INVITE is refused 504 (RFC 3262 §3, trap 4.5 #85, UAS-024)', async () => {
  const { clock, network, wire, bob, finish } = await ringing();
  network.conditions = { ...network.conditions, loss: 1 };
  bob.session.progress();
  await clock.advanceSettled(32_100);
  expect(bob.session.end).toMatchObject({ kind: 'timeout', status: 504 });
  expect(wire.responses(504, 'INVITE').length).toBeGreaterThan(0);
  network.conditions = { ...network.conditions, loss: 0 };
  await finish();
});

test('a PRACK that matches nothing is 481: RSeq, CSeq and method all count (RFC 3262 §3, trap 4.5 #85, UAS-025)', async () => {
  const { clock, network, wire, bob, finish } = await ringing({ alice: { reliableProvisional: 'required' } });
  const [prack] = wire.requests('PRACK');
  if (!prack) throw new Error('no PRACK');
  const other = new TestElement(network, '192.0.2.9');
  const send = async (rack: string, cseq: number, body = prack.message) => {
    const headers = body.headers.with('RAck', rack).with('CSeq', `${cseq} PRACK`).with('Via', []);
    const outcome = other.send(body.with({ headers }), { destination: at('192.0.2.2') });
    await clock.advanceSettled(100);
    return outcome.statuses;
  };
  const rseq = (prack.message.rack?.rseq ?? 0) + 1;
  // The first again; then, while the second 1xx is out, one wrong in each part.
  expect(await send(`${rseq - 1} 1 INVITE`, 10)).toEqual([481]);
  network.conditions = { ...network.conditions, loss: 1 };
  bob.session.progress({ media: false });
  await clock.advanceSettled(10);
  network.conditions = { ...network.conditions, loss: 0 };
  expect(await send(`${rseq + 1} 1 INVITE`, 11)).toEqual([481]);
  expect(await send(`${rseq} 2 INVITE`, 12)).toEqual([481]);
  expect(await send(`${rseq} 1 UPDATE`, 13)).toEqual([481]);
  expect(await send(`${rseq} 1 INVITE`, 14)).toEqual([200]);
  await finish();
});

test('the caller drops reliable 1xx that are out of order or came again, for each branch of its own (RFC 3262 §4, traps 4.4 #58, 4.5 #85, UAC-025)', async () => {
  const { wire, session, respond, finish } = await forked();
  await respond(180, 'one', 7);
  await respond(183, 'one', 9);
  await respond(180, 'one', 7);
  await respond(180, 'two', 70);
  await respond(183, 'one', 8);
  await respond(183, 'one', 9);
  expect(racks(wire)).toEqual(['7 1 INVITE', '70 1 INVITE', '8 1 INVITE', '9 1 INVITE']);
  const numbers = (tag: string) =>
    wire.requests('PRACK').flatMap(({ message }) => (message.toTag === tag ? [message.cseq.number] : []));
  expect([numbers('one'), numbers('two')]).toEqual([[2, 3, 4], [2]]);
  expect(session.state).toBe('ringing');
  await finish();
});

test('each branch keeps its own answer, media is told which, and the one that takes the call counts (RFC 3261 §13.2.2.4)', async () => {
  const { alice, session, respond, paths, finish } = await forked();
  await respond(183, 'one', 1, sdp(4000));
  await respond(183, 'two', 5, sdp(5000));
  await respond(180, 'one');
  expect(paths()).toEqual(['offer', 'early', 'early']);
  await respond(200, 'one');
  expect(session.state).toBe('connected');
  expect(alice.media(session).remote).toBe(sdp(4000));
  await finish();
});

test('once answered reliably, the description in the 2xx is not looked at (RFC 3261 §13.2.1)', async () => {
  const { alice, session, respond, finish } = await forked();
  await respond(183, 'one', 1, sdp(4000));
  await respond(200, 'one', undefined, sdp(6000));
  expect(alice.media(session).remote).toBe(sdp(4000));
  await finish();
});

test('a call without offer: the offer comes in the reliable 1xx, the answer goes in its PRACK (RFC 3262 §5, trap 4.5 #74)', async () => {
  const { clock, wire, alice, bob, call, finish } = await ringing({ call: { lateOffer: true } });
  bob.session.progress();
  await clock.advanceSettled(10);
  bob.session.answer();
  await clock.advanceSettled(1000);
  expect([call.state, bob.session.state]).toEqual(['connected', 'connected']);
  expect(wire.requests('PRACK')[0]?.message.body.length).toBeGreaterThan(0);
  expect(wire.responses(200, 'INVITE')[0]?.message.body.length).toBe(0);
  expect(wire.requests('ACK')[0]?.message.body.length).toBe(0);
  expect(alice.media(call).calls).toEqual(['answer']);
  expect(bob.media(bob.session).calls).toEqual(['offer', 'accept']);
  await finish();
});

const ports = (seen: readonly { readonly message: SipRequest }[]) =>
  seen.map(({ message }) => [message.toTag, /^m=audio (\d+)/m.exec(String.fromCharCode(...message.body))?.[1]]);

test('a call without offer that forks: the offer of each branch gets its own answer, and the branch that takes the call has media (§13.2.2.4, RFC 3262 §5, trap 4.5 #74)', async () => {
  for (const winner of ['one', 'two']) {
    const { wire, alice, session, respond, paths, finish } = await forked({ lateOffer: true });
    await respond(183, 'one', 1, sdp(4000));
    await respond(183, 'two', 1, sdp(5000));
    expect(ports(wire.requests('PRACK'))).toEqual([
      ['one', '40000'],
      ['two', '40000'],
    ]);
    await respond(200, winner);
    expect(session.state).toBe('connected');
    // Media is with the branch that was answered last.
    const again = winner === 'one' ? ['offer restart', 'accept'] : [];
    expect(paths()).toEqual(['answer', 'answer', ...again]);
    expect(alice.media(session).remote).toBe(winner === 'one' ? sdp(5200) : sdp(5000));
    expect(wire.requests('ACK')[0]?.message.body.length).toBe(0);
    await finish();
  }
});

test('a branch whose offer cannot be met is answered with port 0, and media stays with the other; alone it ends the call (RFC 3262 §5, RFC 3264 §6)', async () => {
  for (const winner of ['one', 'two']) {
    const { wire, alice, session, respond, finish } = await forked({ lateOffer: true });
    await respond(183, 'one', 1, sdp(4000));
    alice.media(session).refuse = { status: 488 };
    await respond(183, 'two', 1, sdp(5000));
    expect(ports(wire.requests('PRACK'))).toEqual([
      ['one', '40000'],
      ['two', '0'],
    ]);
    await respond(200, winner);
    expect([session.state, wire.requests('INVITE').length]).toEqual(['connected', winner === 'one' ? 1 : 2]);
    expect(alice.media(session).remote).toBe(winner === 'one' ? sdp(4000) : sdp(5200));
    await finish();
  }
  const { wire, alice, session, respond, finish } = await forked({ lateOffer: true });
  alice.media(session).refuse = { status: 488 };
  await respond(183, 'one', 1, sdp(4000));
  expect(ports(wire.requests('PRACK'))).toEqual([['one', '0']]);
  expect(wire.requests('CANCEL')).toHaveLength(1);
  await finish();
});

test('every 2xx with an offer gets an answer in its ACK, if only one with port 0 before the BYE (§13.2.2.4, trap 4.4 #60)', async () => {
  const both = await forked({ lateOffer: true });
  await both.respond(200, 'one', undefined, sdp(4000));
  await both.respond(200, 'two', undefined, sdp(5000));
  expect(ports(both.wire.requests('ACK'))).toEqual([
    ['one', '40000'],
    ['two', '0'],
  ]);
  expect(both.wire.requests('BYE').map(({ message }) => message.toTag)).toEqual(['two']);
  expect(both.session.state).toBe('connected');
  await both.finish();
  // The CANCEL crosses it.
  const late = await forked({ lateOffer: true });
  late.session.hangUp();
  await late.respond(200, 'one', undefined, sdp(4000));
  expect(ports(late.wire.requests('ACK'))).toEqual([['one', '0']]);
  expect(late.wire.story.filter((each) => each === 'BYE')).toHaveLength(1);
  await late.finish();
});

test('our offer in a reliable 1xx whose PRACK brings no answer: the call is refused (RFC 3262 §5, trap 4.5 #74)', async () => {
  const { clock, network, wire, alice, bob, finish } = await ringing({ call: { lateOffer: true } });
  const [invite] = wire.requests('INVITE');
  if (!invite) throw new Error('no INVITE');
  network.conditions = { ...network.conditions, loss: 1 };
  bob.session.progress();
  await clock.advanceSettled(10);
  network.conditions = { ...network.conditions, loss: 0 };
  const rseq = wire.responses(183, 'INVITE')[0]?.message.rseq;
  const other = new TestElement(network, '192.0.2.9');
  const tag = wire.responses(183, 'INVITE')[0]?.message.toTag;
  const headers = invite.message.headers
    .with('Via', [])
    .with('Content-Type', [])
    .with('To', `<sip:bob@example.com>;tag=${tag}`)
    .with('CSeq', '2 PRACK')
    .append('RAck', `${rseq} 1 INVITE`);
  const outcome = other.send(invite.message.with({ method: 'PRACK', headers }), {
    destination: at('192.0.2.2'),
  });
  await clock.advanceSettled(200);
  expect(outcome.statuses).toEqual([200]);
  expect(bob.session.end).toMatchObject({ by: 'local', status: 488 });
  expect(alice.agent.sessions).toHaveLength(0);
  await finish();
});

test('UPDATE with an offer in an early dialog is taken once an offer was answered reliably, 491 before (RFC 3311 §5.1 and §5.2, trap 4.5 #79, UAC-029)', async () => {
  const { alice, session, respond, ask, paths, finish } = await forked();
  await respond(180, 'one');
  expect((await ask('UPDATE', 'one', 1, sdp(4100))).statuses).toEqual([491]);
  await respond(183, 'one', 1, sdp(4000));
  const outcome = await ask('UPDATE', 'one', 2, sdp(4100));
  expect(outcome.statuses).toEqual([200]);
  expect(outcome.responses[0]?.body.length).toBeGreaterThan(0);
  expect(paths()).toEqual(['offer', 'early', 'accept', 'answer']);
  // The other branch cannot have the media too.
  await respond(183, 'two', 1, sdp(5000));
  expect((await ask('UPDATE', 'two', 1, sdp(5100))).statuses).toEqual([488]);
  await respond(200, 'one');
  expect(session.state).toBe('connected');
  expect(paths()).toEqual(['offer', 'early', 'accept', 'answer']);
  expect(alice.media(session).remote).toBe(sdp(4100));
  await finish();
});

test('another branch takes the call than the one whose media was agreed: a re-INVITE agrees on it anew, and the first one has no say any more (§13.2.2.4, RFC 3264 §4)', async () => {
  for (const early of [false, true]) {
    const { wire, alice, session, respond, ask, paths, finish } = await forked();
    await respond(183, 'one', 1, sdp(4000));
    if (early) await respond(183, 'two', 1, sdp(5000));
    await ask('UPDATE', 'one', 2, sdp(4100));
    await respond(200, 'two', undefined, early ? undefined : sdp(5000));
    expect(session.state).toBe('connected');
    const [, again] = wire.requests('INVITE');
    expect(again?.message.toTag).toBe('two');
    expect(paths().slice(-3)).toEqual(['answer', 'offer restart', 'accept']);
    expect(alice.media(session).remote).toBe(sdp(5200));
    expect((await ask('UPDATE', 'one', 3, sdp(4200))).statuses).toEqual([488]);
    expect(alice.media(session).remote).toBe(sdp(5200));
    await finish();
  }
});

test('two UPDATEs with offers at once in an early dialog: the second is 500 with Retry-After (RFC 3311 §5.2, trap 4.5 #76)', async () => {
  const { alice, session, respond, ask, finish } = await forked();
  await respond(183, 'one', 1, sdp(4000));
  alice.media(session).blocked = true;
  const first = await ask('UPDATE', 'one', 2, sdp(4100));
  const second = await ask('UPDATE', 'one', 3, sdp(4200));
  expect(second.statuses).toEqual([500]);
  expect(second.responses[0]?.retryAfter).toBeLessThanOrEqual(10);
  alice.media(session).release();
  await ask('OPTIONS', 'one', 4);
  expect(first.statuses).toEqual([200]);
  await finish();
});

test('a 2xx crosses an offer in the early dialog: that offer is put off, the call is up (RFC 5407 §3.1)', async () => {
  const { clock, alice, session, respond, ask, finish } = await forked();
  await respond(183, 'one', 1, sdp(4000));
  alice.media(session).blocked = true;
  const update = await ask('UPDATE', 'one', 2, sdp(4100));
  await respond(200, 'one');
  expect(update.statuses).toEqual([500]);
  alice.media(session).release();
  await clock.advanceSettled(100);
  expect(session.state).toBe('connected');
  await finish();
});

test('UPDATE without description moves the target of the early dialog (RFC 3311 §5.2, trap 4.4 #63)', async () => {
  const { wire, respond, ask, finish } = await forked();
  await respond(180, 'one', 1);
  expect((await ask('UPDATE', 'one', 1)).statuses).toEqual([200]);
  await respond(180, 'one', 2);
  expect(wire.requests('PRACK').map(({ message }) => message.uriText)).toEqual([
    'sip:one@192.0.2.2',
    'sip:moved@192.0.2.2',
  ]);
  await finish();
});

test('early media over a network that loses a third of all messages still ends in a call (RFC 3262 §3)', async () => {
  for (let seed = 1; seed <= 8; seed++) {
    const { clock, network, bob, call, finish } = await ringing({ seed });
    network.conditions = { ...network.conditions, loss: 0.3 };
    bob.session.progress();
    await clock.advanceSettled(300);
    bob.session.answer();
    await clock.advanceSettled(32_000);
    expect([call.state, bob.session.state], `seed ${seed}`).toEqual(['connected', 'connected']);
    network.conditions = { ...network.conditions, loss: 0 };
    await finish();
  }
});

test('CANCEL while a reliable 1xx waits for its PRACK: 487, and nothing is left (RFC 3262 §3, DLG-006)', async () => {
  const { clock, network, wire, bob, call, finish } = await ringing();
  network.conditions = { ...network.conditions, loss: 1 };
  bob.session.progress();
  await clock.advanceSettled(10);
  network.conditions = { ...network.conditions, loss: 0 };
  call.hangUp();
  await clock.advanceSettled(500);
  expect(wire.responses(487, 'INVITE')).toHaveLength(1);
  const sent = wire.responses(183, 'INVITE').length;
  await clock.advanceSettled(5000);
  expect(wire.responses(183, 'INVITE')).toHaveLength(sent);
  await finish();
});

test('both sides offer by UPDATE at once, over a network that loses messages: one state in the end, and the call is up (RFC 3311 §5.2, RFC 5407 §3.1, trap 4.5 #73, DLG-006)', async () => {
  for (let seed = 1; seed <= 8; seed++) {
    const { clock, network, bob, call, finish } = await ringing({ seed });
    bob.session.answer();
    await clock.advanceSettled(500);
    network.conditions = { ...network.conditions, loss: 0.2 };
    call.hold();
    call.update({ media: true });
    await clock.advanceSettled(seed * 3);
    bob.session.hold();
    bob.session.update({ media: true });
    await clock.advanceSettled(60_000);
    expect([call.state, bob.session.state], `seed ${seed}`).toEqual(['connected', 'connected']);
    const held = { local: true, remote: true, wanted: true };
    expect([call.held, bob.session.held], `seed ${seed}`).toEqual([held, held]);
    network.conditions = { ...network.conditions, loss: 0 };
    await finish();
  }
});

test('a 199 ends one branch and its early dialog, and we say that we know it (RFC 6228 §4, trap 4.4 #59)', async () => {
  const { wire, alice, session, respond, finish } = await forked();
  expect(wire.requests('INVITE')[0]?.message.supported).toContain('199');
  await respond(183, 'one', 1, sdp(4000));
  await respond(183, 'two', 1, sdp(5000));
  expect(alice.counts.dialogs).toBe(2);
  await respond(199, 'one');
  expect(alice.counts.dialogs).toBe(1);
  expect(session.state).toBe('early');
  await respond(200, 'two');
  expect(alice.media(session).remote).toBe(sdp(5000));
  await finish();
});
