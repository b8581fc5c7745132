import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { silent } from '../packages/sip/src/index.ts';
import { FlowInbox, nodeClock, nodeRandom, SocketPort, UdpListener } from '../packages/sip-node/src/index.ts';
import { MemoryLocationService, SipServer } from '../packages/sip-server/src/index.ts';
import { buildPackages } from './build-packages.ts';

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

/** Starts an example; gives what it prints until it ends, or until it prints `until`. */
function start(example: string, ...args: readonly string[]): { readonly child: ChildProcess; output: string } {
  const child = spawn(process.execPath, [join('examples', example), ...args], { cwd: folder });
  const started = { child, output: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      started.output += text;
    });
  }
  onTestFinished(() => void child.kill());
  return started;
}

async function finished(example: string, ...args: readonly string[]): Promise<string> {
  const started = start(example, ...args);
  await once(started.child, 'close');
  return started.output;
}

/** The words of a ladder's arrows, without their times. */
const arrows = (output: string): readonly string[] =>
  output.match(/\b[A-Z]+ \d+(?: SDP)?(?= ─)|\b\d{3} [^─│]*\)/g) ?? [];

beforeAll(() => {
  buildPackages(['sip', 'sip-node']);
  for (const name of ['sip', 'sip-node']) install(name);
  for (const name of ['ws', '@types/ws', '@types/node', 'undici-types']) {
    mkdirSync(join(modules, name, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  }
  // Out of `node_modules`, where Node takes no TypeScript.
  cpSync(join(root, 'packages/sip-node/examples'), join(folder, 'examples'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packages, packed and installed where nothing else is', () => {
  it.each(['sip', 'sip-node'])('@ringback/%s holds what it needs and no sources', (name) => {
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
  ])('type-check the examples by their declarations, resolved as %s', (moduleResolution, lib) => {
    const compilerOptions = {
      ...{ target: 'ES2023', lib, types: ['node'], moduleResolution, skipLibCheck: true },
      ...{ module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext', strict: true, noEmit: true },
    };
    const include = moduleResolution === 'bundler' ? ['examples'] : ['examples/*.ts'];
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
    const answering = start('auto-answer.ts', '0');
    while (!answering.output.includes('waiting at'))
      await once(answering.child.stdout as NodeJS.ReadableStream, 'data');
    const address = answering.output.match(/waiting at (\S+)/)?.[1];
    const output = await finished('call-and-print-ladder.ts', 'sip:answer@127.0.0.1', `sip:${address}`);
    const call = ['INVITE 1 SDP', '200 OK (1 INVITE)', 'ACK 1', 'BYE 2', '200 OK (2 BYE)'];
    expect(arrows(output).filter((each) => !/^1\d\d/.test(each))).toEqual(call);
    expect(output).toContain('hangup by local');
    answering.child.kill('SIGTERM');
    await once(answering.child, 'close');
    expect(answering.output).toContain('hangup by remote');
  });

  it('stand back to back: answer, hold, resume, BYE and CANCEL pass through both legs', async () => {
    const found = arrows(await finished('b2bua.ts'));
    const count = (words: string): number => found.filter((each) => each === words).length;
    // The first call and the second, each on both legs; hold and resume on both legs.
    expect(['INVITE 1 SDP', 'INVITE 2 SDP', 'INVITE 3 SDP', 'BYE 4', 'CANCEL 1'].map(count)).toEqual([4, 2, 2, 2, 2]);
    expect(count('487 Request Terminated (1 INVITE)')).toBe(2);
  });

  it('register', async () => {
    const [clock, inbox] = [nodeClock(), new FlowInbox()];
    const udp = await UdpListener.listen({ host: '127.0.0.1', port: 0, user: inbox, log: silent });
    const hash = (name: string): string => createHash(name).update('alice:example.com:secret').digest('hex');
    const ha1 = { md5: hash('md5'), sha256: hash('sha256') };
    const server = new SipServer({
      ...{ clock, random: nodeRandom(), log: silent, transportPort: new SocketPort([udp], []) },
      listeners: [{ transport: 'UDP', ...udp.local }],
      domains: { primary: 'example.com', isLocal: (host) => host === 'example.com' },
      secret: new Uint8Array(32).fill(7),
      resolver: { resolve: async () => [] },
      realm: 'example.com',
      credentials: { find: async (username) => ({ username, aor: 'sip:alice@example.com', ha1 }) },
      directory: { exists: () => true, alias: () => undefined },
      location: new MemoryLocationService({ clock, log: silent }),
    });
    inbox.attach(server);
    onTestFinished(async () => {
      server.close();
      await udp.close();
    });
    const output = await finished('register.ts', 'sip:alice@example.com', 'secret', `sip:127.0.0.1:${udp.local.port}`);
    expect(output.split('\n').filter((line) => line !== 'registering')).toEqual(['registered', 'unregistered', '']);
  });
});
