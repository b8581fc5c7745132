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
import type { Session, UserAgentOptions } from './index.ts';

type Fields = readonly (readonly [string, string])[];
const sdp = 'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';
const at = (host: string) => ({ transport: 'UDP', host, port: 5060 }) as const;
const modern: Fields = [['Allow', 'INVITE, ACK, CANCEL, BYE, UPDATE']];
const granted = (value: string): Fields => [...modern, ['Session-Expires', value], ['Require', 'timer']];

/** Alice and an element that answers and asks what the test says. */
async function start(options: Partial<UserAgentOptions> = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(4), latency: 0 });
  const wire = new Wire(network);
  const peer = new TestElement(network, '192.0.2.2');
  const alice = new TestAgent(network, '192.0.2.1', { user: 'alice', server: at('192.0.2.2'), options });
  alice.onIncoming = (session) => session.answer();
  /** Status and headers for the next INVITEs and UPDATEs of hers, the last one for all that follow; undefined: silence. */
  let script: ([status: number, headers?: Fields] | undefined)[] = [[200]];
  const seen: { at: number; request: SipRequest }[] = [];
  const reply = (transaction: ServerTransaction, status: number, headers: Fields = modern) => {
    const { method } = transaction.request;
    const described = method === 'INVITE' && status === 200;
    transaction.respond(
      createResponse(transaction.request, status, {
        toTag: 'peer',
        headers: [['Contact', '<sip:peer@192.0.2.2>'], ...headers],
        ...(described && { body: sdp, contentType: 'application/sdp' }),
      }),
    );
  };
  peer.answer = (transaction) => {
    if (!['INVITE', 'UPDATE'].includes(transaction.request.method)) {
      reply(transaction, 200);
      return;
    }
    seen.push({ at: clock.now(), request: transaction.request });
    const next = script.length > 1 ? script.shift() : script[0];
    if (next) reply(transaction, ...next);
  };
  alice.agent.start();
  await clock.advanceSettled(10);
  const answers = (...next: typeof script) => {
    script = next;
  };
  let session: Session | undefined;
  let tag = '';
  let cseq = 0;
  const call = async (...next: typeof script) => {
    answers(...next);
    session = alice.agent.call('sip:bob@example.com');
    await clock.advanceSettled(10);
    tag = seen[0]?.request.fromTag ?? '';
    return session;
  };
  /** A request of the peer's, in the dialog where there is one. */
  const ask = async (method: string, headers: Fields = []) => {
    const described = method === 'INVITE';
    const id = session?.callId ?? 'theirs';
    const outcome = peer.send(
      createRequest({
        method,
        uri: 'sip:alice@192.0.2.1',
        headers: Headers.of(
          ['Max-Forwards', '70'],
          ['From', '<sip:bob@example.com>;tag=peer'],
          ['To', `<sip:alice@example.com>${tag && `;tag=${tag}`}`],
          ['Call-ID', id],
          ['CSeq', `${++cseq} ${method}`],
          ['Contact', '<sip:peer@192.0.2.2>'],
          ...headers,
          ...(described ? [['Content-Type', 'application/sdp'] as const] : []),
        ),
        ...(described && { body: sdp }),
      }),
      { destination: at('192.0.2.1') },
    );
    await clock.advanceSettled(10);
    const response = outcome.responses.at(-1);
    if (described && response?.isSuccess) {
      session ??= alice.session;
      tag = response.toTag ?? '';
      peer.transactions.send(
        createRequest({
          method: 'ACK',
          uri: 'sip:alice@192.0.2.1',
          headers: Headers.of(
            ['Max-Forwards', '70'],
            ['From', '<sip:bob@example.com>;tag=peer'],
            ['To', `<sip:alice@example.com>;tag=${tag}`],
            ['Call-ID', id],
            ['CSeq', `${cseq} ACK`],
          ),
        }),
        { destination: at('192.0.2.1') },
      );
      await clock.advanceSettled(10);
    }
    return response;
  };
  const finish = async () => {
    for (const each of alice.agent.sessions) each.hangUp();
    for (const each of peer.requests) if (!each.finalSent) reply(each, 487);
    await clock.advanceSettled(300_000);
    assertIdle(alice.agent, peer.transactions);
  };
  const seconds = (n: number) => clock.advanceSettled(n * 1000);
  const byes = () => wire.requests('BYE').length;
  return { clock, wire, peer, alice, seen, answers, call, ask, finish, seconds, byes, session: () => alice.session };
}

