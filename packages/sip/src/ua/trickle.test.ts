import { expect, test } from 'vitest';
import { createResponse, type SipRequest, type SipResponse } from '../message/index.ts';
import { type IceFragment, parseSdp, restartsIce } from '../sdp/index.ts';
import {
  assertIdle,
  cut,
  FakeSessionDescription,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../testing/index.ts';
import type { CallOptions } from './client-invite.ts';
import type { UserAgentOptions } from './options.ts';
import type { Session } from './session.ts';
import type { AnswerWish, OfferWish } from './session-description-handler.ts';
import { trickleIce } from './trickle.ts';

const at = (host: string) => ({ transport: 'UDP', host, port: 5060 }) as const;
const unreliable = { reliableProvisional: 'off' } as const;
const candidate = (n: number) => `${n} 1 UDP ${n} 192.0.2.1 ${5000 + n} typ host`;
const lines = (numbers: readonly number[]) => numbers.map((n) => `a=candidate:${candidate(n)}\r\n`).join('');
/** The session's description with these candidates in addition. */
const gathered = (session: Session, ...numbers: number[]) => `${session.localDescription}${lines(numbers)}`;

/** Descriptions with ICE, and what came of candidates. */
class IceMedia extends FakeSessionDescription {
  readonly heard: IceFragment[] = [];
  slow = false;
  /** What each description was to wait for. */
  readonly waits: AnswerWish['candidates'][] = [];
  /** The candidates that its descriptions have. */
  found: readonly number[] = [];
  readonly #user: string;
  #generation = 1;

  constructor(user: string) {
    super('192.0.2.1');
    this.#user = user;
  }

  get candidates(): readonly string[] {
    return this.heard.flatMap(({ media }) => media.flatMap((each) => each.candidates));
  }

  override async createOffer(wish: OfferWish): Promise<string> {
    this.blocked ||= this.slow && this.waits.length > 0;
    this.waits.push(wish.candidates);
    if (wish.iceRestart) this.#generation += 1;
    return this.#withIce(await super.createOffer(wish));
  }

  override async createAnswer(offer: string, wish: AnswerWish): Promise<string> {
    this.waits.push(wish.candidates);
    const [before, after] = [parseSdp(this.remote ?? ''), parseSdp(offer)];
    if (before.ok && after.ok && restartsIce(before.value, after.value, 0)) this.#generation += 1;
    return this.#withIce(await super.createAnswer(offer, wish));
  }

  async addCandidates(fragment: IceFragment): Promise<void> {
    this.calls.push('candidates');
    this.heard.push(fragment);
  }

  #withIce(sdp: string): string {
    const [user, generation] = [this.#user, this.#generation];
    return `${sdp}a=mid:0\r\na=ice-options:trickle\r\na=ice-ufrag:${user}${generation}\r\na=ice-pwd:secret-of-${user}-${generation}\r\n${lines(this.found)}`;
  }
}

/** Alice calls Bob, who rings; both trickle unless said otherwise. */
async function ringing(
  options: {
    readonly alice?: Partial<UserAgentOptions>;
    readonly bob?: Partial<UserAgentOptions>;
    readonly seed?: number;
    readonly offered?: readonly number[];
    readonly call?: CallOptions;
    /** Alice's second description takes until it is let go. */
    readonly slow?: boolean;
  } = {},
) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(options.seed ?? 3) });
  const wire = new Wire(network);
  const media = { alice: new IceMedia('alice'), bob: new IceMedia('bobby') };
  media.alice.found = options.offered ?? [];
  media.alice.slow = options.slow ?? false;
  const agent = (user: 'alice' | 'bob', address: string, peer: string) =>
    new TestAgent(network, address, {
      user,
      server: at(peer),
      options: { infoPackages: [trickleIce], sessionDescription: () => media[user], ...options[user] },
    });
  const alice = agent('alice', '192.0.2.1', '192.0.2.2');
  const bob = agent('bob', '192.0.2.2', '192.0.2.1');
  alice.agent.start();
  bob.agent.start();
  const call = alice.agent.call('sip:bob@example.com', options.call);
  const settle = (time = 100) => clock.advanceSettled(time);
  await settle(200);
  const answer = async () => {
    bob.session.answer();
    await settle(200);
    expect([call.state, bob.session.state]).toEqual(['connected', 'connected']);
  };
  const infos = (from = '192.0.2.1') => wire.requests('INFO', from).map(({ message }) => text(message));
  /** Puts a request of Alice's on the wire once more, under another number. */
  const replay = async (request: SipRequest | undefined, cseq: number) => {
    if (!request) throw new Error('nothing to replay');
    const element = new TestElement(network, '192.0.2.7');
    const headers = request.headers.without('Via').with('CSeq', `${cseq} INFO`);
    const outcome = element.send(request.with({ headers }), { destination: at('192.0.2.2') });
    await settle();
    return outcome.statuses;
  };
  const finish = async () => {
    call.hangUp();
    await settle(200_000);
    assertIdle(alice.agent, bob.agent);
  };
  return { network, wire, media, alice, bob, call, settle, answer, infos, replay, finish };
}

