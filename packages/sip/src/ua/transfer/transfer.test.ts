import { afterEach, describe, expect, test } from 'vitest';
import { createResponse, type SipRequest } from '../../message/index.ts';
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
import type { Referral, Session, TransferProgress, UserAgentOptions } from '../index.ts';

const running: { readonly clock: VirtualClock; readonly agents: readonly TestAgent[] }[] = [];

/** Alice, Bob and Carol behind a proxy that records its route: Alice transfers, Bob is transferred, Carol is the target. */
function three(seed = 4, own: { readonly [user: string]: Partial<UserAgentOptions> } = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(seed) });
  const wire = new Wire(network);
  const proxy = new StatelessProxy(network, '192.0.2.9', { alice: '192.0.2.1', bob: '192.0.2.2', carol: '192.0.2.3' });
  const progress: string[] = [];
  const referrals: Referral[] = [];
  let decide = (referral: Referral): void => {
    referral.accept();
  };
  const agents = ['alice', 'bob', 'carol'].map((user, index) => {
    const agent: TestAgent = new TestAgent(network, `192.0.2.${index + 1}`, {
      user,
      server: { transport: 'UDP', host: '192.0.2.9', port: 5060 },
      options: {
        ...own[user],
        events: {
          incoming: (session) => {
            agent.incoming.push(session);
            agent.onIncoming?.(session);
          },
          referred: (referral) => {
            referrals.push(referral);
            decide(referral);
          },
          transfer: (_session, { state, status }) => progress.push(`${state} ${status}`),
        },
      },
    });
    agent.agent.start();
    return agent;
  }) as [TestAgent, TestAgent, TestAgent];
  const [alice, bob, carol] = agents;
  clock.advance(1);
  running.push({ clock, agents });
  const call = async (from: TestAgent, to: TestAgent, name: string) => {
    const ours = from.agent.call(`sip:${name}@example.com`);
    await clock.advanceSettled(300);
    to.session.answer();
    await clock.advanceSettled(500);
    expect(ours.state).toBe('connected');
    return [ours, to.session] as const;
  };
  return {
    clock,
    network,
    wire,
    proxy,
    alice,
    bob,
    carol,
    progress,
    referrals,
    call,
    onReferred: (decision: (referral: Referral) => void) => {
      decide = decision;
    },
  };
}

// Nothing is left at any of the three (trap 4.11 #138).
afterEach(async () => {
  for (const { clock, agents } of running.splice(0)) {
    for (const { agent } of agents) for (const session of agent.sessions) session.hangUp();
    await clock.advanceSettled(400_000);
    assertIdle(...agents.map(({ agent }) => agent));
  }
});

const bodies = (requests: readonly { readonly message: SipRequest }[]) =>
  requests.map(({ message }) => new TextDecoder().decode(message.body));