const value = (message: { readonly headers: Headers } | undefined, name: string) => message?.headers.get(name);

test('a 422 is answered by the same request with the Min-SE it names, same Call-ID, next CSeq, the largest Min-SE ever seen (RFC 4028 §7.3 and §7.4, trap 4.6 #90, UAC-032)', async () => {
  const t = await start();
  const call = await t.call(
    [422, [['Min-SE', '300']]],
    [422, [['Min-SE', '2000']]],
    [422, [['Min-SE', '3000']]],
    [200, granted('3000;refresher=uac')],
  );
  expect(t.seen.map(({ request }) => [value(request, 'session-expires'), value(request, 'min-se')])).toEqual([
    ['1800', undefined],
    ['1800', '300'],
    ['2000', '2000'],
    ['3000', '3000'],
  ]);
  expect(t.seen.map(({ request }) => request.cseq.number)).toEqual([1, 2, 3, 4]);
  expect(new Set(t.seen.map(({ request }) => `${request.callId} ${request.fromTag}`)).size).toBe(1);
  expect(t.seen.every(({ request }) => request.supported.includes('timer'))).toBe(true);
  expect(call.state).toBe('connected');
  // In the dialog only the Min-SEs of the dialog count.
  await t.seconds(1501);
  expect(value(t.seen[4]?.request, 'session-expires')).toBe('3000;refresher=uac');
  expect(value(t.seen[4]?.request, 'min-se')).toBeUndefined();
  await t.finish();
});

test('422 without end ends the call: no larger Min-SE, or one too many (RFC 4028 §7.3, trap 4.6 #90)', async () => {
  const same = await start();
  const first = await same.call([422, [['Min-SE', '2000']]]);
  expect(same.seen).toHaveLength(2);
  expect(first.end).toMatchObject({ status: 422 });
  await same.finish();
  const growing = await start();
  const more: [number, Fields][] = Array.from({ length: 20 }, (_, i) => [422, [['Min-SE', `${2000 + i}`]]]);
  const second = await growing.call(...more);
  expect(growing.seen).toHaveLength(5);
  expect(second.end).toMatchObject({ status: 422 });
  await growing.finish();
  const mute = await start();
  const third = await mute.call([422, []]);
  expect(mute.seen).toHaveLength(1);
  expect(third.end).toMatchObject({ status: 422 });
  await mute.finish();
});

test('a refresh refused 422 goes out again with the longer interval, and the Min-SE stays in the dialog (RFC 4028 §7.4 and §10, trap 4.6 #90, UAC-032)', async () => {
  const t = await start();
  await t.call([200, granted('200;refresher=uac')]);
  t.answers([422, [['Min-SE', '400']]], [200, granted('400;refresher=uac')]);
  await t.seconds(101);
  expect(t.seen.slice(1).map(({ request }) => value(request, 'session-expires'))).toEqual([
    '200;refresher=uac',
    '400;refresher=uac',
  ]);
  await t.seconds(198);
  expect(t.seen).toHaveLength(3);
  await t.seconds(3);
  expect(value(t.seen[3]?.request, 'session-expires')).toBe('400;refresher=uac');
  expect(value(t.seen[3]?.request, 'min-se')).toBe('400');
  await t.finish();
});

