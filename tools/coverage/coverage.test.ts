import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCitations } from './citations.ts';
import { collect } from './collect.ts';
import { pages, problems } from './pages.ts';
import { readTests } from './source.ts';

const root = resolve(import.meta.dirname, '../..');
const coverage = collect(root);

it('every trap and every purpose has a test that cites it or a reason, and nothing cites what does not exist', () => {
  expect(problems(coverage)).toEqual([]);
});

it.each([...pages(coverage)])('%s is what `npm run coverage` writes', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});

describe('citations', () => {
  const check = (text: string, ...expected: readonly string[]) => {
    const { sections, traps, purposes } = readCitations(text);
    expect([...sections, ...traps, ...purposes]).toEqual(expected);
  };
  it('a bare section is that of RFC 3261 unless it continues a list', () => {
    check('sends it again (\u00a713.3.1.4)', '3261 \u00a713.3.1.4');
    check('(\u00a714.2, RFC 3311 \u00a75.2, \u00a75.3)', '3261 \u00a714.2', '3311 \u00a75.2', '3311 \u00a75.3');
    check('RFC 3311 \u00a75.2 says so; see \u00a714.1', '3311 \u00a75.2', '3261 \u00a714.1');
  });
  it('an RFC alone, traps and purposes', () => {
    check('(RFC 3581, trap 4.5 #76, 4.5 #77, UAC-012)', '3581', '4.5 #76', '4.5 #77', 'UAC-012');
    check('a 4.0 GHz clock, trap #3 and 4.5 alone');
    check('RFC 3261 says', '3261');
  });
});

describe('tests', () => {
  const read = (source: string) =>
    readTests('some.test.ts', source).map(({ path, skipped }) => [path.join(' > '), skipped]);
  it('are found with the blocks around them, in any of their forms', () => {
    const source = `describe('a', () => { it('b', f); describe('c', () => { test.each(rows)('d', f); }); }); test(\`e \${x}\`, f);`;
    expect(read(source)).toEqual([
      ['a > b', false],
      ['a > c > d', false],
      ['e …', false],
    ]);
  });
  it('that are left out show nothing', () => {
    expect(read(`test.skip('a', f); describe.skip('b', () => { it('c', f); });`)).toEqual([
      ['a', true],
      ['b > c', true],
    ]);
  });
  it('of a commented line do not count', () => {
    expect(read(`// it('a', f)`)).toEqual([]);
  });
});