describe('blind transfer (RFC 5589 §6)', () => {
  test('holds, refers, hears of the new call and ends the old one after success only (RFC 5589 §6.1, RFC 3515 §2.4.4, trap 4.9 #113, UAC-030)', async () => {
    const { clock, wire, alice, bob, carol, progress, call } = three();
    const [ours, theirs] = await call(alice, bob, 'bob');
    wire.clear();
    ours.transfer('carol');
    await clock.advanceSettled(1000);
    expect(ours.held.local).toBe(true);
    const [refer] = wire.requests('REFER', '192.0.2.1');
    expect(refer?.message.headers.get('refer-to')).toBe('<sip:carol@example.com>');
    expect(wire.responses(202, 'REFER').length).toBeGreaterThan(0);
    expect(progress).toEqual(['trying 202', 'ringing 180']);
    expect(ours.state).toBe('connected');
    const invite = wire.requests('INVITE', '192.0.2.2').at(-1)?.message;
    expect(invite?.uriText).toBe('sip:carol@example.com');
    expect(invite?.headers.get('referred-by')).toBe('<sip:alice@example.com>');
    expect(bob.agent.sessions.find((session) => session !== theirs)?.referredBy).toBe('sip:alice@example.com');
    carol.session.answer();
    await clock.advanceSettled(1000);
    expect(progress).toEqual(['trying 202', 'ringing 180', 'succeeded 200']);
    expect([ours.state, theirs.state, carol.session.state]).toEqual(['ended', 'ended', 'connected']);
    expect(wire.requests('BYE', '192.0.2.1')).toHaveLength(1);
    // The NOTIFY that told of success is answered first.
    const story = wire.seen.map(({ message, from }) =>
      message.kind === 'request' ? `${message.method} ${from}` : `${message.status} ${message.cseq.method} ${from}`,
    );
    expect(story.lastIndexOf('200 NOTIFY 192.0.2.1')).toBeLessThan(story.indexOf('BYE 192.0.2.1'));
    const notifies = wire.requests('NOTIFY', '192.0.2.2');
    expect(bodies(notifies)).toEqual(['SIP/2.0 100 Trying\r\n', 'SIP/2.0 180 Ringing\r\n', 'SIP/2.0 200 OK\r\n']);
    expect(notifies.map(({ message }) => message.headers.get('event'))).toEqual(['refer', 'refer', 'refer']);
    expect(notifies.map(({ message }) => message.contacts.length)).toEqual([1, 1, 1]);
    expect(notifies[0]?.message.headers.get('content-type')).toBe('message/sipfrag;version=2.0');
    const states = notifies.map(({ message }) => message.headers.get('subscription-state'));
    expect(states[0]).toMatch(/^active;expires=\d+$/);
    expect(states.at(-1)).toBe('terminated;reason=noresource');
  });

  test('a target that refuses gives the held call back, resumed (RFC 5589 §6.2)', async () => {
    const { clock, alice, bob, carol, progress, call } = three();
    const [ours, theirs] = await call(alice, bob, 'bob');
    carol.onIncoming = (session) => session.reject(486);
    ours.transfer('carol');
    await clock.advanceSettled(2000);
    expect(progress).toEqual(['trying 202', 'failed 486']);
    expect([ours.state, theirs.state]).toEqual(['connected', 'connected']);
    expect(ours.held).toEqual({ local: false, remote: false, wanted: false });
  });

  test('a REFER that the application declines is 603, and the call goes on (RFC 3515 §2.4.2, UAS-029)', async () => {
    const { clock, wire, alice, bob, progress, call, onReferred } = three();
    onReferred((referral) => referral.reject());
    const [ours] = await call(alice, bob, 'bob');
    ours.hold();
    await clock.advanceSettled(500);
    ours.transfer('carol');
    await clock.advanceSettled(1000);
    expect(progress).toEqual(['failed 603']);
    expect(wire.requests('NOTIFY')).toEqual([]);
    expect(ours).toMatchObject({ state: 'connected', held: { local: true, wanted: true } });
  });

  test('a BYE of the transferor right after 202 leaves the transfer going, and its NOTIFYs are taken (RFC 5589 §6, trap 4.9 #114)', async () => {
    const { clock, alice, bob, carol, progress, wire, call } = three();
    const [ours, theirs] = await call(alice, bob, 'bob');
    ours.transfer('carol');
    await clock.advanceSettled(400);
    expect(progress[0]).toBe('trying 202');
    ours.hangUp();
    await clock.advanceSettled(500);
    expect(theirs.state).toBe('ended');
    carol.session.answer();
    await clock.advanceSettled(1000);
    expect(carol.session.state).toBe('connected');
    expect(progress.at(-1)).toBe('succeeded 200');
    expect(wire.responses(481, 'NOTIFY')).toEqual([]);
  });

  test('a BYE of the transferee before its NOTIFY does not fail the transfer (RFC 5589 §6, trap 4.9 #114)', async () => {
    const { clock, alice, bob, carol, progress, call } = three();
    const [ours, theirs] = await call(alice, bob, 'bob');
    ours.transfer('carol');
    await clock.advanceSettled(400);
    theirs.hangUp();
    await clock.advanceSettled(500);
    carol.session.answer();
    await clock.advanceSettled(1000);
    expect(ours.state).toBe('ended');
    expect(progress.at(-1)).toBe('succeeded 200');
    expect(carol.session.state).toBe('connected');
  });

  test('a second transfer while one is under way is refused, a later REFER of the dialog has an id (RFC 3515 §2.4.6, trap 4.9 #113)', async () => {
    const { clock, wire, alice, bob, carol, progress, call } = three();
    const [ours] = await call(alice, bob, 'bob');
    carol.onIncoming = (session) => session.reject(480);
    ours.transfer('carol');
    ours.transfer('carol');
    await clock.advanceSettled(2000);
    expect(progress).toEqual(['failed 491', 'trying 202', 'failed 480']);
    wire.clear();
    carol.onIncoming = undefined;
    ours.transfer('carol');
    await clock.advanceSettled(1000);
    const cseq = wire.requests('REFER')[0]?.message.cseq.number;
    expect(wire.requests('NOTIFY')[0]?.message.headers.get('event')).toBe(`refer;id=${cseq}`);
    expect(progress.at(-1)).toBe('ringing 180');
    carol.session.answer();
    await clock.advanceSettled(1000);
    expect(progress.at(-1)).toBe('succeeded 200');
  });

  test('a transferee that says nothing more after its 202 is given up, and the call resumed (RFC 6665 §4.1.2.4)', async () => {
    const { clock, network, alice, bob, progress, call } = three();
    const [ours] = await call(alice, bob, 'bob');
    network.drop = ({ bytes }) => /^NOTIFY/.test(new TextDecoder().decode(bytes.subarray(0, 6)));
    ours.transfer('carol');
    await clock.advanceSettled(70_000);
    expect(progress).toEqual(['trying 202', 'failed 408']);
    expect(ours).toMatchObject({ state: 'connected', held: { wanted: false } });
  });

  test('an application may decide later: 202 and NOTIFY 100 at once, then its word (RFC 3515 §2.4.4)', async () => {
    const { clock, wire, alice, bob, progress, call, referrals, onReferred } = three();
    onReferred(() => {});
    const [ours] = await call(alice, bob, 'bob');
    ours.transfer('carol');
    await clock.advanceSettled(5000);
    expect(bodies(wire.requests('NOTIFY', '192.0.2.2'))).toEqual(['SIP/2.0 100 Trying\r\n']);
    referrals[0]?.reject();
    await clock.advanceSettled(500);
    expect(progress).toEqual(['trying 202', 'failed 603']);
    expect(() => referrals[0]?.accept()).toThrow(TypeError);
  });

  test.each(Array.from({ length: 30 }, (_, seed) => seed))(
    'with loss and doubles, whoever hangs up in the middle, all is over and nothing left (RFC 5589 §6, seed %i)',
    async (seed) => {
      const { clock, network, alice, bob, carol, progress, call } = three(seed + 10);
      const dice = seededRandom(seed);
      const [ours, theirs] = await call(alice, bob, 'bob');
      network.conditions = { ...network.conditions, loss: 0.15, duplicate: 0.1, jitter: 40 };
      carol.onIncoming = (session) => session.answer();
      ours.transfer('carol');
      await clock.advanceSettled(Math.floor(dice.number() * 1500));
      const who = Math.floor(dice.number() * 4);
      if (who === 0) ours.hangUp();
      else if (who === 1) theirs.hangUp();
      else if (who === 2) theirs.hold();
      await clock.advanceSettled(400_000);
      expect(['succeeded', 'failed']).toContain(progress.at(-1)?.split(' ')[0]);
    },
  );
});