test('the refresher refreshes at half the interval by UPDATE where Allow names it, and each success starts it anew (RFC 4028 §7.2 and §10, traps 4.6 #93, 4.6 #94, UAC-032)', async () => {
  const t = await start();
  const call = await t.call([200, granted('600;refresher=uac')]);
  const zero = t.seen[0]?.at ?? 0;
  await t.seconds(1000);
  expect(t.seen.map(({ at, request }) => [request.method, Math.round((at - zero) / 1000)])).toEqual([
    ['INVITE', 0],
    ['UPDATE', 300],
    ['UPDATE', 600],
    ['UPDATE', 900],
  ]);
  expect(t.seen[1]?.request.body).toHaveLength(0);
  expect(value(t.seen[1]?.request, 'session-expires')).toBe('600;refresher=uac');
  // Any other success does too.
  call.hold();
  await t.seconds(299);
  expect(t.seen).toHaveLength(5);
  expect(value(t.seen[4]?.request, 'session-expires')).toBe('600;refresher=uac');
  await t.ask('UPDATE', [
    ['Supported', 'timer'],
    ['Session-Expires', '600;refresher=uas'],
  ]);
  await t.seconds(299);
  expect(t.seen).toHaveLength(5);
  await t.seconds(2);
  expect(t.seen).toHaveLength(6);
  expect(t.byes()).toBe(0);
  await t.finish();
});

test('without UPDATE the refresh is a re-INVITE whose description has the old version (RFC 4028 §7.4, trap 4.6 #94)', async () => {
  const t = await start();
  await t.call([
    200,
    [
      ['Allow', 'INVITE, ACK, CANCEL, BYE'],
      ['Session-Expires', '90;refresher=uac'],
    ],
  ]);
  await t.seconds(46);
  const [first, second] = t.seen;
  expect(second?.request.method).toBe('INVITE');
  expect(second?.request.body).toEqual(first?.request.body);
  await t.finish();
});

test('the side that does not refresh says BYE min(32, SE/3) seconds before the end, and not before (RFC 4028 §10, trap 4.6 #93)', async () => {
  for (const [interval, last] of [
    [1800, 1768],
    [90, 60],
  ] as const) {
    const t = await start();
    const call = await t.call([200, granted(`${interval};refresher=uas`)]);
    await t.seconds(last - 1);
    expect(call.state).toBe('connected');
    expect(t.seen).toHaveLength(1);
    await t.seconds(1);
    expect(call.end).toMatchObject({ by: 'network', kind: 'timeout', status: 408 });
    expect(value(t.wire.requests('BYE')[0]?.message, 'reason')).toBe('SIP;cause=408;text="Session expired"');
    await t.finish();
  }
});

test('any refresh of the far side keeps the call, the last one in time too; a refused one does not (RFC 4028 §9 and §10, trap 4.6 #93)', async () => {
  const t = await start();
  const call = await t.call([200, granted('90;refresher=uas')]);
  const refresh: Fields = [
    ['Supported', 'timer'],
    ['Session-Expires', '90;refresher=uac'],
  ];
  await t.seconds(59);
  const response = await t.ask('INVITE', refresh);
  expect(value(response, 'session-expires')).toBe('90;refresher=uac');
  await t.seconds(59);
  expect(call.state).toBe('connected');
  await t.ask('UPDATE', refresh);
  await t.seconds(50);
  t.alice.media(call).refuse = { status: 488 };
  expect((await t.ask('INVITE', refresh))?.status).toBe(488);
  await t.seconds(9);
  expect(call.state).toBe('connected');
  await t.seconds(1);
  expect(call.state).toBe('ended');
  await t.finish();
});

