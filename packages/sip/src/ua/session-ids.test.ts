import { afterEach, describe, expect, test } from 'vitest';
import { createResponse, NIL_UUID, readSessionId } from '../message/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  type Seen,
  StatelessProxy,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../testing/index.ts';
import type { Referral } from './index.ts';

const running: { readonly clock: VirtualClock; readonly agents: readonly TestAgent[] }[] = [];

/** Alice, Bob and Carol behind a proxy; Dave is a plain element. */
function setUp() {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(21) });
  const wire = new Wire(network);
  const users = { alice: '192.0.2.1', bob: '192.0.2.2', carol: '192.0.2.3', dave: '192.0.2.4' };
  const proxy = new StatelessProxy(network, '192.0.2.9', users);
  const agents = ['alice', 'bob', 'carol'].map((user, index) => {
    const agent = new TestAgent(network, `192.0.2.${index + 1}`, {
      user,
      server: { transport: 'UDP', host: '192.0.2.9', port: 5060 },
      options: {
        events: {
          incoming: (session) => {
            agent.incoming.push(session);
            agent.onIncoming?.(session);
          },
          referred: (referral: Referral) => referral.accept(),
        },
      },
    });
    agent.agent.start();
    agent.onIncoming = (session) => session.answer();
    return agent;
  }) as [TestAgent, TestAgent, TestAgent];
  const dave = new TestElement(network, '192.0.2.4');
  clock.advance(1);
  running.push({ clock, agents });
  const [alice, bob, carol] = agents;
  return { clock, network, wire, proxy, alice, bob, carol, dave };
}

afterEach(async () => {
  for (const { clock, agents } of running.splice(0)) {
    for (const { agent } of agents) for (const session of agent.sessions) session.hangUp();
    await clock.advanceSettled(400_000);
    assertIdle(...agents.map(({ agent }) => agent));
  }
});

const idOf = ({ message }: Pick<Seen, 'message'>) => message.headers.read(readSessionId);
const halves = (seen: Seen | undefined) => {
  const id = seen && idOf(seen);
  return [id?.local, id?.remote];
};

