import { expect, it } from 'vitest';
import { FuzzRun } from './run.ts';

/** `npm run fuzz` asks for more. */
const count = Number(process.env['FUZZ_COUNT'] ?? 4000);
const seed = Number(process.env['FUZZ_SEED'] ?? 1);

it('hostile messages at parser, server, registrar and phone: nothing throws, answers twice, gets through broken, stays or takes long, and a call that is up lives on', {
  timeout: 3_600_000,
}, async () => {
  const { messages, accepted, answers, heap, slowest, problems } = await new FuzzRun(seed).run(count);
  const growth = (heap.at(-1) ?? 0) - (heap[0] ?? 0);
  const share = accepted / messages;
  console.log(
    `seed ${seed}: ${messages} messages, ${(100 * share).toFixed(0)} % accepted by the parser, answers ${JSON.stringify(answers)},`,
    `heap ${heap.map((each) => (each / 1e6).toFixed(1)).join(', ')} MB, slowest ${slowest.milliseconds.toFixed(1)} ms (${slowest.name.slice(0, 80)})`,
  );
  expect(problems.slice(0, 20)).toEqual([]);
  expect(share).toBeGreaterThan(0.3);
  // What proves that the run got anywhere: calls that rang, registrations, refusals.
  expect(answers[200]).toBeGreaterThan(0);
  expect(answers[180]).toBeGreaterThan(0);
  expect(answers[400]).toBeGreaterThan(0);
  expect(heap.length).toBeGreaterThan(3);
  // 3,000 messages that each left a transaction behind would be more.
  expect(growth).toBeLessThan(count > 5000 ? 20_000_000 : 5_000_000);
  expect(slowest.milliseconds, slowest.name).toBeLessThan(2000);
});
