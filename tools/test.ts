import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { canInstall, installPeers, isThere, PEERS, type Peer, withoutPeers } from './peers.ts';
import {
  add,
  described,
  failure,
  NOTHING,
  type Outcome,
  readPlaywrightReport,
  readVitestReport,
  strict,
  withExit,
} from './report.ts';

/**
 * `npm test`: everything. Installs what is missing where it may, runs lint, types, import guards, unit, end-to-end and
 * interoperability tests, prints the slowest files and what failed, and closes with `N passed, N failed, N skipped`.
 *
 * Where a peer is missing and cannot be installed, the test files that need it are left out by name and counted as
 * skipped; with CI=true whatever is skipped is a failure.
 */
const root = resolve(import.meta.dirname, '..');
const output = join(root, 'e2e/output');
const inCi = process.env['CI'] === 'true';
const bin = (path: string): string => join(root, 'node_modules', path);

const clone = startClone();
const missing = findPeers();
let total = NOTHING;
total = add(total, check('lint', [bin('@biomejs/biome/bin/biome'), 'check', '.']));
total = add(total, check('types', ['tools/types.ts']));
total = add(total, check('import guards', ['tools/guards/main.ts']));
total = add(total, unit());
total = add(total, await cloned());
total = add(total, endToEnd());
rmSync(dirname(clone.folder), { recursive: true, force: true });
if (inCi) total = strict(total, missing.length);

say('the ten slowest test files');
for (const { name, seconds } of [...total.files].sort((a, b) => b.seconds - a.seconds).slice(0, 10)) {
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${name}`);
}
for (const { name, packages, specs } of missing) {
  console.log(`left out: ${specs.join(', ')}; ${name} is not here (Debian: apt-get install ${packages.join(' ')})`);
}
if (total.failed > 0) {
  say('what failed');
  console.log(described(total.failures));
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

function findPeers(): readonly Peer[] {
  const absent = PEERS.filter((peer) => !isThere(peer));
  if (absent.length === 0 || !canInstall()) return absent;
  say(`installing ${absent.map(({ name }) => name).join(', ')}`);
  const problem = installPeers(absent);
  if (problem !== undefined) console.error(problem);
  return PEERS.filter((peer) => !isThere(peer));
}

/** A tool that says yes or no: one test. */
function check(name: string, command: readonly string[]): Outcome {
  say(name);
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  return status === 0 ? { ...NOTHING, passed: 1 } : failure(name, `ended with ${status}; what it said stands above`);
}

function unit(): Outcome {
  say('unit');
  const report = freshReport('unit.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const command = [bin('vitest/vitest.mjs'), 'run', ...reporters];
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  return existsSync(report)
    ? withExit(readVitestReport(report, root), status, 'unit')
    : failure('unit', `ended with ${status}, without a report`);
}

/** A fresh clone starts beside the rest: it waits for the network most of the time. */
function startClone() {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-clone-'));
  const log = join(folder, 'log');
  const child = spawn(process.execPath, ['tools/fresh-clone.ts', join(folder, 'ringback')], {
    cwd: root,
    stdio: ['ignore', openSync(log, 'w'), openSync(log, 'a')],
  });
  const done = new Promise<number>((end) => child.once('close', (code) => end(code ?? 1)));
  return { folder: join(folder, 'ringback'), log, done };
}

async function cloned(): Promise<Outcome> {
  say('fresh clone, npm start');
  const code = await clone.done;
  const log = readFileSync(clone.log, 'utf8');
  console.log(code === 0 ? 'ready, answered, ended' : log);
  if (code === 0) return { ...NOTHING, passed: 1 };
  return failure('fresh clone, npm start', `ended with ${code}\n${log.trim().split('\n').slice(-10).join('\n')}`);
}

/** With the gateway and the phone of the fresh clone. */
function endToEnd(): Outcome {
  say('end to end');
  const { measuring, others, left } = withoutPeers(missing);
  const env = { ...process.env, RINGBACK_E2E_ROOT: clone.folder };
  let outcome: Outcome = { ...NOTHING, skipped: left };
  for (const choice of [['--workers=1', measuring], [others]]) {
    const report = freshReport('report.json');
    const args = ['tools/e2e.ts', '--pass-with-no-tests', ...choice];
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env });
    outcome = add(
      outcome,
      existsSync(report)
        ? withExit(readPlaywrightReport(report), status, 'end to end')
        : failure('end to end', `ended with ${status}, without a report`),
    );
  }
  return outcome;
}

/** The path of a report that is surely not the last run's. */
function freshReport(name: string): string {
  const path = join(output, name);
  mkdirSync(output, { recursive: true });
  rmSync(path, { force: true });
  return path;
}

function say(what: string): void {
  console.log(`\n── ${what} ──`);
}