/** Alice's call is up with a peer that trickles, and answers her INFOs so. */
async function withPeer(answer: (info: SipRequest) => SipResponse) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(8) });
  const wire = new Wire(network);
  const peer = new TestElement(network, '192.0.2.2');
  const description = await new IceMedia('bobby').createOffer({ hold: false });
  peer.answer = (transaction) => {
    const { request } = transaction;
    if (request.method === 'INFO') transaction.respond(answer(request));
    else transaction.respond(trickling(request, 200, request.method === 'INVITE' ? description : undefined));
  };
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: at('192.0.2.2'),
    options: { infoPackages: [trickleIce], sessionDescription: () => new IceMedia('alice') },
  });
  alice.agent.start();
  const call = alice.agent.call('sip:bob@example.com');
  const settle = (time = 100) => clock.advanceSettled(time);
  await settle();
  const infos = () => wire.requests('INFO').map(({ message }) => text(message));
  const hangUp = async () => {
    call.hangUp();
    await settle(100_000);
    assertIdle(alice.agent);
  };
  return { call, settle, infos, hangUp };
}

/** A response of who trickles. */
const trickling = (request: SipRequest, status: number, body?: string) =>
  createResponse(request, status, {
    toTag: 'bob',
    headers: [
      ['Contact', '<sip:bob@192.0.2.2>'],
      ['Supported', 'trickle-ice'],
      ['Recv-Info', 'trickle-ice'],
    ],
    ...(body !== undefined && { body, contentType: 'application/sdp' }),
  });

const text = ({ body }: SipRequest) => String.fromCharCode(...body);
const numbersIn = (body: string | undefined) =>
  [...(body ?? '').matchAll(/a=candidate:(\d+)/g)].map(([, n]) => Number(n));

test('full trickle: Supported and Recv-Info first, then INFOs one at a time that repeat all candidates with ufrag, pwd and mid, up to end-of-candidates (RFC 8840 §4.4, trap 4.5 #89)', async () => {
  const { wire, media, bob, call, settle, answer, infos, finish } = await ringing();
  await answer();
  const invite = wire.requests('INVITE')[0]?.message;
  expect(invite?.supported).toContain('trickle-ice');
  expect(invite?.headers.get('recv-info')).toBe('trickle-ice');
  expect(wire.responses(200, 'INVITE')[0]?.message.headers.get('recv-info')).toBe('trickle-ice');
  expect([call.trickles, bob.session.trickles]).toEqual([true, true]);
  call.trickle(gathered(call, 1));
  call.trickle(gathered(call, 1, 2));
  call.trickle(gathered(call, 1, 2, 3), true);
  expect(infos()).toHaveLength(1);
  await settle();
  // The newest alone follows the first.
  expect(infos().map(numbersIn)).toEqual([[1], [1, 2, 3]]);
  expect(infos()[1]).toContain('a=end-of-candidates\r\nm=audio');
  for (const part of ['a=mid:0\r\n', 'a=ice-ufrag:alice1\r\n', 'a=ice-pwd:secret-of-alice-1\r\n'])
    expect(infos()[1]).toContain(part);
  const headers = wire.requests('INFO')[0]?.message.headers;
  expect([headers?.get('info-package'), headers?.get('content-type')]).toEqual([
    'trickle-ice',
    'application/trickle-ice-sdpfrag',
  ]);
  // Each candidate comes to media once.
  expect(media.bob.candidates).toEqual([1, 2, 3].map(candidate));
  expect(media.bob.heard.map(({ complete }) => complete)).toEqual([false, true]);
  // What was said is not said again.
  call.trickle(gathered(call, 1, 2, 3), true);
  await settle();
  expect(infos()).toHaveLength(2);
  expect(() => call.trickle('v=0\r\n')).toThrow(TypeError);
  await finish();
});

