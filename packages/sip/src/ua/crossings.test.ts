import { expect, test } from 'vitest';
import { assertIdle, MemoryNetwork, seededRandom, TestAgent, VirtualClock, Wire } from '../testing/index.ts';
import type { Session } from './session.ts';

/** How long after the one side the other acts: before, while and after the messages of the first are on their way. */
const offsets = [0, 3, 7, 10, 12, 17, 20, 22, 27, 30, 33, 40, 100, 501];
const seeds = [1, 2, 3];

/** Two agents that talk by UDP, with a call from alice that rings at bob's. */
async function ringing(seed: number, loss = 0) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(seed), latency: 10, loss });
  const wire = new Wire(network);
  const agent = (user: string, address: string, peer: string) =>
    new TestAgent(network, address, { user, server: { transport: 'UDP', host: peer, port: 5060 } });
  const alice = agent('alice', '192.0.2.1', '192.0.2.2');
  const bob = agent('bob', '192.0.2.2', '192.0.2.1');
  for (const each of [alice, bob]) each.agent.start();
  clock.advance(1);
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(loss === 0 ? 200 : 20_000);
  return { clock, network, wire, alice, bob, call };
}

async function connected(seed: number) {
  const all = await ringing(seed);
  all.bob.session.answer();
  await all.clock.advanceSettled(500);
  expect([all.call.state, all.bob.session.state]).toEqual(['connected', 'connected']);
  return all;
}

type World = Awaited<ReturnType<typeof ringing>>;

async function cross({ clock, call, bob }: World, offset: number, one: Act, other: Act, aliceFirst: boolean) {
  const steps: readonly (readonly [Session, Act])[] = [
    [call, one],
    [bob.session, other],
  ];
  const [first, second] = aliceFirst ? steps : [...steps].reverse();
  first?.[1](first[0]);
  await clock.advanceSettled(offset);
  second?.[1](second[0]);
  await clock.advanceSettled(40_000);
}

type Act = (session: Session) => void;
const hangUp: Act = (session) => session.hangUp();
const hold: Act = (session) => session.hold();

/** Nothing is left, no request went unanswered, and no answer was one that only a confused peer gets. */
async function leaveNothing({ clock, wire, alice, bob }: World) {
  await clock.advanceSettled(200_000);
  assertIdle(alice.agent, bob.agent);
  for (const { message } of wire.seen) {
    if (message.kind !== 'request' || message.method === 'ACK') continue;
    const answers = wire.seen.filter(
      (seen) => seen.message.kind === 'response' && seen.message.via.branch === message.via.branch,
    );
    expect([message.method, answers.some((seen) => seen.message.cseq.method === message.method)]).toEqual([
      message.method,
      true,
    ]);
  }
}

test.each(['answers', 'declines'] as const)(
  'the caller gives up and the callee %s, in whatever order the messages meet (§9, §15, trap 4.3 #51, UAC-014, DLG-006)',
  async (what) => {
    for (const offset of offsets) {
      for (const callerFirst of [true, false]) {
        const world = await ringing(1);
        const act: Act = (session) => (what === 'answers' ? session.answer() : session.reject(486));
        await cross(world, offset, hangUp, act, callerFirst);
        const { call, bob, wire } = world;
        expect([offset, callerFirst, call.state, bob.session.state]).toEqual([offset, callerFirst, 'ended', 'ended']);
        // One final response to the INVITE, and with a 2xx an ACK and a BYE.
        const finals = [200, 486, 487].filter((status) => wire.responses(status, 'INVITE').length > 0);
        expect(finals).toHaveLength(1);
        expect(wire.requests('ACK').length).toBeGreaterThan(0);
        expect(wire.requests('BYE')).toHaveLength(finals[0] === 200 ? 1 : 0);
        await leaveNothing(world);
      }
    }
  },
);

test('both hang up, in whatever order the messages meet (§15, trap 4.4 #66, DLG-006)', async () => {
  for (const offset of offsets) {
    for (const callerFirst of [true, false]) {
      const world = await connected(1);
      await cross(world, offset, hangUp, hangUp, callerFirst);
      expect([offset, world.call.state, world.bob.session.state]).toEqual([offset, 'ended', 'ended']);
      await leaveNothing(world);
    }
  }
});

test('one side holds while the other hangs up, in whatever order the messages meet (§14, §15.1.2, trap 4.4 #66, DLG-006)', async () => {
  for (const offset of offsets) {
    for (const [one, other] of [
      [hangUp, hold],
      [hold, hangUp],
    ] as const) {
      for (const callerFirst of [true, false]) {
        const world = await connected(1);
        await cross(world, offset, one, other, callerFirst);
        expect([offset, world.call.state, world.bob.session.state]).toEqual([offset, 'ended', 'ended']);
        await leaveNothing(world);
      }
    }
  }
});

test('the one who holds hangs up before the answer is there (§15, trap 4.4 #66)', async () => {
  for (const offset of offsets) {
    const world = await connected(1);
    await cross(world, offset, hold, () => world.call.hangUp(), true);
    expect([offset, world.call.state, world.bob.session.state]).toEqual([offset, 'ended', 'ended']);
    await leaveNothing(world);
  }
});

test('both hold, and both resume, in whatever order the messages meet: in the end both agree (§14.1, trap 4.5 #76, 4.5 #77, DLG-006)', async () => {
  for (const offset of offsets) {
    for (const callerFirst of [true, false]) {
      const world = await connected(offset + 1);
      const { call, bob } = world;
      await cross(world, offset, hold, hold, callerFirst);
      const held = { local: true, remote: true, wanted: true };
      expect([offset, call.held, bob.session.held]).toEqual([offset, held, held]);
      const resume: Act = (session) => session.resume();
      await cross(world, offset, resume, resume, callerFirst);
      const free = { local: false, remote: false, wanted: false };
      expect([offset, call.held, bob.session.held]).toEqual([offset, free, free]);
      call.hangUp();
      await leaveNothing(world);
    }
  }
});

test('with a third of the datagrams lost the crossings end as they do without (§17, trap 4.3 #51, 4.4 #66)', async () => {
  for (const seed of seeds) {
    for (const offset of [0, 10, 25]) {
      const world = await ringing(seed * 100 + offset, 0.33);
      await cross(world, offset, hangUp, (session) => session.answer(), true);
      await world.clock.advanceSettled(40_000);
      expect([seed, offset, world.call.state, world.bob.session.state]).toEqual([seed, offset, 'ended', 'ended']);
      await world.clock.advanceSettled(200_000);
      assertIdle(world.alice.agent, world.bob.agent);
    }
  }
});
