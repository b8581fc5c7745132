import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reasonPhrase, treatAs } from '../../packages/sip/src/message/index.ts';
import { draw } from '../../packages/sip-server/test/ladders/index.ts';
import { fill, incomplete, problems, shown } from './page.ts';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/sip.md'), 'utf8');
const ladders = await draw();

describe('docs/sip.md', () => {
  it('is what `npm run docs` writes', () => {
    expect(page).toBe(fill(page, ladders));
  });

  it('links to nothing that is not there, and quotes no test that is called otherwise', () => {
    expect(problems(root, page)).toEqual([]);
  });

  it('shows every run once', () => {
    expect([...shown(page)].sort()).toEqual([...ladders.keys()].sort());
  });

  it('has at each stop a ladder, a file and a test', () => {
    expect(incomplete(page)).toEqual([]);
  });

  it('says of every registered status what is done with it, and which test shows that', () => {
    const rows = [...page.matchAll(/^\| (\d{3} [^|]+?) \| RFC /gm)].map(([, row = '']) => row);
    const registered = Array.from({ length: 600 }, (_, index) => index + 100).filter((each) => treatAs(each) === each);
    expect(registered.length).toBeGreaterThan(70);
    expect(rows).toEqual(registered.map((status) => `${status} ${reasonPhrase(status)}`));
    expect(page.match(/^\| \d{3} [^|]+ \| RFC (?!.*\.test\.ts\) “).*/gm)).toBe(null);
  });
});

it('the same runs print the same ladders', async () => {
  expect(await draw()).toEqual(ladders);
});

describe('a page', () => {
  const check = (text: string) => problems(root, `${text}\n# A heading, here\n`);
  it('with dead links, or tests without a title, is told so', () => {
    expect(check('[a](../README.md) [b](#a-heading-here) [c](https://example.com)')).toEqual([]);
    expect(check('[a](nowhere.md)')).toEqual(['nowhere.md does not exist']);
    expect(check('[a](#elsewhere)')).toEqual(['#elsewhere has no such heading']);
    expect(check('[a](../ARCHITECTURE.md#elsewhere)')).toEqual(['../ARCHITECTURE.md#elsewhere has no such heading']);
    const test = '[t](../tools/tour/tour.test.ts)';
    expect(check(`${test} “shows every run once”`)).toEqual([]);
    expect(check(test)).toEqual(['tools/tour/tour.test.ts is named without the title of a test']);
    expect(check(`${test} “shows every run twice”`)).toEqual([
      'tools/tour/tour.test.ts has no test “shows every run twice”',
    ]);
  });

  it('has its ladders filled in, again and again, and none that no run is called', () => {
    const text = 'a\n<!-- ladder: one -->\nb\n';
    const once = fill(text, new Map([['one', 'ladder\n']]));
    expect(once).toBe('a\n<!-- ladder: one -->\n```text\nladder\n```\nb\n');
    expect(fill(once, new Map([['one', 'other\n']]))).toBe(once.replace('\nladder\n', '\nother\n'));
    expect(() => fill(text, new Map())).toThrow('no run is called one');
  });

  it('with a stop that shows nothing is told so', () => {
    const stop = '## Layers\n\n### Syntax\n\n[a](../a.ts) [t](../t.test.ts) “t”';
    expect(incomplete(`${stop}\n<!-- ladder: one -->\n`)).toEqual([]);
    expect(incomplete(stop)).toEqual(['“Syntax” has no ladder']);
  });
});
