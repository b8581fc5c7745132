import { calls } from './calls.ts';
import { network } from './network.ts';
import { services } from './services.ts';
import { sessions } from './sessions.ts';

/** Runs everything; gives the ladders by name. */
export async function draw(): Promise<ReadonlyMap<string, string>> {
  const ladders = new Map<string, string>();
  for (const [name, run] of Object.entries({ ...network, ...calls, ...sessions, ...services })) {
    ladders.set(name, await run());
  }
  return ladders;
}
