import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { mergeConfig } from 'vitest/config';
import unit from '../../vitest.config.ts';
import { mutations } from './mutations.ts';

/** The unit tests with one mistake planted as the files are loaded; on disk nothing changes. */
const root = resolve(import.meta.dirname, '../..');
const mutation = mutations[Number(process.env['MUTATION'])];
if (!mutation) throw new Error('MUTATION is the index of a mutation');
const { file, find, replace } = mutation;

export default mergeConfig(unit, {
  root,
  test: { fsModuleCache: false },
  // What was transformed with another mistake must not come back from a cache.
  plugins: [
    {
      name: 'mutation',
      enforce: 'pre' as const,
      load: (id: string) =>
        id === resolve(root, file) ? readFileSync(id, 'utf8').replace(find, () => replace) : undefined,
    },
  ],
});
