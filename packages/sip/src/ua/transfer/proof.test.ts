import { afterEach, describe, expect, test } from 'vitest';
import { messageSummary } from '../../events/index.ts';
import { createResponse, readTargetDialog } from '../../message/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  StatelessProxy,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../../testing/index.ts';
import type { ServerTransaction } from '../../transaction/index.ts';
import type { IncomingSubscription, Referral, Session } from '../index.ts';

const running: { readonly clock: VirtualClock; readonly agents: readonly TestAgent[] }[] = [];

/** Alice and Bob behind a proxy, and Carol, who is a plain element; Alice calls Bob. */
async function setUp({ answered = true, from = 'alice' } = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(12) });
  const wire = new Wire(network);
  new StatelessProxy(network, '192.0.2.9', { alice: '192.0.2.1', bob: '192.0.2.2', carol: '192.0.2.3' });
  const referrals: Referral[] = [];
  const agents = ['alice', 'bob'].map((user, index) => {
    const agent = new TestAgent(network, `192.0.2.${index + 1}`, {
      user,
      server: { transport: 'UDP', host: '192.0.2.9', port: 5060 },
      options: {
        join: true,
        events: {
          incoming: (session) => agent.incoming.push(session),
          referred: (referral) => referrals.push(referral),
        },
      },
    });
    agent.agent.start();
    return agent;
  }) as [TestAgent, TestAgent];
  const carol = new TestElement(network, '192.0.2.3');
  const [alice, bob] = agents;
  running.push({ clock, agents });
  clock.advance(1);
  const [caller, callee] = from === 'alice' ? [alice, bob] : [bob, alice];
  const ours = caller.agent.call(`sip:${from === 'alice' ? 'bob' : 'alice'}@example.com`);
  await clock.advanceSettled(300);
  if (answered) callee.session.answer();
  await clock.advanceSettled(300);
  const at = (agent: TestAgent): Session => (agent === caller ? ours : callee.session);
  const [hers, his] = [at(alice), at(bob)];
  const ringing = wire.responses(180, 'INVITE')[0]?.message;
  /** From and To of the call. */
  const tags = [ringing?.fromTag, ringing?.toTag] as const;
  wire.clear();
  return { clock, wire, tags, alice, bob, carol, hers, his, referrals };
}

afterEach(async () => {
  for (const { clock, agents } of running.splice(0)) {
    for (const { agent } of agents) for (const session of agent.sessions) session.hangUp();
    await clock.advanceSettled(400_000);
    assertIdle(...agents.map(({ agent }) => agent));
  }
});