describe('Session-ID (RFC 7989)', () => {
  test('every message of a call has it: nil until the other half is known, then both, each side its own first (RFC 7989 §6, §10.1)', async () => {
    const { clock, wire, alice, bob } = setUp();
    const ours = alice.agent.call('sip:bob@example.com');
    await clock.advanceSettled(300);
    ours.hold();
    await clock.advanceSettled(300);
    ours.hangUp();
    await clock.advanceSettled(300);
    const [invite] = wire.requests('INVITE', '192.0.2.1');
    const [ok] = wire.responses(200, 'INVITE');
    const [a = '', b = ''] = [invite && idOf(invite)?.local, ok && idOf(ok)?.local];
    expect(a).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    expect(halves(invite)).toEqual([a, NIL_UUID]);
    for (const method of ['ACK', 'BYE']) expect(halves(wire.requests(method, '192.0.2.1')[0])).toEqual([a, b]);
    expect(halves(wire.requests('INVITE', '192.0.2.1')[1])).toEqual([a, b]);
    for (const [status, method] of [
      [200, 'INVITE'],
      [200, 'BYE'],
    ] as const)
      for (const seen of wire.responses(status, method)) expect(halves(seen)).toEqual([b, a]);
    expect(ours.sessionId).toEqual({ local: a, remote: b });
    expect(bob.session.sessionId).toEqual({ local: b, remote: a });
  });

  test('a transferee keeps its half, and does not tell the new far side that of the old one (RFC 7989 §6, §10.2)', async () => {
    const { clock, wire, alice, bob, carol } = setUp();
    const ours = alice.agent.call('sip:bob@example.com');
    await clock.advanceSettled(300);
    const { local: a, remote: b } = ours.sessionId ?? {};
    wire.clear();
    ours.transfer('carol');
    await clock.advanceSettled(2000);
    const invite = wire.requests('INVITE', '192.0.2.2').at(-1);
    expect(invite?.message.uriText).toBe('sip:carol@example.com');
    expect(halves(invite)).toEqual([b, NIL_UUID]);
    for (const notify of wire.requests('NOTIFY', '192.0.2.2')) expect(halves(notify)).toEqual([b, a]);
    expect(carol.session.sessionId?.remote).toBe(b);
    expect(carol.session.sessionId?.local).not.toBe(a);
    expect(bob.agent.sessions[0]?.sessionId?.remote).toBe(carol.session.sessionId?.local);
  });

  test('a REFER outside of the dialog of the call it names has the Session-ID of that call, and so its answer and NOTIFYs (RFC 7989 §10.9)', async () => {
    const { clock, wire, alice, bob, carol } = setUp();
    const ours = alice.agent.call('sip:bob@example.com');
    await clock.advanceSettled(300);
    const { local: a, remote: b } = ours.sessionId ?? {};
    alice.agent.refer(ours, 'carol', () => {});
    await clock.advanceSettled(1000);
    const [refer] = wire.requests('REFER', '192.0.2.1');
    expect(refer?.message.callId).not.toBe(ours.callId);
    expect(halves(refer)).toEqual([a, b]);
    expect(halves(wire.responses(202, 'REFER')[0])).toEqual([b, a]);
    const notifies = wire.requests('NOTIFY', '192.0.2.2');
    expect(notifies.map(halves)).toEqual(notifies.map(() => [b, a]));
    expect(notifies.length).toBeGreaterThan(0);
    expect(halves(wire.requests('INVITE', '192.0.2.2').at(-1))).toEqual([b, NIL_UUID]);
    expect(carol.session.sessionId?.remote).toBe(b);
    expect(bob.agent.sessions.length).toBeGreaterThan(0);
  });

  test('who is replaced goes on with his half in the call that replaces (RFC 7989 §6, RFC 3891 §3)', async () => {
    const { clock, alice, bob, carol } = setUp();
    const ours = alice.agent.call('sip:bob@example.com');
    await clock.advanceSettled(300);
    const other = alice.agent.call('sip:carol@example.com');
    await clock.advanceSettled(300);
    const { remote: b } = ours.sessionId ?? {};
    const { remote: c } = other.sessionId ?? {};
    ours.transferTo(other);
    await clock.advanceSettled(5000);
    expect(carol.session.replaces).toBeDefined();
    expect(carol.session.sessionId).toEqual({ local: c, remote: b });
    expect(bob.agent.sessions.map(({ sessionId }) => sessionId)).toEqual([{ local: b, remote: c }]);
  });

  test('a CANCEL has the Session-ID of its INVITE, a retry our half and no other, each fork its own (RFC 7989 §6, §8)', async () => {
    const { clock, wire, alice, dave } = setUp();
    const uuid = (letter: string) => letter.repeat(32);
    dave.answer = (transaction) => {
      const { request } = transaction;
      const say = (status: number, tag: string, letter: string, more: [string, string][] = []) =>
        transaction.respond(
          createResponse(request, status, {
            toTag: tag,
            headers: [
              ['Contact', '<sip:dave@192.0.2.4>'],
              ['Session-ID', `${uuid(letter)};remote=${NIL_UUID}`],
              ...more,
            ],
          }),
        );
      if (request.method !== 'INVITE') say(200, 'x', 'f');
      else if (request.uriText.includes('dave')) say(302, 'm', 'e', [['Contact', '<sip:4@192.0.2.4>']]);
      else {
        say(183, 'one', 'a', reliable(1));
        say(183, 'two', 'b', reliable(1));
      }
    };
    const reliable = (seq: number): [string, string][] => [
      ['Require', '100rel'],
      ['RSeq', String(seq)],
    ];
    const ours = alice.agent.call('sip:dave@example.com');
    await clock.advanceSettled(300);
    ours.hangUp();
    await clock.advanceSettled(300);
    const [first] = wire.requests('INVITE', '192.0.2.1');
    const local = first && idOf(first)?.local;
    for (const invite of wire.requests('INVITE', '192.0.2.1')) expect(halves(invite)).toEqual([local, NIL_UUID]);
    for (const cancel of wire.requests('CANCEL', '192.0.2.1')) expect(halves(cancel)).toEqual([local, NIL_UUID]);
    expect(wire.requests('CANCEL', '192.0.2.1').length).toBeGreaterThan(0);
    const pracks = wire.requests('PRACK', '192.0.2.1');
    expect(pracks.map((prack) => [prack.message.toTag, ...halves(prack)])).toEqual([
      ['one', local, uuid('a')],
      ['two', local, uuid('b')],
    ]);
  });

  test('a CANCEL has the Session-ID of its re-INVITE though the far side told another meanwhile; what comes without To tag is of nobody (RFC 7989 §6)', async () => {
    const { clock, wire, alice, dave } = setUp();
    const uuid = (letter: string) => letter.repeat(32);
    let invites = 0;
    dave.answer = (transaction) => {
      const { request } = transaction;
      const say = (status: number, letter: string, toTag?: string, body?: string) =>
        transaction.respond(
          createResponse(request, status, {
            ...(toTag && { toTag }),
            headers: [
              ['Contact', status === 302 ? '<sip:4@192.0.2.4>' : '<sip:dave@192.0.2.4>'],
              ['Session-ID', `${uuid(letter)};remote=${NIL_UUID}`],
            ],
            ...(body && { body, contentType: 'application/sdp' }),
          }),
        );
      if (request.method !== 'INVITE') return say(200, 'b', 'd');
      invites++;
      if (invites === 1) say(302, 'e');
      else if (invites === 2) say(200, 'a', 'd', new TextDecoder().decode(request.body));
      else say(180, 'b', 'd');
    };
    const ours = alice.agent.call('sip:dave@example.com');
    await clock.advanceSettled(300);
    expect(ours.state).toBe('connected');
    ours.hold();
    await clock.advanceSettled(300);
    const [first, second, third] = wire.requests('INVITE', '192.0.2.1');
    const local = ours.sessionId?.local;
    expect([first, second, third].map(halves)).toEqual([
      [local, NIL_UUID],
      [local, NIL_UUID],
      [local, uuid('a')],
    ]);
    expect(ours.sessionId?.remote).toBe(uuid('b'));
    ours.hangUp();
    await clock.advanceSettled(100);
    expect(wire.requests('CANCEL', '192.0.2.1').map(halves)).toEqual([[local, uuid('a')]]);
    expect(halves(wire.requests('BYE', '192.0.2.1')[0])).toEqual([local, uuid('b')]);
  });

  test('a far side that becomes another is believed when its request is taken, and not when it is refused (RFC 7989 §8)', async () => {
    const { clock, wire, proxy, alice, bob } = setUp();
    const ours = alice.agent.call('sip:bob@example.com');
    await clock.advanceSettled(300);
    const { local: a, remote: b = '' } = ours.sessionId ?? {};
    const other = 'd'.repeat(32);
    proxy.edit = (text) =>
      /^(?:ACK|BYE|INFO|INVITE|UPDATE)/.test(text) ? text.replace(`Session-ID: ${b}`, `Session-ID: ${other}`) : text;
    void bob.session.sendInfo('text/unknown', 'x');
    await clock.advanceSettled(300);
    const [refused] = wire.responses(415, 'INFO');
    expect(halves(refused)).toEqual([a, other]);
    expect(ours.sessionId?.remote).toBe(b);
    bob.session.update();
    await clock.advanceSettled(300);
    expect(halves(wire.responses(200, 'UPDATE')[0])).toEqual([a, other]);
    expect(ours.sessionId?.remote).toBe(other);
  });

  test.each(['', 'Session-ID: nonsense\r\n', `Session-ID: ${NIL_UUID};remote=${NIL_UUID}\r\n`])(
    'a message without a half of the far side changes nothing: %j (RFC 7989 §6)',
    async (line) => {
      const { clock, wire, proxy, alice } = setUp();
      const ours = alice.agent.call('sip:bob@example.com');
      await clock.advanceSettled(300);
      const before = ours.sessionId;
      proxy.edit = (text) => (text.startsWith('SIP/2.0') ? text.replace(/^Session-ID:.*\r\n/im, line) : text);
      ours.hold();
      await clock.advanceSettled(300);
      expect(ours.held.local).toBe(true);
      expect(ours.sessionId).toEqual(before);
      expect(halves(wire.requests('ACK', '192.0.2.1').at(-1))).toEqual([before?.local, before?.remote]);
    },
  );

  test('nothing outside of calls has one, and a call of an earlier life keeps its own (RFC 7989 §6)', async () => {
    const { clock, wire, network, alice } = setUp();
    void alice.agent.sendMessage('sip:dave@example.com', { contentType: 'text/plain', body: 'x' });
    await clock.advanceSettled(300);
    expect(wire.requests('MESSAGE', '192.0.2.1')[0]?.message.headers.has('session-id')).toBe(false);
    const ours = alice.agent.call('sip:bob@example.com');
    await clock.advanceSettled(300);
    const before = alice.agent.snapshot();
    const heir = new TestAgent(network, '192.0.2.5', {
      user: 'alice',
      server: { transport: 'UDP', host: '192.0.2.9', port: 5060 },
      before,
    });
    wire.clear();
    heir.agent.start();
    await clock.advanceSettled(300);
    expect(heir.agent.sessions[0]?.sessionId).toEqual(ours.sessionId);
    const [invite] = wire.requests('INVITE', '192.0.2.5');
    expect(halves(invite)).toEqual([ours.sessionId?.local, ours.sessionId?.remote]);
    heir.agent.sessions[0]?.hangUp();
    await clock.advanceSettled(70_000);
    assertIdle(heir.agent);
  });
});

