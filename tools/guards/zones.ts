/**
 * Who may import whom. A file belongs to the zone with the longest path that holds it; its own zone is always open to it.
 * Which packages a workspace may name at all is its package.json's business (Biome, `noUndeclaredDependencies`);
 * what globals it sees is its tsconfig's (`types: []`). This table is about direction.
 */
export interface Zone {
  readonly path: string;
  /** Zones of the same package this one may import by a relative path. */
  readonly zones: readonly string[];
  /** Packages of this repository this zone may enter, by their exports. */
  readonly packages: readonly string[];
  /** May it use `node:*`? */
  readonly node: boolean;
}

const core = (folder: string, ...below: readonly string[]): Zone => ({
  path: `packages/sip/src/${folder}`,
  zones: below.map((name) => `packages/sip/src/${name}`),
  packages: [],
  node: false,
});

const phone = (folder: string, zones: readonly string[], packages: readonly string[] = []): Zone => ({
  path: `apps/phone/src/${folder}`,
  zones: zones.map((name) => `apps/phone/src/${name}`),
  packages,
  node: false,
});

/** runtime ◄ message ◄ transport ◄ transaction ◄ dialog ◄ ua; auth, events, messaging and trace beside the stack, sdp alone. */
const sip: readonly Zone[] = [
  core('runtime'),
  core('sdp', 'runtime'),
  core('message', 'runtime'),
  core('auth', 'runtime', 'message'),
  core('events', 'runtime', 'message'),
  core('messaging', 'runtime', 'message', 'events'),
  core('trace', 'runtime', 'message'),
  core('identity', 'runtime', 'message'),
  core('transport', 'runtime', 'message'),
  core('transaction', 'runtime', 'message', 'transport'),
  core('dialog', 'runtime', 'message', 'transport', 'transaction'),
  core('ua', 'runtime', 'message', 'sdp', 'auth', 'events', 'transport', 'transaction', 'dialog'),
  core(
    'testing',
    'runtime',
    'message',
    'sdp',
    'auth',
    'events',
    'messaging',
    'trace',
    'transport',
    'transaction',
    'dialog',
    'ua',
  ),
  core(
    'index.ts',
    'runtime',
    'message',
    'sdp',
    'auth',
    'events',
    'messaging',
    'trace',
    'transport',
    'transaction',
    'dialog',
    'ua',
  ),
  { path: 'packages/sip/test', zones: [], packages: ['@ringback/sip', '@ringback/sip/sdp'], node: true },
];

/** What a screen is made of. */
const screen = ['bridge', 'bridge/protocol.ts', 'words', 'store', 'sounds', 'components'] as const;

/**
 * Only the engine knows SIP; the tab knows session descriptions; the screens know the bridge.
 * `words` turns snapshots into sentences for people.
 */
const phoneZones: readonly Zone[] = [
  phone('bridge/protocol.ts', [], ['@ringback/sip/ladder']),
  phone('bridge/locks.ts', []),
  phone('bridge/channel.ts', ['bridge/protocol.ts']),
  phone('styles', []),
  phone(
    'engine',
    ['bridge/protocol.ts', 'bridge/locks.ts', 'bridge/channel.ts'],
    ['@ringback/sip', '@ringback/sip/sdp', '@ringback/sip/ladder'],
  ),
  phone('media', ['bridge/protocol.ts'], ['@ringback/sip/sdp']),
  phone('bridge', ['bridge/protocol.ts', 'bridge/locks.ts', 'bridge/channel.ts', 'media']),
  phone('words', ['bridge', 'bridge/protocol.ts']),
  phone('store', ['bridge', 'bridge/protocol.ts', 'words']),
  phone('sounds', ['bridge', 'bridge/protocol.ts', 'store']),
  phone('components', ['words']),
  phone('features', screen),
  // Copies a ladder as text, as the core prints it.
  phone('features/ladder', screen, ['@ringback/sip/ladder']),
  phone('app', [...screen, 'features', 'features/ladder', 'gallery/scenes.ts']),
  phone('gallery/scenes.ts', ['bridge', 'store']),
  phone('gallery', [...screen, 'features', 'app', 'styles', 'gallery/scenes.ts']),
  phone('main.tsx', [...screen, 'features', 'app', 'styles']),
];

export const zones: readonly Zone[] = [
  ...sip,
  { path: 'packages/sip-server', zones: [], packages: ['@ringback/sip', '@ringback/sip/sdp'], node: false },
  { path: 'packages/sip-node', zones: [], packages: ['@ringback/sip', '@ringback/sip/sdp'], node: true },
  {
    path: 'packages/sip-node/examples',
    zones: [],
    packages: ['@ringback/sip', '@ringback/sip/ladder', '@ringback/sip-node'],
    node: false,
  },
  { path: 'packages/sip-bench', zones: [], packages: ['@ringback/sip', '@ringback/sip/testing'], node: true },
  {
    path: 'apps/gateway',
    zones: [],
    packages: [
      '@ringback/sip',
      '@ringback/sip/sdp',
      '@ringback/sip/ladder',
      '@ringback/sip-node',
      '@ringback/sip-server',
    ],
    node: true,
  },
  ...phoneZones,
];

/** Each of these folders is a zone of its own: a feature never imports a feature. */
export const siblings: readonly string[] = ['apps/phone/src/features'];

/** What tests may use on top of their zone's rules. */
export const forTests = {
  packages: ['@ringback/sip/testing'],
  zones: { 'packages/sip/src': ['packages/sip/src/testing'] } as Readonly<Record<string, readonly string[]>>,
};