test('roles are those of the transaction: they swap when the other side sends the request (RFC 4028 §7.4 and §9, trap 4.6 #95)', async () => {
  const t = await start();
  await t.call([200, granted('600;refresher=uas')]);
  // The far side refreshes, so in our request it is the uas.
  t.answers([200, granted('600;refresher=uas')]);
  const [call] = t.alice.agent.sessions;
  call?.update();
  await t.seconds(1);
  expect(value(t.seen[1]?.request, 'session-expires')).toBe('600;refresher=uas');
  // In its own request it is the uac; and it leaves the refreshes to us.
  const swapped = await t.ask('UPDATE', [
    ['Supported', 'timer'],
    ['Session-Expires', '600;refresher=uas'],
  ]);
  expect(value(swapped, 'session-expires')).toBe('600;refresher=uas');
  await t.seconds(301);
  expect(value(t.seen[2]?.request, 'session-expires')).toBe('600;refresher=uac');
  // Left open: who does it goes on to.
  t.answers([200, granted('600;refresher=uac')]);
  call?.update();
  await t.seconds(1);
  const open = await t.ask('UPDATE', [
    ['Supported', 'timer'],
    ['Session-Expires', '600'],
  ]);
  expect(value(open, 'session-expires')).toBe('600;refresher=uas');
  await t.seconds(301);
  expect(t.seen).toHaveLength(5);
  expect(t.byes()).toBe(0);
  await t.finish();
});

test.each<[asked: Fields, session: string | undefined, require: string | undefined]>([
  // The far side knows timers: it chooses, or we let it do the work.
  [[['Supported', 'timer']], '1800;refresher=uac', 'timer'],
  [
    [
      ['Supported', 'timer'],
      ['Session-Expires', '600'],
    ],
    '600;refresher=uac',
    'timer',
  ],
  [
    [
      ['Supported', 'timer'],
      ['x', '600;refresher=uac'],
    ],
    '600;refresher=uac',
    'timer',
  ],
  [
    [
      ['Supported', 'timer'],
      ['Session-Expires', '600;refresher=UAS'],
    ],
    '600;refresher=uas',
    'timer',
  ],
  [
    [
      ['Require', 'timer'],
      ['Session-Expires', '600'],
    ],
    '600;refresher=uac',
    'timer',
  ],
  // Lowered to ours, but not below Min-SE.
  [
    [
      ['Supported', 'timer'],
      ['Session-Expires', '7200'],
    ],
    '1800;refresher=uac',
    'timer',
  ],
  [
    [
      ['Supported', 'timer'],
      ['Session-Expires', '7200'],
      ['Min-SE', '3600'],
    ],
    '3600;refresher=uac',
    'timer',
  ],
  [
    [
      ['Supported', 'timer'],
      ['Min-SE', '3600'],
    ],
    '3600;refresher=uac',
    'timer',
  ],
  [
    [
      ['Supported', 'timer'],
      ['Session-Expires', '90'],
    ],
    '90;refresher=uac',
    'timer',
  ],
  // It does not: a proxy wants a timer, so we refresh; too short a one cannot be refused, and is not granted.
  [[['Session-Expires', '600']], '600;refresher=uas', undefined],
  [[['Session-Expires', '60']], undefined, undefined],
  [[], undefined, undefined],
])(
  'what is asked of the callee and what it grants: never more, never below Min-SE or 90 s, the refresher by table 2 (RFC 4028 §9, traps 4.6 #91, 4.6 #92, UAS-030) %#',
  async (asked, session, require) => {
    const t = await start();
    const response = await t.ask('INVITE', asked);
    expect(response?.status).toBe(200);
    expect(value(response, 'session-expires')).toBe(session);
    expect(value(response, 'require')).toBe(require);
    expect(response?.supported).toContain('timer');
    if (session?.includes('uas')) {
      t.answers([200, granted('600;refresher=uac')]);
      await t.seconds(299);
      expect(t.seen).toHaveLength(0);
      await t.seconds(2);
      expect(value(t.seen[0]?.request, 'session-expires')).toBe('600;refresher=uac');
    } else if (session) {
      const interval = Number.parseInt(session, 10);
      await t.seconds(interval - Math.min(32, interval / 3) - 1);
      expect(t.session().state).toBe('connected');
      await t.seconds(1);
      expect(t.byes()).toBe(1);
    } else {
      await t.seconds(4000);
      expect(t.session().state).toBe('connected');
      expect(t.seen).toHaveLength(0);
    }
    await t.finish();
  },
);

