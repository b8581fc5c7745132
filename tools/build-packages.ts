import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * `npm run build:packages`: JavaScript modules and type declarations of what is published, into `packages/<name>/dist`. In this order:
 * each is compiled against the declarations of the ones before it, as whoever installs them sees them.
 */
export const PUBLISHED: readonly string[] = ['sip', 'sip-server', 'sip-node'];

const root = resolve(import.meta.dirname, '..');

/** Throws with the compiler's words when a package does not compile. */
export function buildPackages(names: readonly string[] = PUBLISHED): void {
  for (const name of names) buildPackage(join(root, 'packages', name));
}

function buildPackage(folder: string): void {
  const dist = join(folder, 'dist');
  rmSync(dist, { recursive: true, force: true });
  const project = join(folder, 'tsconfig.dist.json');
  const compilerOptions = {
    noEmit: false,
    // For ES2023 the compiler gives `static x = new Self()` to a name it has not set yet.
    target: 'ESNext',
    rewriteRelativeImportExtensions: true,
    customConditions: [],
    rootDir: 'src',
    outDir: 'dist',
  };
  writeFileSync(project, JSON.stringify({ extends: './tsconfig.json', compilerOptions }));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', project], { cwd: root, encoding: 'utf8' });
  rmSync(project);
  if (status !== 0) throw new Error(stdout);
  // The compiler rewrites specifiers in modules, not in declarations.
  for (const file of globSync('**/*.d.ts', { cwd: dist })) {
    const path = join(dist, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(['"]\.[^'"\n]*)\.ts(?=['"])/g, '$1.js'));
  }
}

if (process.argv[1] === import.meta.filename) buildPackages();
