import type { Session } from '@ringback/sip';
import type { TestAgent } from '@ringback/sip/testing';
import { addressOf, type PhoneOptions, Scene } from './scene.ts';

/** Runs by the names of their ladders. The same run prints the same ladder, each time and everywhere. */
export type Ladders = Readonly<Record<string, () => Promise<string>>>;

export const bob = 'sip:bob@example.com';
/** From left to right. */
export const people = ['alice', 'server', 'bob'];
const everybody: readonly string[] = ['alice', 'bob'].flatMap((user) => [addressOf(user), addressOf(user, true)]);

export interface Ready {
  readonly scene: Scene;
  readonly alice: TestAgent;
  readonly bob: TestAgent;
}

/** Alice and Bob, registered at the server, which challenges neither: what a ladder is about is not lost among challenges. */
export async function ready(own: PhoneOptions = {}, others: PhoneOptions = {}, trusts = everybody): Promise<Ready> {
  const scene = new Scene();
  scene.server({ trusts });
  const alice = await scene.phone('alice', own);
  const callee = await scene.phone('bob', others);
  scene.begin();
  return { scene, alice, bob: callee };
}

/** The same, in a call. */
export async function answered(
  own?: PhoneOptions,
  others?: PhoneOptions,
  trusts?: readonly string[],
): Promise<Ready & { readonly call: Session }> {
  const all = await ready(own, others, trusts);
  const call = all.alice.agent.call(bob);
  await all.scene.pass(2000);
  all.bob.session.answer();
  await all.scene.pass(1000);
  if (call.state !== 'connected') throw new Error(`the call is ${call.state}`);
  return { ...all, call };
}

/** Two user agents that send to each other, in a call. */
export async function talking(pair: readonly [TestAgent, TestAgent], scene: Scene): Promise<Session> {
  const call = pair[0].agent.call(bob);
  await scene.pass(300);
  pair[1].session.answer();
  await scene.pass(500);
  if (call.state !== 'connected') throw new Error(`the call is ${call.state}`);
  return call;
}