test('too short an interval from who knows timers is 422 with Min-SE, in a call too, where nothing changes (RFC 4028 §9, UAS-030)', async () => {
  const t = await start();
  const brief: Fields = [
    ['Supported', 'timer'],
    ['Session-Expires', '89'],
  ];
  const refused = await t.ask('INVITE', brief);
  expect([refused?.status, value(refused, 'min-se')]).toEqual([422, '90']);
  expect(t.alice.incoming).toHaveLength(0);
  await t.ask('INVITE', [
    ['Supported', 'timer'],
    ['Session-Expires', '90'],
  ]);
  await t.seconds(50);
  for (const method of ['UPDATE', 'INVITE']) {
    const again = await t.ask(method, brief);
    expect([again?.status, value(again, 'min-se')]).toEqual([422, '90']);
  }
  expect(t.alice.media(t.session()).calls).toEqual(['answer']);
  await t.seconds(10);
  expect(t.session().end).toMatchObject({ kind: 'timeout' });
  await t.finish();
});

test('a caller that gets no Session-Expires refreshes of its own accord, and a far side that refuses that is not hung up on (RFC 4028 §7.2)', async () => {
  const t = await start({ sessionExpires: 20 });
  const call = await t.call([200]);
  expect(value(t.seen[0]?.request, 'session-expires')).toBe('90');
  await t.seconds(46);
  expect(t.seen).toHaveLength(2);
  t.answers([501]);
  await t.seconds(500);
  expect(call.state).toBe('connected');
  expect(t.seen.length).toBeGreaterThan(5);
  // Its own re-INVITE, without a word on timers, changes nothing.
  const response = await t.ask('INVITE');
  expect([value(response, 'session-expires'), value(response, 'require')]).toEqual(['90;refresher=uas', undefined]);
  await t.finish();
});

test('a 2xx without Session-Expires of one who knows timers turns them off, and its next request may turn them on (RFC 4028 §7.2 and §9)', async () => {
  const t = await start();
  const call = await t.call([200, granted('90;refresher=uac')], [200, [...modern, ['Supported', 'timer']]]);
  await t.seconds(1000);
  expect(t.seen).toHaveLength(2);
  call.update();
  await t.seconds(1);
  expect(value(t.seen[2]?.request, 'session-expires')).toBeUndefined();
  await t.ask('UPDATE', [
    ['Supported', 'timer'],
    ['Session-Expires', '100;refresher=uas'],
  ]);
  await t.seconds(51);
  expect(t.seen).toHaveLength(4);
  await t.finish();
});

test('an interval below 90 s or of another world, granted against the rules, starts no storm (RFC 4028 §5, trap 4.6 #91)', async () => {
  for (const [interval, count] of [
    ['1', 3],
    ['0', 1],
    ['4294967295', 1],
  ] as const) {
    const t = await start();
    await t.call([200, granted(`${interval};refresher=uac`)]);
    await t.seconds(100);
    expect(t.seen).toHaveLength(count);
    await t.finish();
  }
});

test('a refresh answered 408, 481 or not at all is followed by BYE (RFC 4028 §10, trap 4.6 #93)', async () => {
  for (const answer of [[408], [481], undefined] as ([number] | undefined)[]) {
    for (const allow of ['UPDATE', 'BYE']) {
      const t = await start();
      const call = await t.call([
        200,
        [
          ['Allow', allow],
          ['Session-Expires', '100;refresher=uac'],
        ],
      ]);
      t.answers(answer);
      await t.seconds(49);
      expect(t.byes()).toBe(0);
      // A re-INVITE that rings for ever is waited for until the interval has passed.
      await t.seconds(answer || allow === 'UPDATE' ? 40 : 60);
      expect(t.seen).toHaveLength(2);
      expect(t.byes()).toBe(1);
      expect(call.state).toBe('ended');
      await t.finish();
    }
  }
});

