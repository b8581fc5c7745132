import { resolve } from 'node:path';
import { checkImports } from './check.ts';
import { checkCopies } from './copies.ts';

/** `node tools/guards/main.ts [ROOT]`: prints each forbidden import and each copy that loses something, exits 1 when there is one. */
const root = resolve(process.argv[2] ?? '.');
const imports = checkImports(root);
for (const { file, line, specifier, why } of imports) console.error(`${file}:${line} imports ${specifier}: ${why}`);
const copies = checkCopies(root);
for (const { file, line, text, why } of copies)
  console.error(`${file}:${line} ${why} of ${text}: what was received is read by getters, which are left behind`);
process.exitCode = imports.length + copies.length > 0 ? 1 : 0;
