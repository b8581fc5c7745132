import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { collect } from './collect.ts';
import { pages, problems } from './pages.ts';

/** `npm run coverage`: writes the pages that tell which test shows which section, trap and purpose. */
const root = resolve(import.meta.dirname, '../..');
const coverage = collect(root);
for (const [path, text] of pages(coverage)) writeFileSync(join(root, path), text);
for (const problem of problems(coverage)) {
  console.error(problem);
  process.exitCode = 1;
}