describe('User-to-User (RFC 7433)', () => {
  const value = (data: string) => ({ data, encoding: 'hex', purpose: 'foo', content: 'bar' });

  test('goes with INVITE, answers and BYE, and arrives (RFC 7433 §4)', async () => {
    const { clock, wire, alice, bob } = setUp();
    bob.onIncoming = undefined;
    const ours = alice.agent.call('sip:bob@example.com', { userToUser: [value('56a3'), value('two words')] });
    await clock.advanceSettled(300);
    expect(wire.requests('INVITE')[0]?.message.headers.all('user-to-user')).toEqual([
      '56a3;encoding=hex;purpose=foo;content=bar',
      '"two words";encoding=hex;purpose=foo;content=bar',
    ]);
    expect(bob.session.userToUser).toEqual([value('56a3'), value('two words')]);
    bob.session.progress({ userToUser: [value('01')] });
    await clock.advanceSettled(300);
    expect(ours.userToUser).toEqual([value('01')]);
    bob.session.answer({ userToUser: [value('02')] });
    await clock.advanceSettled(300);
    expect(ours.userToUser).toEqual([value('02')]);
    bob.session.hangUp(undefined, { userToUser: [value('03')] });
    await clock.advanceSettled(300);
    expect(ours.end?.userToUser).toEqual([value('03')]);
  });

  test('what was given with an answer is not given again with a BYE; what can not be written is misuse (RFC 7433 §4)', async () => {
    const { clock, wire, proxy, alice, bob } = setUp();
    bob.onIncoming = (session) => session.answer({ userToUser: [value('02')] });
    // Without the ACK the call ends by itself, and not by who gives something.
    proxy.edit = (text) => (text.startsWith('ACK') ? '' : text);
    alice.agent.call('sip:bob@example.com');
    await clock.advanceSettled(300);
    expect(() => bob.session.hangUp(undefined, { userToUser: [value('a\r\nb')] })).toThrow(TypeError);
    await clock.advanceSettled(33_000);
    expect(wire.requests('BYE', '192.0.2.2')[0]?.message.headers.has('user-to-user')).toBe(false);
    proxy.edit = (text) => text;
  });

  test('that of a Refer-To goes into the INVITE, a line break in it does not (RFC 7433 §4.1)', async () => {
    const { clock, wire, dave } = setUp();
    const refer = dave.newRequest('REFER', 'sip:bob@192.0.2.2', {
      headers: [
        ['Contact', '<sip:dave@192.0.2.4>'],
        ['Refer-Sub', 'false'],
        ['Refer-To', '<sip:carol@example.com?User-to-User=cafe%3Bencoding%3Dhex&User-to-User=x%0D%0AX%3A1>'],
      ],
    });
    dave.send(refer, { destination: { transport: 'UDP', host: '192.0.2.2', port: 5060 } });
    await clock.advanceSettled(300);
    expect(wire.requests('INVITE', '192.0.2.2')[0]?.message.headers.all('user-to-user')).toEqual(['cafe;encoding=hex']);
  });
});