describe('Target-Dialog (RFC 4538)', () => {
  test.each(['alice', 'bob'])(
    'a REFER outside of the call names it as its receiver sees it, and requires that he reads it; called by %s (RFC 4538 §3)',
    async (from) => {
      const { clock, wire, alice, hers, his, referrals } = await setUp({ from });
      const told: string[] = [];
      alice.agent.refer(hers, 'carol', ({ state, status }) => told.push(`${state} ${status}`));
      await clock.advanceSettled(300);
      const [refer] = wire.requests('REFER', '192.0.2.1');
      expect(refer?.message.toTag).toBeUndefined();
      expect(refer?.message.callId).not.toBe(hers.callId);
      expect(refer?.message.headers.read(readTargetDialog)?.callId).toBe(hers.callId);
      expect(refer?.message.require).toEqual(['tdialog']);
      expect(referrals.map(({ session }) => session)).toEqual([his]);
      referrals[0]?.accept();
      await clock.advanceSettled(300);
      expect(told[0]).toBe('trying 202');
      expect(hers.state).toBe('connected');
    },
  );

  test('a far side that does not say that it knows Target-Dialog is not asked (RFC 4538 §3)', async () => {
    const { clock, wire, alice, carol } = await setUp();
    carol.answer = (transaction) => {
      const { request } = transaction;
      const body = new TextDecoder().decode(request.body);
      transaction.respond(
        createResponse(request, 200, {
          toTag: 'c',
          headers: [['Contact', '<sip:carol@192.0.2.3>']],
          ...(request.method === 'INVITE' && { body, contentType: 'application/sdp' }),
        }),
      );
    };
    const call = alice.agent.call('sip:carol@example.com');
    await clock.advanceSettled(300);
    expect(call.state).toBe('connected');
    const told: string[] = [];
    alice.agent.refer(call, 'bob', ({ state, status }) => told.push(`${state} ${status}`));
    alice.agent.call('sip:bob@example.com', { targetDialog: call });
    await clock.advanceSettled(300);
    expect(told).toEqual(['failed 420']);
    expect(wire.requests('REFER')).toEqual([]);
    expect(wire.requests('INVITE', '192.0.2.1').at(-1)?.message.headers.has('target-dialog')).toBe(false);
    call.hangUp();
    alice.agent.refer(call, 'bob', ({ state, status }) => told.push(`${state} ${status}`));
    await clock.advanceSettled(300);
    expect(told.at(-1)).toBe('failed 481');
  });

  test('a REFER that crosses the BYE of the call it names belongs to no call any more (RFC 4538 §4)', async () => {
    const { clock, alice, hers, his, referrals } = await setUp();
    alice.agent.refer(hers, 'carol');
    his.hangUp();
    await clock.advanceSettled(300);
    expect(hers.state).toBe('ended');
    expect(referrals.map(({ session }) => session)).toEqual([undefined]);
    referrals[0]?.reject();
    await clock.advanceSettled(300);
  });

  test('who subscribes proves by it that he is in a call with the notifier (RFC 4538 §3, §4)', async () => {
    const { clock, wire, alice, bob, hers, his } = await setUp();
    const asked: IncomingSubscription<unknown>[] = [];
    bob.agent.notifier(messageSummary, {
      subscribed: (subscription) => {
        asked.push(subscription);
        subscription.reject(403);
      },
    });
    alice.agent.subscribe('sip:bob@example.com', messageSummary, { targetDialog: hers });
    alice.agent.subscribe('sip:bob@example.com', messageSummary);
    alice.agent.subscribe('sip:bob@example.com', messageSummary, {
      headers: [['Target-Dialog', `${hers.callId};local-tag=x`]],
    });
    await clock.advanceSettled(300);
    expect(asked.map(({ session }) => session)).toEqual([his, undefined, undefined]);
    expect(wire.requests('SUBSCRIBE', '192.0.2.1')[0]?.message.require).toEqual(['tdialog']);
  });
});

test('who asks without listening wants no NOTIFY: Refer-Sub: false, and one that notifies all the same is understood (RFC 4488 §4, §5)', async () => {
  for (const agreed of [true, false]) {
    const { clock, wire, alice, carol, referrals } = await setUp();
    if (!agreed) {
      carol.answer = (transaction) =>
        transaction.respond(
          createResponse(transaction.request, 202, { toTag: 'c', headers: [['Contact', '<sip:carol@192.0.2.3>']] }),
        );
    }
    alice.agent.refer(agreed ? 'sip:bob@example.com' : 'sip:carol@example.com', 'sip:dave@example.com');
    await clock.advanceSettled(300);
    expect(wire.requests('REFER', '192.0.2.1')[0]?.message.headers.get('refer-sub')).toBe('false');
    expect(wire.responses(agreed ? 200 : 202, 'REFER').length).toBeGreaterThan(0);
    expect(wire.requests('NOTIFY')).toEqual([]);
    expect(referrals.length).toBe(agreed ? 1 : 0);
    for (const referral of referrals) referral.reject();
  }
});

