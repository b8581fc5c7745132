import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';

/** A program the end-to-end tests talk to, or run in. */
export interface Peer {
  readonly name: string;
  /** Names of its Debian packages. */
  readonly packages: readonly string[];
  /** It is there when each of these paths (or patterns) is. */
  readonly paths: readonly string[];
  /** The test files of `e2e` that cannot run without it. */
  readonly specs: readonly string[];
}

const KAMAILIO_MODULES = '/usr/lib/*/kamailio/modules';
const BARESIP_MODULES = '/usr/lib/baresip/modules';

export const PEERS: readonly Peer[] = [
  {
    name: 'Chromium',
    packages: ['chromium'],
    paths: [process.env['RINGBACK_CHROMIUM'] ?? '/usr/bin/chromium'],
    specs: [
      'desk-phones',
      'first-call',
      'interruptions',
      'other-clients',
      'refusals',
      'restart',
      'screens',
      'upstream',
      'without-shared-worker',
    ],
  },
  {
    name: 'Kamailio',
    packages: ['kamailio', 'kamailio-websocket-modules', 'kamailio-outbound-modules'],
    paths: ['/usr/sbin/kamailio', `${KAMAILIO_MODULES}/websocket.so`, `${KAMAILIO_MODULES}/outbound.so`],
    specs: ['upstream'],
  },
  {
    name: 'baresip',
    packages: ['baresip-core'],
    paths: ['/usr/bin/baresip', `${BARESIP_MODULES}/ctrl_tcp.so`],
    specs: ['desk-phones', 'restart', 'upstream'],
  },
  { name: 'sipp', packages: ['sip-tester'], paths: ['/usr/bin/sipp'], specs: ['refusals', 'sipp', 'user-agent'] },
  {
    name: 'network namespaces',
    packages: ['iproute2', 'util-linux'],
    paths: ['/bin/ip', '/usr/bin/unshare'],
    specs: ['desk-phones', 'upstream'],
  },
];

/** Test files that measure what is heard, or how long something takes: each has the machine to itself, the others run two at a time. */
export const MEASURING: readonly string[] = [
  'desk-phones',
  'first-call',
  'interruptions',
  'restart',
  'upstream',
  'without-shared-worker',
];

/** For Playwright: all test files but those that need one of `missing`, those that measure apart; and how many are left out. */
export function withoutPeers(missing: readonly Peer[]): {
  readonly measuring: string;
  readonly others: string;
  readonly left: number;
} {
  const left = [...new Set(missing.flatMap(({ specs }) => specs))];
  const files = (names: readonly string[]) => `/(${names.join('|')})\\.spec\\.ts$`;
  const but = (names: readonly string[]) => (names.length === 0 ? '' : `(?!.*${files(names)})`);
  return {
    measuring: `^${but(left)}.*${files(MEASURING)}`,
    others: `^${but([...left, ...MEASURING])}`,
    left: left.length,
  };
}

export function isThere(peer: Peer): boolean {
  return peer.paths.every((path) => globSync(path).length > 0);
}

/** On Debian as root, what is missing can be installed; elsewhere a person is told. */
export function canInstall(): boolean {
  const system = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return process.getuid?.() === 0 && /^ID(_LIKE)?=.*debian/m.test(system);
}

/** Installs the packages of the peers, and says how it went: undefined, or what the package manager answered. */
export function installPeers(peers: readonly Peer[]): string | undefined {
  const packages = peers.flatMap((peer) => peer.packages);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const command of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const { status, stderr } = spawnSync('apt-get', ['-q', ...command], { env, encoding: 'utf8' });
    if (status !== 0) return stderr.trim();
  }
  return undefined;
}