test('INFOs out of order by CSeq and those of another ICE generation are dropped (RFC 8840 §4.4, trap 4.5 #89)', async () => {
  const { wire, media, bob, call, settle, answer, infos, replay, finish } = await ringing();
  await answer();
  call.trickle(gathered(call, 1));
  await settle();
  const [old] = wire.requests('INFO');
  const stale = old?.message.with({ body: old.message.body });
  expect(await replay(stale, old?.message.cseq.number ?? 0)).toEqual([500]);
  expect(media.bob.candidates).toEqual([candidate(1)]);
  // A restart; what was gathered before it stays unsaid, what belongs to it waits for the answer.
  const before = gathered(call, 1, 2);
  media.alice.blocked = true;
  call.restartMedia({ iceRestart: true });
  await settle();
  media.alice.release();
  await settle(1);
  const during = gathered(call, 7);
  expect(during).toContain('alice2');
  call.trickle(during);
  expect(infos()).toHaveLength(1);
  await settle();
  expect(wire.story.slice(-5)).toEqual(['INVITE', '200 INVITE', 'ACK', 'INFO', '200 INFO']);
  expect(media.bob.candidates).toEqual([1, 7].map(candidate));
  call.trickle(before);
  await settle();
  expect(infos()).toHaveLength(2);
  const late = wire.requests('INVITE').at(-1)?.message.cseq.number ?? 0;
  expect(await replay(stale, late + 100)).toEqual([200]);
  expect(media.bob.candidates).toEqual([1, 7].map(candidate));
  bob.session.hangUp();
  await finish();
});

test('in an early dialog the callee trickles once the PRACK shows that the caller knows it (RFC 8840 §4.3.1)', async () => {
  const { network, wire, media, bob, call, settle, answer, infos, finish } = await ringing();
  network.drop = ({ bytes }) => /^PRACK/.test(String.fromCharCode(...bytes));
  bob.session.progress();
  await settle();
  bob.session.trickle(gathered(bob.session, 4));
  await settle();
  expect(infos('192.0.2.2')).toEqual([]);
  network.drop = undefined;
  await settle(2000);
  expect(infos('192.0.2.2').map(numbersIn)).toEqual([[4]]);
  expect(media.alice.candidates).toEqual([candidate(4)]);
  call.trickle(gathered(call, 1));
  await settle();
  expect(media.bob.candidates).toEqual([candidate(1)]);
  expect(wire.responses(200, 'INVITE')).toEqual([]);
  await answer();
  await finish();
});

test('an answer in an unreliable 18x is sent again after T1, 2·T1, 4·T1 … until a request in the dialog shows that it came (RFC 8840 §4.3.2)', async () => {
  const { network, wire, media, bob, settle, answer, infos, finish } = await ringing({ bob: unreliable });
  network.drop = ({ bytes }) => /^SIP.2.0 183/.test(String.fromCharCode(...bytes));
  bob.session.progress();
  await settle(0);
  bob.session.trickle(gathered(bob.session, 4), true);
  await settle(4000);
  const sent = wire.responses(183, 'INVITE');
  expect(sent.map(({ at }) => at - (sent[0]?.at ?? 0))).toEqual([0, 500, 1500, 3500]);
  expect(new Set(sent.map(({ message }) => String.fromCharCode(...message.body))).size).toBe(1);
  expect(infos('192.0.2.2')).toEqual([]);
  network.drop = undefined;
  await settle(60_000);
  // Heard at last: the caller says so at once, though it has nothing new, and the callee begins.
  expect(wire.responses(183, 'INVITE')).toHaveLength(5);
  expect(infos().map(numbersIn)).toEqual([[]]);
  expect(infos()[0]).toContain('a=ice-ufrag:alice1');
  expect(infos('192.0.2.2').map(numbersIn)).toEqual([[4]]);
  expect(media.alice.candidates).toEqual([candidate(4)]);
  expect(media.bob.candidates).toEqual([]);
  await answer();
  expect(String.fromCharCode(...(wire.responses(200, 'INVITE')[0]?.message.body ?? []))).toBe(
    String.fromCharCode(...(sent[0]?.message.body ?? [])),
  );
  expect([infos(), infos('192.0.2.2')].map(({ length }) => length)).toEqual([1, 1]);
  await finish();
});