describe('Join (RFC 3911)', () => {
  test('a call joins another as the far side sees it, and requires that; whichever side called (RFC 3911 §5)', async () => {
    for (const from of ['alice', 'bob']) {
      const { clock, wire, alice, bob, hers, his } = await setUp({ from });
      alice.agent.call('sip:bob@example.com', { join: hers });
      await clock.advanceSettled(300);
      const invite = wire.requests('INVITE', '192.0.2.1')[0]?.message;
      expect(invite?.require).toEqual(['join']);
      expect(invite?.headers.get('join')).toMatch(new RegExp(`^${hers.callId};to-tag=`));
      expect(bob.session).toMatchObject({ joins: his, state: 'incoming' });
      expect([hers.state, his.state]).toEqual(['connected', 'connected']);
    }
  });

  test('an early dialog can be joined, at the side that calls and at the side that rings (RFC 3911 §4)', async () => {
    for (const side of ['alice', 'bob']) {
      const { clock, alice, bob, hers, his, tags } = await setUp({ answered: false });
      const [joiner, joined, session] = side === 'alice' ? [bob, alice, hers] : [alice, bob, his];
      // As somebody else would know of it from a dialog package.
      const [toTag, fromTag] = side === 'alice' ? tags : [...tags].reverse();
      joiner.agent.call(`sip:${side}@example.com`, {
        join: { callId: session.callId, toTag: toTag ?? '', fromTag: fromTag ?? '' },
      });
      await clock.advanceSettled(300);
      expect(joined.session.joins).toBe(session);
    }
  });

  test('the joined call ends while the INVITE is on its way: 603, and nobody rings (RFC 3911 §4)', async () => {
    const { clock, alice, bob, hers, his } = await setUp();
    const joining = alice.agent.call('sip:bob@example.com', { join: hers });
    his.hangUp();
    await clock.advanceSettled(1000);
    expect(joining).toMatchObject({ state: 'ended', end: { by: 'remote', status: 603 } });
    expect(bob.incoming).toEqual([his]);
  });

  test('the Join goes where a 3xx sends the call (RFC 3911 §5)', async () => {
    const { clock, wire, alice, bob, carol, hers, his } = await setUp();
    carol.answer = (transaction: ServerTransaction) =>
      transaction.respond(
        createResponse(transaction.request, 302, { toTag: 'c', headers: [['Contact', '<sip:bob@example.com>']] }),
      );
    alice.agent.call('sip:carol@example.com', { join: hers });
    await clock.advanceSettled(500);
    const [first, second] = wire
      .requests('INVITE', '192.0.2.1')
      .map(({ message }) => [message.uriText, message.headers.get('join'), message.require]);
    expect([first?.[0], second?.[0]]).toEqual(['sip:carol@example.com', 'sip:bob@example.com']);
    expect(second?.slice(1)).toEqual(first?.slice(1));
    expect(bob.session.joins).toBe(his);
  });

  test('a REFER may ask to join: the INVITE it leads to says so; with Replaces besides it is refused (RFC 3911 §4, RFC 3515 §2.1)', async () => {
    const { clock, wire, bob, carol, referrals } = await setUp();
    const refer = async (headers: string) => {
      const request = carol.newRequest('REFER', 'sip:bob@192.0.2.2', {
        headers: [
          ['Contact', '<sip:carol@192.0.2.3>'],
          ['Refer-To', `<sip:alice@example.com?${headers}>`],
          ['Refer-Sub', 'false'],
        ],
      });
      const outcome = carol.send(request, { destination: { transport: 'UDP', host: '192.0.2.2', port: 5060 } });
      await clock.advanceSettled(300);
      return outcome.statuses;
    };
    const join = 'Join=x%3Bto-tag%3D1%3Bfrom-tag%3D2';
    expect(await refer(`${join}&Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2`)).toEqual([400]);
    expect(await refer(join)).toEqual([200]);
    expect(referrals.map(({ joins, replaces }) => [joins?.toTag, replaces])).toEqual([['1', undefined]]);
    referrals[0]?.accept();
    await clock.advanceSettled(300);
    const invite = wire.requests('INVITE', '192.0.2.2').at(-1)?.message;
    expect(invite?.headers.get('join')).toBe('x;to-tag=1;from-tag=2');
    expect(bob.agent.sessions).toHaveLength(1);
  });

  test('replaces and join in one call, or a call without a dialog, are misuse (RFC 3911 §4)', async () => {
    const { alice, hers } = await setUp();
    const { agent } = alice;
    expect(() => agent.call('sip:bob@example.com', { join: hers, replaces: hers })).toThrow(TypeError);
    const early = agent.call('sip:nobody@example.com');
    expect(() => agent.call('sip:bob@example.com', { join: early })).toThrow(TypeError);
  });
});
