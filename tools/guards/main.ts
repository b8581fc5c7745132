import { checkImports } from './check.ts';

/** `node tools/guards/main.ts [ROOT]`: prints each forbidden import, exits 1 when there is one. */
const violations = checkImports(process.argv[2] ?? '.');
for (const { file, line, specifier, why } of violations) console.error(`${file}:${line} imports ${specifier}: ${why}`);
process.exitCode = violations.length > 0 ? 1 : 0;
