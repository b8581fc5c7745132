import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildPackages, PUBLISHED } from './build-packages.ts';

const root = resolve(import.meta.dirname, '..');
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const folder = mkdtempSync(join(tmpdir(), 'ringback-packages-'));
const modules = join(folder, 'node_modules');

function run(command: string, args: readonly string[], cwd = folder): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe', shell: process.platform === 'win32' });
}

/** What `npm install` does with a tarball: unpacks it to where its name says. */
function install(name: string): void {
  const target = join(modules, '@ringback', name);
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', folder], join(root, 'packages', name)),
  );
  mkdirSync(target, { recursive: true });
  run('tar', ['-xzf', join(folder, packed.filename), '-C', target, '--strip-components=1']);
}

interface Started {
  readonly child: ChildProcess;
  output: string;
}

/** Starts a program, and keeps what it prints. */
function start(program: string, env: Readonly<Record<string, string>>, ...args: readonly string[]): Started {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env: { ...process.env, ...env } });
  const started = { child, output: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      started.output += text;
    });
  }
  onTestFinished(() => void child.kill());
  return started;
}

async function finished(...program: Parameters<typeof start>): Promise<string> {
  const started = start(...program);
  await once(started.child, 'close');
  return started.output;
}

/** Waits until that is printed; gives what stands in its parentheses. Throws with all that was printed when the program ends before. */
async function printed(started: Started, pattern: RegExp): Promise<string> {
  let found = pattern.exec(started.output);
  while (!found) {
    if (started.child.exitCode !== null) throw new Error(started.output);
    await Promise.race([once(started.child.stdout as NodeJS.ReadableStream, 'data'), once(started.child, 'close')]);
    found = pattern.exec(started.output);
  }
  return found[1] ?? '';
}

/** The program in a package's README. */
function readme(name: string): string {
  return /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'packages', name, 'README.md'), 'utf8'))?.[1] ?? '';
}

/** The words of a ladder's arrows, without their times. */
const arrows = (output: string): readonly string[] =>
  output.match(/\b[A-Z]+ \d+(?: SDP)?(?= ─)|\b\d{3} [^─│]*\)/g) ?? [];

beforeAll(() => {
  buildPackages();
  for (const name of PUBLISHED) install(name);
  for (const name of ['ws', '@types/node', 'undici-types']) {
    mkdirSync(join(modules, name, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  }
  // Out of `node_modules`, where Node takes no TypeScript.
  cpSync(join(root, 'packages/sip-node/examples'), join(folder, 'examples'), { recursive: true });
  mkdirSync(join(folder, 'readme'));
  for (const name of PUBLISHED) writeFileSync(join(folder, 'readme', `${name}.ts`), readme(name));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packages, packed and installed where nothing else is', () => {
  it.each(PUBLISHED)('@ringback/%s holds what it needs and no sources', (name) => {
    expect(readdirSync(join(modules, '@ringback', name)).sort()).toEqual([
      'LICENSE',
      'README.md',
      'dist',
      'package.json',
    ]);
  });

  it.each([
    ['nodenext', ['ES2023']],
    ['bundler', ['ES2023', 'DOM', 'DOM.Iterable']],
  ])('type-check the examples and READMEs by their declarations, resolved as %s', (moduleResolution, lib) => {
    const compilerOptions = {
      ...{ target: 'ES2023', lib, types: ['node'], moduleResolution, skipLibCheck: false },
      ...{ module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext', strict: true, noEmit: true },
    };
    const include = ['readme', ...(moduleResolution === 'bundler' ? ['examples'] : ['examples/*.ts'])];
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
    expect(run(process.execPath, [compiler, '-p', '.'])).toBe('');
  });

  it('bundle for a page, without anything of Node', async () => {
    const lib = { entry: 'examples/browser/softphone.ts', formats: ['es' as const] };
    const built = (await build({
      ...{ root: folder, configFile: false, logLevel: 'silent', build: { write: false, lib } },
    })) as readonly Rolldown.RolldownOutput[];
    const chunks = built.flatMap(({ output }) => output);
    expect(chunks.flatMap((each) => (each.type === 'chunk' ? [each.exports, each.imports] : []))).toEqual([
      ['softphone'],
      [],
    ]);
  });

  it('call each other, and the ladder is printed', async () => {
    const answering = start('examples/auto-answer.ts', {}, '0');
    const address = await printed(answering, /waiting at (\S+)/);
    const output = await finished('examples/call-and-print-ladder.ts', {}, 'sip:answer@127.0.0.1', `sip:${address}`);
    const call = ['INVITE 1 SDP', '200 OK (1 INVITE)', 'ACK 1', 'BYE 2', '200 OK (2 BYE)'];
    expect(arrows(output).filter((each) => !/^1\d\d/.test(each))).toEqual(call);
    expect(output).toContain('hangup by local');
    answering.child.kill('SIGTERM');
    await once(answering.child, 'close');
    expect(answering.output).toContain('hangup by remote');
  });

  it('stand back to back: answer, hold, resume, BYE and CANCEL pass through both legs', async () => {
    const found = arrows(await finished('examples/b2bua.ts', {}));
    const count = (words: string): number => found.filter((each) => each === words).length;
    // The first call and the second, each on both legs; hold and resume on both legs.
    expect(['INVITE 1 SDP', 'INVITE 2 SDP', 'INVITE 3 SDP', 'BYE 4', 'CANCEL 1'].map(count)).toEqual([4, 2, 2, 2, 2]);
    expect(count('487 Request Terminated (1 INVITE)')).toBe(2);
  });

  it('do what their READMEs say: register, subscribe, write, call and transfer', async () => {
    const registrar = start('readme/sip-server.ts', {}, '0');
    const SIP_PORT = await printed(registrar, /registrar at (\d+)/);
    const phone = (name: string) => start('readme/sip-node.ts', { SIP_PORT }, name);
    const [bob, carol] = [phone('bob'), phone('carol')];
    for (const each of [bob, carol]) await printed(each, /registered/);
    const output = await finished('readme/sip-node.ts', { SIP_PORT }, 'alice', 'bob', 'carol');
    const heard = ['bob is open', 'written: 200', 'transfer: trying 202', 'transfer: succeeded 200', 'unregistered'];
    expect(heard.filter((each) => !output.includes(each))).toEqual([]);
    expect(bob.output).toContain('sip:alice@example.com writes: Have you a minute?');
    expect(bob.output).toContain('sip:carol@example.com: connected');
    expect(carol.output).toContain('sip:bob@example.com: connected');
  });

  it('register', async () => {
    const registrar = start('readme/sip-server.ts', {}, '0');
    const server = `sip:127.0.0.1:${await printed(registrar, /registrar at (\d+)/)}`;
    const output = await finished('examples/register.ts', {}, 'sip:alice@example.com', 'secret', server);
    expect(output.split('\n').filter((line) => line !== 'registering')).toEqual(['registered', 'unregistered', '']);
  });
});