test('the INFO that shows that the answer came repeats the candidates of the offer and those found since (RFC 8840 §4.3.2)', async () => {
  for (const found of [[1], [1, 2]]) {
    const { network, media, bob, call, settle, answer, infos, finish } = await ringing({
      bob: unreliable,
      offered: [1],
    });
    if (found.length > 1) call.trickle(gathered(call, 2), true);
    await settle();
    network.drop = ({ bytes }) => /^SIP.2.0 183/.test(String.fromCharCode(...bytes));
    const before = infos().length;
    bob.session.progress();
    await settle();
    expect(infos()).toHaveLength(before);
    network.drop = undefined;
    await settle(1000);
    // Said again even if it was said before: it is what the callee waits for.
    expect(infos().slice(before).map(numbersIn)).toEqual([found]);
    expect(infos().at(-1)?.includes('end-of-candidates')).toBe(found.length > 1);
    await answer();
    expect(media.bob.candidates).toEqual(found.slice(1).map(candidate));
    await finish();
  }
});

test('an answer is not repeated where the caller does not trickle, nor after the 2xx, the CANCEL or the loss of patience (RFC 8840 §4.3.2)', async () => {
  const deaf = ({ bytes }: { readonly bytes: Uint8Array }) => /^SIP.2.0 183/.test(String.fromCharCode(...bytes));
  const quiet = await ringing({ bob: unreliable, alice: { infoPackages: [] } });
  quiet.network.drop = deaf;
  quiet.bob.session.progress();
  await quiet.settle(10_000);
  expect(quiet.wire.responses(183, 'INVITE')).toHaveLength(1);
  await quiet.answer();
  await quiet.finish();
  for (const end of ['answer', 'cancel', 'none'] as const) {
    const { network, wire, bob, call, settle, finish } = await ringing({ bob: unreliable });
    network.drop = deaf;
    bob.session.progress();
    await settle(600);
    if (end === 'answer') bob.session.answer();
    else if (end === 'cancel') call.hangUp();
    await settle(100_000);
    const times = wire.responses(183, 'INVITE').length;
    expect([end, times]).toEqual([end, end === 'none' ? 7 : 2]);
    await finish();
  }
});

test('a branch that answers by 2xx alone is asked for nothing: an INFO is owed for unreliable answers only (RFC 8840 §4.3.2)', async () => {
  const { bob, settle, answer, infos, finish } = await ringing();
  bob.session.progress();
  await settle(5000);
  await answer();
  expect([infos(), infos('192.0.2.2')]).toEqual([[], []]);
  await finish();
});

test('INFO crosses BYE: one of the two is answered 481, and the call ends once, as it was ended (§15.1.2, RFC 8840 §4.4, DLG-006)', async () => {
  for (const both of [false, true]) {
    const { wire, media, bob, call, settle, alice, answer, finish } = await ringing();
    await answer();
    call.trickle(gathered(call, 1));
    if (both) bob.session.trickle(gathered(bob.session, 2));
    bob.session.hangUp();
    await settle(0);
    call.trickle(gathered(call, 1, 2));
    await settle(5000);
    expect([call.end?.kind, call.end?.by, bob.session.end?.by]).toEqual(['hangup', 'remote', 'local']);
    expect(alice.states.get(call)?.filter((state) => state === 'ended')).toEqual(['ended']);
    expect(wire.responses(481, 'INFO').length).toBeGreaterThan(0);
    expect(media.bob.calls.slice(media.bob.calls.indexOf('close'))).toEqual(['close']);
    await finish();
  }
});

test('who refuses the INFO by 405, 415, 469 or 501 gets no other, the call goes on, and late candidates are due by a re-INVITE (RFC 6086 §5.2.2, RFC 8840 §4.4)', async () => {
  for (const status of [405, 415, 469, 501]) {
    const { call, infos, settle, hangUp } = await withPeer((info) => createResponse(info, status));
    expect(call.trickles).toBe(true);
    call.trickle(gathered(call, 1));
    call.trickle(gathered(call, 1, 2));
    await settle();
    expect([status, call.trickles, call.state, infos().map(numbersIn)]).toEqual([status, false, 'connected', [[1]]]);
    await hangUp();
  }
});