describe('attended transfer (RFC 5589 §7)', () => {
  async function consulted(all: ReturnType<typeof three>): Promise<readonly [Session, Session, Session, Session]> {
    const [ours, theirs] = await all.call(all.alice, all.bob, 'bob');
    ours.hold();
    await all.clock.advanceSettled(500);
    const [consult, carols] = await all.call(all.alice, all.carol, 'carol');
    all.wire.clear();
    return [ours, theirs, consult, carols];
  }

  test('the target replaces the call with the transferor by that with the transferee (RFC 5589 §7.1, RFC 3891 §3, trap 4.1 #14, trap 4.4 #69, UAC-031)', async () => {
    const all = three();
    const { clock, wire, carol, progress } = all;
    const [ours, theirs, consult, carols] = await consulted(all);
    ours.transferTo(consult);
    await clock.advanceSettled(3000);
    const [refer] = wire.requests('REFER', '192.0.2.1');
    expect(refer?.message.headers.get('refer-to')).toMatch(
      /^<sip:carol@example\.com\?Replaces=[0-9a-f]+%3Bto-tag%3D\w+%3Bfrom-tag%3D\w+&Require=replaces>$/,
    );
    const invite = wire.requests('INVITE', '192.0.2.2')[0]?.message;
    expect(invite?.uriText).toBe('sip:carol@example.com');
    expect(invite?.require).toEqual(['replaces']);
    expect(invite?.replaces).toMatchObject({ callId: consult.callId });
    // The tags as Carol sees them: hers is the To tag.
    const ack = wire.requests('BYE', '192.0.2.3')[0]?.message;
    expect([invite?.replaces?.toTag, invite?.replaces?.fromTag]).toEqual([ack?.fromTag, ack?.toTag]);
    expect(carol.session).toMatchObject({ state: 'connected', replaces: carols, referredBy: 'sip:alice@example.com' });
    expect(carols.end).toMatchObject({ by: 'remote', kind: 'replaced' });
    expect([ours.state, theirs.state, consult.state]).toEqual(['ended', 'ended', 'ended']);
    expect(progress.at(-1)).toBe('succeeded 200');
    // BYE only once the new INVITE was accepted.
    const story = wire.seen.map(({ message, from }) =>
      message.kind === 'request' ? `${message.method} ${from}` : `${message.status} ${message.cseq.method} ${from}`,
    );
    expect(story.indexOf('BYE 192.0.2.3')).toBeGreaterThan(story.indexOf('200 INVITE 192.0.2.3'));
  });

  test.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'with loss and doubles and a hang-up in the middle it comes to an end, and nothing is left (RFC 5589 §7, seed %i)',
    async (seed) => {
      const all = three(seed + 50);
      const { clock, network, progress } = all;
      const dice = seededRandom(seed);
      const parties = await consulted(all);
      const [ours, , consult] = parties;
      network.conditions = { ...network.conditions, loss: 0.15, duplicate: 0.1, jitter: 40 };
      ours.transferTo(consult);
      await clock.advanceSettled(Math.floor(dice.number() * 1000));
      parties[Math.floor(dice.number() * 8)]?.hangUp();
      await clock.advanceSettled(400_000);
      expect(['succeeded', 'failed']).toContain(progress.at(-1)?.split(' ')[0]);
    },
  );

  test('a target whose phone does not know Replaces is not asked: the application may offer a blind transfer (RFC 5589 §7.3)', async () => {
    const all = three();
    const { clock, wire, progress, proxy } = all;
    proxy.edit = (text) => text.replace(/^Supported:.*\r\n/m, '');
    const [ours, , consult] = await consulted(all);
    ours.transferTo(consult);
    await clock.advanceSettled(1000);
    expect(progress).toEqual(['failed 420']);
    expect(wire.requests('REFER')).toEqual([]);
    expect([ours.state, consult.state]).toEqual(['connected', 'connected']);
  });

  test('the call at the target ended meanwhile: declined, and the transferor has its call back (RFC 3891 §3, trap 4.4 #69)', async () => {
    const all = three();
    const { clock, wire, progress, network } = all;
    const [ours, theirs, consult, carols] = await consulted(all);
    network.drop = ({ from, bytes }) =>
      from.host === '192.0.2.3' && new TextDecoder().decode(bytes.subarray(0, 3)) === 'BYE';
    carols.hangUp();
    ours.transferTo(consult);
    await clock.advanceSettled(3000);
    expect(wire.responses(603, 'INVITE').length).toBeGreaterThan(0);
    expect(progress.at(-1)).toBe('failed 603');
    expect([ours.state, theirs.state]).toEqual(['connected', 'connected']);
  });
});