test('a refresh that meets 491 is tried again after the pause of a glare (RFC 4028 §10, RFC 3261 §14.1, trap 4.6 #93)', async () => {
  for (const allow of ['UPDATE', 'BYE']) {
    const headers: Fields = [
      ['Allow', allow],
      ['Session-Expires', '100;refresher=uac'],
    ];
    const t = await start();
    await t.call([200, headers]);
    t.answers([491], [200, headers]);
    await t.seconds(60);
    const [, first, second] = t.seen.map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(2100);
    expect((second ?? 0) - (first ?? 0)).toBeLessThanOrEqual(4100);
    expect(t.seen).toHaveLength(3);
    await t.finish();
  }
});

test('a refresh refused otherwise leaves the call up until the interval has passed, and is tried again, not for ever (RFC 4028 §10, trap 4.6 #93)', async () => {
  const t = await start();
  const call = await t.call([200, granted('600;refresher=uac')], [503]);
  await t.seconds(599);
  expect(call.state).toBe('connected');
  expect(t.seen.length).toBeGreaterThan(2);
  expect(t.seen.length).toBeLessThan(10);
  await t.seconds(2);
  expect(call.end).toMatchObject({ kind: 'timeout' });
  expect(t.byes()).toBe(1);
  await t.finish();
  const healed = await start();
  const second = await healed.call([200, granted('600;refresher=uac')], [503], [200, granted('600;refresher=uac')]);
  await healed.seconds(5000);
  expect(second.state).toBe('connected');
  await healed.finish();
});

test('a refresh that falls due while an offer of either side is under way is not lost (RFC 4028 §10, trap 4.6 #93)', async () => {
  const headers: Fields = [
    ['Allow', 'BYE'],
    ['Session-Expires', '100;refresher=uac'],
  ];
  const t = await start();
  const call = await t.call([200, headers]);
  const media = t.alice.media(call);
  await t.seconds(49);
  media.blocked = true;
  await t.ask('INVITE');
  await t.seconds(2);
  expect(t.seen).toHaveLength(1);
  media.refuse = { status: 488 };
  media.release();
  await t.seconds(1);
  expect(t.wire.responses(488, 'INVITE')).toHaveLength(1);
  expect(t.seen).toHaveLength(2);
  await t.seconds(47);
  media.blocked = true;
  call.hold();
  await t.seconds(5);
  expect(t.seen).toHaveLength(2);
  media.release();
  await t.seconds(1);
  expect(t.seen.length).toBeGreaterThan(2);
  expect(call.held.local).toBe(true);
  await t.seconds(95);
  expect(call.state).toBe('connected');
  await t.finish();
});

test('their refresh while ours is out, and BYEs that cross at the end of the interval, end in one call or none (RFC 4028 §10, RFC 5407 §3.1, trap 4.6 #95)', async () => {
  const t = await start();
  const call = await t.call([200, granted('90;refresher=uac')]);
  t.answers(undefined);
  await t.seconds(45);
  expect(t.seen).toHaveLength(2);
  // Nobody hears our UPDATE, but theirs takes the work from us.
  const theirs = await t.ask('UPDATE', [
    ['Supported', 'timer'],
    ['Session-Expires', '90;refresher=uac'],
  ]);
  expect(value(theirs, 'session-expires')).toBe('90;refresher=uac');
  await t.seconds(3);
  const [, update] = t.peer.requests.filter(({ request }) => ['INVITE', 'UPDATE'].includes(request.method));
  update?.respond(createResponse(update.request, 500, { headers: [['Retry-After', '1']] }));
  await t.seconds(56);
  expect(call.state).toBe('connected');
  expect(t.seen).toHaveLength(2);
  const bye = t.ask('BYE');
  await t.seconds(2);
  expect((await bye)?.status).toBe(200);
  expect(call.state).toBe('ended');
  await t.finish();
});

