import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Runs the end-to-end tests: `node tools/e2e.ts [PLAYWRIGHT PARAMETERS]`.
 *
 * Where the system allows it they run in a network namespace of their own, with the loopback device and one pair of
 * virtual Ethernet devices: nothing outside is reached, no port of the machine is taken, and desk phones find an
 * address outside 127/8. All of it is gone when the last process ends.
 */
const root = resolve(import.meta.dirname, '..');
const ADDRESS = '10.77.9.1';
const NETWORK = [
  'ip link set lo up',
  'ip link add ringback0 type veth peer name ringback1',
  `ip address add ${ADDRESS}/24 dev ringback0`,
  'ip link set ringback0 up',
  'ip link set ringback1 up',
].join(' && ');

/** Processes of their own as well: whatever a test started ends with the first of them. */
const LIFE = ['--pid', '--fork', '--kill-child', '--mount-proc'];

/** Enters a new namespace as root, or as a user who may be root inside of it. */
const ENTRIES: readonly (readonly string[])[] = [
  ['unshare', '--net', ...LIFE],
  ['unshare', '--user', '--map-root-user', '--net', ...LIFE],
];

export interface Prefix {
  readonly command: readonly string[];
  readonly address: string | undefined;
}

/** What to put before a command so that it runs in a network of its own. */
export function ownNetwork(): Prefix {
  const entry = ENTRIES.find(
    ([command = '', ...args]) => spawnSync(command, [...args, 'sh', '-c', NETWORK]).status === 0,
  );
  if (entry !== undefined)
    return { command: [...entry, 'sh', '-c', `${NETWORK} && exec "$@"`, 'sh'], address: ADDRESS };
  const outside = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  return { command: [], address: outside.find(({ family, internal }) => family === 'IPv4' && !internal)?.address };
}

if (import.meta.main) {
  const { command, address } = ownNetwork();
  const playwright = join(root, 'node_modules/@playwright/test/cli.js');
  const config = ['--config', join(root, 'e2e/playwright.config.ts')];
  // Tests that drive the core in Node import it from its sources.
  const node = [process.execPath, '--conditions=ringback-source'];
  const [first = '', ...rest] = [...command, ...node, playwright, 'test', ...config, ...process.argv.slice(2)];
  const scratch = mkdtempSync(join(tmpdir(), 'ringback-e2e-'));
  const own = { RINGBACK_E2E_SCRATCH: scratch, ...(address === undefined ? {} : { RINGBACK_E2E_ADDRESS: address }) };
  const child = spawn(first, rest, { cwd: root, stdio: 'inherit', env: { ...process.env, ...own } });
  // A terminal's Ctrl-C reaches Playwright by itself, which then tidies up; nothing else gets through to a namespace.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGKILL'));
  child.on('close', (code) => {
    rmSync(scratch, { recursive: true, force: true });
    process.exitCode = code ?? 1;
  });
}