test('a REFER outside of a dialog waits for the flow that is just being opened, and is told 503 without one (RFC 3515 §2.4.2)', async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(5) });
  const wire = new Wire(network);
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'UDP', host: '192.0.2.9', port: 5060 },
  });
  const heard: TransferProgress[] = [];
  alice.agent.refer('bob', 'carol', (progress) => heard.push(progress));
  await clock.advanceSettled(10_100);
  expect(heard).toEqual([{ state: 'failed', status: 503 }]);
  alice.agent.start();
  alice.agent.refer('bob', 'carol');
  await clock.advanceSettled(100);
  expect(wire.requests('REFER')).toHaveLength(1);
});

test('REFER outside of a dialog: the NOTIFYs form one, along the recorded route (RFC 3515 §2.4.4, trap 4.1 #25)', async () => {
  const { clock, wire, alice, carol } = three();
  const heard: TransferProgress[] = [];
  carol.onIncoming = (session) => session.answer();
  alice.agent.refer('bob', 'carol', (progress) => heard.push(progress));
  await clock.advanceSettled(2000);
  expect(heard.map(({ state }) => state)).toEqual(['trying', 'succeeded']);
  expect(carol.session.state).toBe('connected');
  const [accepted] = wire.responses(202, 'REFER');
  expect(accepted?.message.headers.get('record-route')).toContain('192.0.2.9');
  expect(wire.requests('NOTIFY', '192.0.2.2')[0]?.message.headers.get('route')).toContain('192.0.2.9');
});

