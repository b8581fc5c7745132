import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { draw } from '../../packages/sip-server/test/ladders/index.ts';
import { fill, problems } from './page.ts';

/** `npm run docs`: prints the ladders of docs/sip.md anew, by runs of ours, and says which of its links lead nowhere. */
const root = resolve(import.meta.dirname, '../..');
const path = join(root, 'docs/sip.md');
const text = fill(readFileSync(path, 'utf8'), await draw());
writeFileSync(path, text);
for (const problem of problems(root, text)) {
  console.error(problem);
  process.exitCode = 1;
}
