import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/sip-traps.md'), 'utf8');

/** The rows of the table: a trap, and the files whose tests show it. */
const rows = [...page.matchAll(/^\| (4\.\d+ #\d+) +\|.*\| +(`.*`) +\|$/gm)].map(([, trap = '', files = '']) => ({
  trap,
  files: [...files.matchAll(/`(\S+?\.ts)`/g)].map(([, file = '']) =>
    file.startsWith('apps/') ? file : `packages/${file}`,
  ),
}));

it.each(rows)('the page on field traps is right about $trap: each file cites it', ({ trap, files }) => {
  expect(files).not.toEqual([]);
  for (const file of files) {
    expect(existsSync(join(root, file)), file).toBe(true);
    expect(readFileSync(join(root, file), 'utf8'), file).toMatch(new RegExp(`${trap.replace('.', '\\.')}\\b`));
  }
});

it('no trap of syntax, transport, transactions and dialogs is passed over in silence', () => {
  const named = new Set([...page.matchAll(/^\| 4\.\d+ #(\d+) /gm)].map(([, number]) => Number(number)));
  expect(Array.from({ length: 72 }, (_, n) => n + 1).filter((number) => !named.has(number))).toEqual([]);
});
