import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** `npm run fuzz [-- --count N --seed N]`: N hostile messages, each at several places; the same seed, the same messages. */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
});
const root = resolve(import.meta.dirname, '..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const { status } = spawnSync(process.execPath, ['--expose-gc', vitest, 'run', 'packages/sip-server/test/fuzz'], {
  cwd: root,
  env: { ...process.env, FUZZ_COUNT: values.count, FUZZ_SEED: values.seed, NODE_OPTIONS: '--expose-gc' },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
