import type { Session } from '@ringback/sip';
import type { TestAgent } from '@ringback/sip/testing';
import { expect, test } from 'vitest';
import { World } from './world.ts';

type Act = (session: Session) => void;
const hangUp: Act = (session) => session.hangUp();

/** How long after the one side the other acts: before, while and after the first messages pass us. */
const offsets = [0, 5, 10, 15, 20, 25, 30, 40, 60, 100];
const legs = [
  ['WS', 'WS'],
  ['WS', 'UDP'],
  ['UDP', 'WS'],
  ['TCP', 'UDP'],
] as const;

async function cross(world: World, offset: number, first: () => void, second: () => void): Promise<void> {
  first();
  await world.pass(offset);
  second();
  await world.pass(40_000);
}

for (const [one, other] of legs) {
  test(`the caller gives up while the callee answers or declines, ${one} to ${other}, in whatever order the messages pass us (§16.7, §16.10, trap 4.3 #51)`, async () => {
    const world = new World();
    const alice = await world.phone('alice', '192.0.2.11', one);
    const bob = await world.phone('bob', '192.0.2.12', other);
    for (const act of [(session: Session) => session.answer(), (session: Session) => session.reject(486)]) {
      for (const offset of offsets) {
        for (const callerFirst of [true, false]) {
          const call = alice.agent.call('sip:bob@example.com');
          await world.pass(1000);
          const steps = [() => call.hangUp(), () => act(bob.session)] as const;
          await cross(world, offset, steps[callerFirst ? 0 : 1], steps[callerFirst ? 1 : 0]);
          expect([offset, callerFirst, call.state, bob.session.state]).toEqual([offset, callerFirst, 'ended', 'ended']);
        }
      }
    }
  });

  test(`a call that is given up at any moment of its beginning leaves nothing ringing, ${one} to ${other} (§9.1, trap 4.3 #49)`, async () => {
    const world = new World();
    const alice = await world.phone('alice', '192.0.2.11', one);
    const bob = await world.phone('bob', '192.0.2.12', other);
    for (let offset = 0; offset < 120; offset += 6) {
      const call = alice.agent.call('sip:bob@example.com');
      await world.pass(offset);
      call.hangUp();
      await world.pass(2000);
      expect([offset, call.end?.kind]).toEqual([offset, 'cancelled']);
      for (const { state } of bob.incoming) expect([offset, state]).toEqual([offset, 'ended']);
    }
    expect(bob.incoming.length).toBeGreaterThan(5);
  });
}

test('two phones answer while the caller gives up: whoever had the call is told that it is over (§13.2.2.4, trap 4.4 #60)', async () => {
  const world = new World();
  const alice = await world.phone('alice', '192.0.2.11');
  const phones: TestAgent[] = [await world.phone('bob', '192.0.2.12'), await world.phone('bob', '192.0.2.13', 'UDP')];
  for (const offset of offsets) {
    for (const callerFirst of [true, false]) {
      const call = alice.agent.call('sip:bob@example.com');
      await world.pass(1000);
      const answer = () => {
        for (const phone of phones) phone.session.answer();
      };
      const give = () => hangUp(call);
      await cross(world, offset, callerFirst ? give : answer, callerFirst ? answer : give);
      const states = [call, ...phones.map(({ session }) => session)].map(({ state }) => state);
      expect([offset, callerFirst, states]).toEqual([offset, callerFirst, ['ended', 'ended', 'ended']]);
    }
  }
});
