import { expect, it } from 'vitest';
import type { Clock } from '../runtime/index.ts';
import { assertIdle, MemoryNetwork, seededRandom, TestAgent, VirtualClock, Wire } from '../testing/index.ts';
import type { UserAgentSnapshot } from './options.ts';
import type { Session } from './session.ts';

const [here, there] = ['192.0.2.1', '192.0.2.2'];

/** A call between two agents, one of which dies at some moment of it and goes on from its snapshot. */
async function life(seed: number, transport: 'UDP' | 'WS', role: 'caller' | 'callee', ender: 'survivor' | 'restored') {
  const clock = new VirtualClock();
  const dice = seededRandom(seed);
  const network = new MemoryNetwork({ clock, random: seededRandom(seed + 1000), jitter: 20 });
  const wire = new Wire(network);
  const port = transport === 'UDP' ? 5060 : 80;
  let dead = false;
  const mortal: Clock = { now: () => clock.now(), at: (time, run) => clock.at(time, () => dead || run()) };
  const agent = (user: string, address: string, host: string, own?: Clock, before?: UserAgentSnapshot) => {
    const options = own ? { clock: own } : {};
    const server = { transport, host, port };
    const made = new TestAgent(network, address, {
      user,
      server,
      listen: [[transport, port]],
      options,
      ...(before && { before }),
    });
    made.agent.start();
    return made;
  };
  const survivor = agent('bob', there, here);
  const first = agent('alice', here, there, mortal);
  await clock.advanceSettled(3000);
  const [caller, callee] = role === 'caller' ? [first, survivor] : [survivor, first];
  const dialled = caller.agent.call(role === 'caller' ? 'sip:bob@example.com' : 'sip:alice@example.com');
  await clock.advanceSettled(500);
  callee.session.answer();
  await clock.advanceSettled(500);
  const [own, other] = role === 'caller' ? [dialled, callee.session] : [callee.session, dialled];
  const acts: ((session: Session) => void)[] = [
    (session) => session.hold(),
    (session) => session.resume(),
    (session) => session.restartMedia(),
    (session) => session.update(),
    (session) => void session.sendDtmfInfo('1'),
  ];
  for (let left = Math.floor(dice.number() * 6); left > 0; left--) {
    acts[Math.floor(dice.number() * acts.length)]?.(dice.number() < 0.5 ? own : other);
    await clock.advanceSettled(Math.floor(dice.number() * 400));
  }

  const before = JSON.parse(JSON.stringify(first.agent.snapshot())) as UserAgentSnapshot;
  dead = true;
  first.host.crash();
  const second = agent('alice', here, there, undefined, before);
  await clock.advanceSettled(40_000);
  const [restored] = second.agent.sessions;
  expect(restored).toMatchObject({ state: 'connected', callId: own.callId });
  expect(other.state).toBe('connected');

  // A re-INVITE from each side goes through …
  for (const [session, from] of [
    [restored, 'alice'],
    [other, 'bob'],
  ] as const) {
    wire.clear();
    session?.restartMedia();
    await clock.advanceSettled(5000);
    expect(wire.requests('INVITE').length, from).toBeGreaterThan(0);
    expect(wire.requests('ACK').length, from).toBeGreaterThan(0);
    expect([restored?.state, other.state], from).toEqual(['connected', 'connected']);
  }
  // … and the BYE of either ends both.
  (ender === 'survivor' ? other : restored)?.hangUp();
  await clock.advanceSettled(2000);
  expect([restored?.state, other.state]).toEqual(['ended', 'ended']);
  expect(restored?.end).toEqual({ by: ender === 'restored' ? 'local' : 'remote', kind: 'hangup' });
  for (const { agent: each } of [second, survivor]) {
    const stopped = each.stop();
    await clock.advanceSettled(3000);
    await stopped;
  }
  await clock.advanceSettled(200_000);
  assertIdle(second.agent, survivor.agent);
}

const stories = (['UDP', 'WS'] as const).flatMap((transport) =>
  (['caller', 'callee'] as const).flatMap((role) =>
    (['survivor', 'restored'] as const).map((ender) => [transport, role, ender] as const),
  ),
);

it.each(stories)(
  'a call restored from JSON at any moment can be renegotiated and ended from both sides: over %s, the %s died, the %s hangs up (§12.2, §14, §15)',
  async (transport, role, ender) => {
    for (let seed = 30; seed < 55; seed++) {
      await life(seed, transport, role, ender).catch((error: Error) => {
        throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
      });
    }
  },
);
