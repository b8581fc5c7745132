import { expect, it } from 'vitest';
import { FuzzRun } from './run.ts';

/** `npm run fuzz` asks for more. */
const count = Number(process.env['FUZZ_COUNT'] ?? 4000);
const seed = Number(process.env['FUZZ_SEED'] ?? 1);

it('hostile messages at parser, server, registrar and phone: nothing throws, answers twice, gets through broken or stays, and a call that is up lives on', {
  timeout: 3_600_000,
}, async () => {
  const { messages, accepted, answers, heapGrowth, slowest, problems } = await new FuzzRun(seed).run(count);
  const share = accepted / messages;
  console.log(
    `seed ${seed}: ${messages} messages, ${(100 * share).toFixed(0)} % accepted by the parser, answers ${JSON.stringify(answers)},`,
    `heap ${(heapGrowth / 1e6).toFixed(1)} MB more, slowest ${slowest.milliseconds.toFixed(1)} ms (${slowest.name.slice(0, 80)})`,
  );
  expect(problems.slice(0, 20)).toEqual([]);
  expect(share).toBeGreaterThan(0.3);
  // What proves that the run got anywhere: calls that rang, registrations, refusals.
  expect(answers[200]).toBeGreaterThan(0);
  expect(answers[180]).toBeGreaterThan(0);
  expect(answers[400]).toBeGreaterThan(0);
  expect(heapGrowth).toBeLessThan(20_000_000);
});