test('481 to the INFO ends the call, another failure only loses what it said (RFC 5057 §5.1, RFC 8840 §4.4)', async () => {
  const gone = await withPeer((info) => createResponse(info, 481));
  gone.call.trickle(gathered(gone.call, 1));
  await gone.settle(5000);
  expect(gone.call.end?.status).toBe(481);
  await gone.hangUp();
  let status = 500;
  const { call, infos, settle, hangUp } = await withPeer((info) => createResponse(info, status));
  call.trickle(gathered(call, 1));
  await settle();
  status = 200;
  call.trickle(gathered(call, 1, 2), true);
  await settle();
  expect([call.state, infos().map(numbersIn)]).toEqual(['connected', [[1], [1, 2]]]);
  await hangUp();
});

test('candidates that come before their description is set wait for it (RFC 8840 §4.3.3)', async () => {
  const { media, call, settle, answer, infos, finish } = await ringing();
  // It only rings: Bob's media has not seen the offer.
  call.trickle(gathered(call, 1));
  call.trickle(gathered(call, 1, 2));
  await settle();
  expect(infos()).toHaveLength(2);
  expect(media.bob.calls).toEqual([]);
  await answer();
  expect(media.bob.calls).toEqual(['answer', 'candidates', 'candidates']);
  expect(media.bob.candidates).toEqual([1, 2].map(candidate));
  await finish();
});

test('nothing is trickled to who does not say that he knows how (RFC 8840 §5, trap 4.5 #89)', async () => {
  for (const packages of [{ bob: { infoPackages: [] } }, { alice: { infoPackages: [] } }]) {
    const { wire, bob, call, settle, answer, infos, finish } = await ringing(packages);
    await answer();
    const quiet = packages.bob ? wire.responses(200, 'INVITE')[0] : wire.requests('INVITE')[0];
    expect(quiet?.message.supported).not.toContain('trickle-ice');
    expect(quiet?.message.headers.get('recv-info')).toBe('');
    expect([call.trickles, bob.session.trickles]).toEqual([false, false]);
    for (const session of [call, bob.session]) session.trickle(gathered(session, 1));
    await settle();
    expect(infos()).toEqual([]);
    await finish();
  }
});

test('half trickle: an offer to who is not known to trickle waits for all candidates, what follows does not (RFC 8840 §5.3)', async () => {
  const { wire, media, call, settle, answer, infos, finish } = await ringing({
    alice: { halfTrickle: true },
    offered: [1, 2],
  });
  expect(wire.requests('INVITE')[0]?.message.require).toEqual([]);
  await answer();
  call.restartMedia({ iceRestart: true });
  await settle();
  expect([media.alice.waits, media.bob.waits]).toEqual([
    ['all', 'none'],
    ['none', 'none'],
  ]);
  expect(infos()).toEqual([]);
  await finish();
  // To who does not trickle everything is whole.
  const plain = await ringing({ alice: { halfTrickle: true }, bob: { infoPackages: [], halfTrickle: true } });
  await plain.answer();
  plain.call.restartMedia();
  await plain.settle();
  expect([plain.media.alice.waits, plain.media.bob.waits]).toEqual([
    ['all', 'all'],
    ['all', 'all'],
  ]);
  await plain.finish();
  // Otherwise it is the media's own matter.
  const usual = await ringing({ bob: { infoPackages: [] } });
  await usual.answer();
  expect([usual.media.alice.waits, usual.media.bob.waits]).toEqual([[undefined], [undefined]]);
  await usual.finish();
});

test('full trickle to who is known to: the offer waits for nothing and requires trickle-ice (RFC 8840 §5.1)', async () => {
  const { wire, media, bob, call, settle, answer, infos, finish } = await ringing({ call: { trickle: true } });
  expect(wire.requests('INVITE')[0]?.message.require).toEqual(['trickle-ice']);
  expect([media.alice.waits, call.trickles]).toEqual([['none'], true]);
  call.trickle(gathered(call, 1));
  bob.session.progress();
  await settle();
  expect(infos().map(numbersIn)).toEqual([[1]]);
  await answer();
  expect(media.bob.candidates).toEqual([candidate(1)]);
  await finish();
});

