import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';

/** `node tools/types.ts`: checks the types of every TypeScript project of the repository, a few at a time. */
const root = resolve(import.meta.dirname, '..');
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const projects = globSync(['tsconfig.json', '{packages,apps}/*/tsconfig*.json', 'e2e/tsconfig.json'], { cwd: root });
if (projects.length < 5) throw new Error(`only ${projects.length} TypeScript projects found`);

function check(project: string): Promise<boolean> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [compiler, '-p', project], { cwd: root, stdio: 'inherit' });
    child.on('close', (code) => {
      if (code !== 0) console.error(`types: ${project} failed`);
      done(code === 0);
    });
  });
}

const queue = [...projects];
const results: boolean[] = [];
async function work(): Promise<void> {
  for (let project = queue.shift(); project !== undefined; project = queue.shift()) results.push(await check(project));
}
await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work));
process.exitCode = results.every(Boolean) ? 0 : 1;