test('a refresh that falls due without a connection goes out on the next one (RFC 4028 §10, RFC 5626 §4.2)', async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(2) });
  const peer = new TestElement(network, '192.0.2.2', { listen: [['TCP', 5060]] });
  const server = { transport: 'TCP', host: '192.0.2.2', port: 5060 } as const;
  const alice = new TestAgent(network, '192.0.2.1', { user: 'alice', server, listen: [] });
  const seen: SipRequest[] = [];
  peer.answer = (transaction) => {
    const { request } = transaction;
    if (request.method === 'INVITE' || request.method === 'UPDATE') seen.push(request);
    transaction.respond(
      createResponse(request, 200, {
        toTag: 'peer',
        headers: [['Contact', '<sip:peer@192.0.2.2>'], ...granted('100;refresher=uac')],
        ...(request.method === 'INVITE' && { body: sdp, contentType: 'application/sdp' }),
      }),
    );
  };
  alice.agent.start();
  await clock.advanceSettled(100);
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(49_000);
  peer.host.stopListening('TCP', 5060);
  for (const flow of peer.opened.splice(0)) flow.close();
  await clock.advanceSettled(10_000);
  expect(alice.agent.flow.state).not.toBe('open');
  expect(seen).toHaveLength(1);
  peer.host.listen('TCP', 5060);
  await clock.advanceSettled(5000);
  expect(seen.length).toBeGreaterThan(1);
  expect(seen[1]?.headers.get('session-expires')).toBe('100;refresher=uac');
  await clock.advanceSettled(500_000);
  expect(call.state).toBe('connected');
  const stopped = alice.agent.stop();
  await clock.advanceSettled(100_000);
  await stopped;
  assertIdle(alice.agent);
});

test('a user agent that goes on where another stopped keeps interval and role (RFC 4028 §7.2)', async () => {
  const t = await start();
  await t.call([200, granted('300;refresher=uas')]);
  const before = t.alice.agent.snapshot();
  expect(before.sessions[0]?.timer).toEqual({ interval: 300, refreshing: false, mutual: true });
  const network = new MemoryNetwork({ clock: t.clock, random: seededRandom(5) });
  const heir = new TestAgent(network, '192.0.2.1', { user: 'alice', server: at('192.0.2.2'), before });
  const [call] = heir.agent.sessions;
  const peer = new TestElement(network, '192.0.2.2');
  let asked: SipRequest | undefined;
  peer.answer = (transaction) => {
    asked ??= transaction.request;
    transaction.respond(createResponse(transaction.request, 500));
  };
  heir.agent.start();
  await t.seconds(1);
  expect(asked?.headers.get('session-expires')).toBe('300;refresher=uas');
  await t.seconds(266);
  expect(call?.state).toBe('connected');
  await t.seconds(2);
  expect(call?.state).toBe('ended');
  const stopped = heir.agent.stop();
  await t.finish();
  await stopped;
});

test('without session timers nothing is asked, granted or refused (RFC 4028 §7.1)', async () => {
  const t = await start({ sessionExpires: 0 });
  await t.call([200, granted('90;refresher=uac')]);
  expect(value(t.seen[0]?.request, 'session-expires')).toBeUndefined();
  expect(t.seen[0]?.request.supported).not.toContain('timer');
  const response = await t.ask('UPDATE', [
    ['Supported', 'timer'],
    ['Session-Expires', '60'],
  ]);
  expect(response?.status).toBe(200);
  expect(value(response, 'session-expires')).toBeUndefined();
  expect((await t.ask('UPDATE', [['Require', 'timer']]))?.status).toBe(420);
  await t.seconds(200);
  expect(t.seen).toHaveLength(1);
  expect(t.byes()).toBe(0);
  await t.finish();
});