test('full trickle to who does not know it after all: 420, and the same call once more with all candidates and without Require (RFC 8840 §5.1)', async () => {
  for (const hungUp of [false, true]) {
    const { wire, media, call, settle, answer, finish } = await ringing({
      call: { trickle: true },
      alice: { halfTrickle: true },
      bob: { infoPackages: [] },
      slow: hungUp,
    });
    expect(wire.responses(420, 'INVITE')[0]?.message.unsupported).toEqual(['trickle-ice']);
    if (hungUp) {
      call.hangUp();
      await settle();
      expect([call.state, wire.requests('INVITE').length]).toEqual(['ended', 1]);
    } else {
      const [first, second] = wire.requests('INVITE').map(({ message }) => message);
      expect(second?.require).toEqual([]);
      expect(second?.headers.get('from')).toBe(first?.headers.get('from'));
      expect([first?.callId, second?.callId]).toEqual([call.callId, call.callId]);
      expect([first?.cseq.number, second?.cseq.number]).toEqual([1, 2]);
      expect([media.alice.waits, media.alice.calls, call.trickles]).toEqual([
        ['none', 'all'],
        ['offer', 'rollback', 'offer'],
        false,
      ]);
      await answer();
    }
    await finish();
  }
});

test('over a network that loses a third and repeats some, all candidates come once and in order, a restart in their middle included (RFC 8840 §4.4)', async () => {
  for (let seed = 1; seed <= 15; seed++) {
    const { network, media, call, settle, answer, finish } = await ringing({ seed });
    await answer();
    network.conditions = { ...network.conditions, loss: 0.3, duplicate: 0.2, jitter: 30 };
    call.trickle(gathered(call, 1));
    await settle(50);
    call.trickle(gathered(call, 1, 2));
    await settle(40_000);
    call.restartMedia({ iceRestart: true });
    await settle(20);
    call.trickle(gathered(call, 3));
    call.trickle(gathered(call, 3, 4), true);
    await settle(25_000);
    expect([seed, call.state]).toEqual([seed, 'connected']);
    expect([seed, media.bob.candidates]).toEqual([seed, [1, 2, 3, 4].map(candidate)]);
    network.conditions = { ...network.conditions, loss: 0, duplicate: 0 };
    await finish();
  }
});

test('a trickle in flight when the connection is lost is sent again after recovery, behind the re-INVITE (RFC 5626 §4.2, RFC 8840 §4.4)', async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(8) });
  const wire = new Wire(network);
  const server = new TestElement(network, '192.0.2.9', { listen: [['WS', 80]] });
  const [media, far] = [new IceMedia('alice'), new IceMedia('bobby')];
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'WS', host: '192.0.2.9', port: 80 },
    options: { infoPackages: [trickleIce], sessionDescription: () => media },
  });
  const description = await far.createOffer({ hold: false });
  let deaf = true;
  server.answer = (transaction) => {
    const { method, headers } = transaction.request;
    if (method === 'INFO' && deaf) return;
    const contact = method === 'REGISTER' ? headers.get('contact') : '<sip:bob@192.0.2.2>';
    transaction.respond(
      createResponse(transaction.request, 200, {
        toTag: 'bob',
        headers: [
          ['Contact', contact ?? ''],
          ['Supported', 'trickle-ice'],
          ['Recv-Info', 'trickle-ice'],
        ],
        ...(method === 'INVITE' && { body: description, contentType: 'application/sdp' }),
      }),
    );
  };
  alice.agent.start();
  alice.agent.register();
  await clock.advanceSettled(200);
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  call.trickle(gathered(call, 1));
  await clock.advanceSettled(50);
  expect(wire.requests('INFO')).toHaveLength(1);
  // Found while the first is on its way: the newest is what goes on the new connection.
  call.trickle(gathered(call, 1, 2));
  wire.clear();
  const [open] = alice.host.connections;
  if (!open) throw new Error('no connection');
  deaf = false;
  cut(open);
  await clock.advanceSettled(2000);
  expect(wire.story.filter((each) => /^[A-Z]/.test(each))).toEqual(['REGISTER', 'INVITE', 'ACK', 'INFO']);
  expect(wire.requests('INFO').map(({ message }) => numbersIn(text(message)))).toEqual([[1, 2]]);
  // Once answered it is not said again.
  wire.clear();
  await clock.advanceSettled(1000);
  expect(wire.requests('INFO')).toEqual([]);
  expect(call.state).toBe('connected');
  call.hangUp();
  const stopped = alice.agent.stop();
  await clock.advanceSettled(5000);
  await stopped;
  await clock.advanceSettled(64_000);
  assertIdle(alice.agent);
});
