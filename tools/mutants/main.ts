import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { collect } from '../coverage/collect.ts';
import { type Mutation, mutations } from './mutations.ts';

/**
 * `npm run test:mutants [-- --seed N --count N | --all | --trap "4.3 #44"]`: plants one mistake after the other, drawn by seed, and runs the tests
 * that cite its trap. Each must fail by one of these tests; a mistake that nobody notices makes the run fail.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '20' },
    all: { type: 'boolean', default: false },
    trap: { type: 'string' },
  },
});
const root = resolve(import.meta.dirname, '../..');
const { shown } = collect(root);
const drawn = draw();
const survivors: Mutation[] = [];
const queue = [...drawn];
await Promise.all([work(), work()]);
console.log(
  `\nseed ${values.seed}: ${drawn.length - survivors.length} of ${drawn.length} planted mistakes were noticed`,
);
process.exitCode = drawn.length > 0 && survivors.length === 0 ? 0 : 1;

/** One mutation a trap, the traps in an order given by the seed. */
function draw(): readonly Mutation[] {
  if (values.trap !== undefined) return mutations.filter(({ trap }) => trap === values.trap);
  if (values.all) return mutations;
  const key = ({ trap, find }: Mutation) => createHash('sha256').update(`${values.seed} ${trap} ${find}`).digest('hex');
  const shuffled = mutations.toSorted((a, b) => key(a).localeCompare(key(b)));
  const first = new Map<string, Mutation>();
  for (const mutation of shuffled) if (!first.has(mutation.trap)) first.set(mutation.trap, mutation);
  return [...first.values()].slice(0, Number(values.count));
}

async function work(): Promise<void> {
  for (let mutation = queue.shift(); mutation; mutation = queue.shift()) {
    const noticed = await isNoticed(mutation);
    if (!noticed) survivors.push(mutation);
    const { trap, file, find, replace } = mutation;
    const change = noticed ? '' : `: ${JSON.stringify(find)} became ${JSON.stringify(replace)}`;
    console.log(`${noticed ? 'noticed ' : 'SURVIVED'}  ${trap.padEnd(9)} ${file}${change}`);
  }
}

/** Do the tests that cite the trap fail with it? A run in which none of them took part does not count. */
async function isNoticed(mutation: Mutation): Promise<boolean> {
  const { trap } = mutation;
  const files = [...new Set((shown.get(trap) ?? []).map(({ file }) => file))].filter((file) =>
    file.endsWith('.test.ts'),
  );
  if (files.length === 0) return false;
  const name = `${trap.replaceAll('.', '\\.')}(?!\\d)`;
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const config = 'tools/mutants/vitest.config.ts';
  const index = mutations.indexOf(mutation);
  const output = join(tmpdir(), `mutation-${process.pid}-${index}.json`);
  const report = ['--reporter=json', `--outputFile=${output}`];
  const args = [vitest, 'run', '--config', config, ...report, '-t', name, ...files];
  const env = { ...process.env, MUTATION: String(index) };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'ignore' });
  await once(child, 'close');
  const { numFailedTests } = JSON.parse(readFileSync(output, 'utf8')) as { readonly numFailedTests: number };
  rmSync(output);
  return numFailedTests > 0;
}
