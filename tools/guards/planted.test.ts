import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkImports } from './check.ts';
import { checkCopies } from './copies.ts';
import { type Violation, violations } from './violations.ts';

/** A guard that goes green over nothing is worse than none: each must find what was planted for it. */
const root = resolve(import.meta.dirname, '../..');
const bin = (name: string): string => join(root, 'node_modules/.bin', name);
let copy = '';
const reports: Record<Violation['guard'], string> = { imports: '', biome: '', types: '', copies: '' };

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'ringback-guards-'));
  for (const path of ['packages', 'apps', 'package.json', 'biome.json', 'tsconfig.base.json', '.gitignore']) {
    cpSync(join(root, path), join(copy, path), {
      recursive: true,
      filter: (from) => !/\/(node_modules|dist)$/.test(from),
    });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { file, source } of violations) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), source);
  }
  reports.imports = checkImports(copy)
    .map(({ file }) => file)
    .join('\n');
  reports.copies = checkCopies(copy)
    .map(({ file }) => file)
    .join('\n');
  const [lint, ...types] = await Promise.all([
    run(bin('biome'), ['lint', '--max-diagnostics=none', '--reporter=json', ...planted('biome')]),
    run(bin('tsc'), ['-p', 'packages/sip', '--pretty', 'false']),
    run(bin('tsc'), ['-p', 'packages/sip-server', '--pretty', 'false']),
  ]);
  reports.biome = lint;
  reports.types = types.join('\n');
}, 120_000);

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('the guards fail on what they are there for', () => {
  it.each(violations)('$guard: $kind ($file)', ({ guard, file }) => {
    expect(reports[guard].includes(file), `${guard} did not name ${file}`).toBe(true);
  });

  it('finds nothing in the sources themselves', () => {
    expect(checkImports(root)).toEqual([]);
    expect(checkCopies(root)).toEqual([]);
  });
});

const planted = (guard: Violation['guard']): readonly string[] =>
  violations.filter((violation) => violation.guard === guard).map(({ file }) => file);

/** The output of a tool that is expected to fail. */
function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((done) => {
    execFile(command, args, { cwd: copy, maxBuffer: 1 << 28 }, (_error, stdout, stderr) => done(stdout + stderr));
  });
}