describe('what a REFER may say', () => {
  /** Bob alone, and a peer that sends it what the test says. */
  function asked(referred: boolean) {
    const clock = new VirtualClock();
    const network = new MemoryNetwork({ clock, random: seededRandom(5) });
    const peer = new TestElement(network, '192.0.2.9');
    const notifies: SipRequest[] = [];
    peer.answer = (transaction: ServerTransaction) => {
      if (transaction.request.method === 'NOTIFY') notifies.push(transaction.request);
      transaction.respond(createResponse(transaction.request, 200));
    };
    const bob = new TestAgent(network, '192.0.2.2', {
      user: 'bob',
      server: { transport: 'UDP', host: '192.0.2.9', port: 5060 },
      options: { events: referred ? { referred: (referral) => referral.accept() } : {} },
    });
    bob.agent.start();
    clock.advance(1);
    const refer = async (headers: readonly (readonly [string, string])[]) => {
      const request = peer.newRequest('REFER', 'sip:bob@192.0.2.2', {
        headers: [['Contact', '<sip:x@192.0.2.9>'], ...headers],
      });
      const answer = peer.send(request, { destination: { transport: 'UDP', host: '192.0.2.2', port: 5060 } });
      await clock.advanceSettled(500);
      return answer.responses.at(-1);
    };
    return { clock, bob, refer, notifies, peer };
  }

  test.each([
    [400, []],
    [400, ['<sip:a@example.com>', '<sip:b@example.com>']],
    [400, ['<sip:a@example.com?Replaces=nonsense>']],
    [416, ['<http://example.com/>']],
    [603, ['<sip:a@example.com;method=BYE>']],
  ])('is answered %i for Refer-To %j (RFC 3515 §2.4.2, UAS-029)', async (status, values) => {
    const { clock, bob, refer, peer } = asked(true);
    const answer = await refer(values.map((value) => ['Refer-To', value] as const));
    expect(answer?.status).toBe(status);
    await clock.advanceSettled(40_000);
    assertIdle(bob.agent, peer.transactions);
  });

  test('nobody listens for it: 603 (RFC 3515 §2.4.2)', async () => {
    const { refer } = asked(false);
    expect((await refer([['Refer-To', '<sip:a@example.com>']]))?.status).toBe(603);
  });

  test('Refer-Sub: false, and nothing is notified (RFC 4488 §4, trap 4.9 #113)', async () => {
    const { clock, bob, refer, notifies } = asked(true);
    const answer = await refer([
      ['Refer-To', '<sip:a@example.com>'],
      ['Refer-Sub', 'false'],
      ['Require', 'norefersub'],
    ]);
    expect([answer?.status, answer?.headers.get('refer-sub')]).toEqual([200, 'false']);
    await clock.advanceSettled(40_000);
    expect(notifies).toEqual([]);
    expect(bob.counts.dialogs).toBe(0);
  });
});
