import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const source = resolve(import.meta.dirname, '../../packages/sip/src');
const declaration = /^export (?:abstract class|class|async function|function|interface|type|const) ([$\w]+)/;

interface Export {
  readonly name: string;
  readonly file: string;
}

/** What an index exports, and the files that declare it. */
function exportsOf(index: string): readonly Export[] {
  const text = readFileSync(index, 'utf8');
  const beside = (file = ''): string => join(dirname(index), file);
  const all = [...text.matchAll(/^export \* from '([^']+)'/gm)].flatMap(([, file]) => exportsOf(beside(file)));
  const named = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)].flatMap(([, names = '', file]) =>
    [...names.matchAll(/(?:type )?([$\w]+)(?: as [$\w]+)?/g)].map(([, name = '']) => ({ name, file: beside(file) })),
  );
  return [...all, ...named];
}

function isDocumented({ name, file }: Export): boolean {
  const lines = readFileSync(file, 'utf8').split('\n');
  const at = lines.findIndex((line) => declaration.exec(line)?.[1] === name);
  return at > 0 && lines[at - 1]?.endsWith('*/') === true;
}

it('every export of the core has a doc comment', () => {
  const found = exportsOf(join(source, 'index.ts'));
  expect(found.length).toBeGreaterThan(150);
  expect(found.filter((each) => !isDocumented(each)).map(({ name }) => name)).toEqual([]);
});
