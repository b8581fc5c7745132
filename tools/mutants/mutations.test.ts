import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { collect } from '../coverage/collect.ts';
import { mutations } from './mutations.ts';

const root = resolve(import.meta.dirname, '../..');
const { shown } = collect(root);

it.each(mutations.map((mutation) => [mutation.trap, mutation.file, mutation] as const))(
  'the mistake planted for %s in %s has its place in the code and tests that could notice it',
  (trap, file, { find, replace }) => {
    expect(readFileSync(join(root, file), 'utf8').split(find)).toHaveLength(2);
    expect(replace).not.toBe(find);
    expect(shown.get(trap) ?? []).not.toEqual([]);
  },
);
