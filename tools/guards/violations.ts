/** One violation of each kind, planted in a copy of the sources: the named guard must name the named file. */
export interface Violation {
  readonly kind: string;
  readonly guard: 'imports' | 'biome' | 'types' | 'copies';
  readonly file: string;
  readonly source: string;
}

const imports = (kind: string, file: string, source: string): Violation => ({ kind, guard: 'imports', file, source });
const biome = (kind: string, file: string, source: string): Violation => ({ kind, guard: 'biome', file, source });
const types = (kind: string, file: string, source: string): Violation => ({ kind, guard: 'types', file, source });
/** `x` is a received URI, Via or address. */
const copies = (kind: string, file: string, type: string, expression: string): Violation => ({
  kind,
  guard: 'copies',
  file,
  source: `import type { ${type} } from '${file.startsWith('packages/sip/') ? '../message/index.ts' : '@ringback/sip'}';
declare const expect: (x: unknown) => { toEqual(y: unknown): void };
export const p = (x: ${type}): unknown => ${expression};
export const q = expect;
`,
});

export const violations: readonly Violation[] = [
  imports(
    'runtime importing upwards, as a type',
    'packages/sip/src/runtime/p1.ts',
    "export type P = import('../ua/x.ts').X;",
  ),
  imports('message importing transport', 'packages/sip/src/message/p2.ts', "export * from '../transport/index.ts';"),
  imports('transport importing transaction', 'packages/sip/src/transport/p3.ts', "import '../transaction/index.ts';"),
  imports(
    'transaction importing dialog',
    'packages/sip/src/transaction/p4.ts',
    "import type {} from '../dialog/index.ts';",
  ),
  imports('dialog importing ua', 'packages/sip/src/dialog/p5.ts', "export const p = () => import('../ua/index.ts');"),
  imports('auth importing transport', 'packages/sip/src/auth/p6.ts', "import '../transport/index.ts';"),
  imports('session descriptions importing messages', 'packages/sip/src/sdp/p7.ts', "import '../message/index.ts';"),
  imports('the core using its own test tools', 'packages/sip/src/ua/p8.ts', "import '../testing/index.ts';"),
  imports('the core opening files', 'packages/sip/src/message/p9.ts', "import 'node:fs';"),
  imports('a computed import', 'packages/sip/src/message/p10.ts', 'export const p = (n: string) => import(n);'),
  imports('network elements opening sockets', 'packages/sip-server/src/p11.ts', "import 'node:net';"),
  imports('entering a package by a path', 'packages/sip-server/src/p12.ts', "import '../../sip/src/index.ts';"),
  imports('entering a package beside its exports', 'packages/sip-server/src/p13.ts', "import '@ringback/sip/src/ua';"),
  imports('the core importing network elements', 'packages/sip/src/ua/p14.ts', "import '@ringback/sip-server';"),
  imports('sockets knowing network elements', 'packages/sip-node/src/p25.ts', "import '@ringback/sip-server';"),
  imports('the core importing sockets', 'packages/sip/src/transport/p26.test.ts', "import '@ringback/sip-node';"),
  imports('an app importing an app by name', 'apps/gateway/src/p15.ts', "import '@ringback/phone';"),
  imports('an app importing an app by path', 'apps/gateway/src/p16.ts', "import '../../phone/src/bridge/protocol.ts';"),
  imports('the phone importing network elements', 'apps/phone/src/engine/p17.ts', "import '@ringback/sip-server';"),
  imports('a feature knowing SIP', 'apps/phone/src/features/dial/p18.ts', "import '@ringback/sip';"),
  imports('media knowing SIP', 'apps/phone/src/media/p19.ts', "import '@ringback/sip';"),
  imports('a feature importing a feature', 'apps/phone/src/features/dial/p20.ts', "import '../people/x.ts';"),
  imports('a component importing the engine', 'apps/phone/src/components/p21.ts', "import '../engine/x.ts';"),
  imports('a component importing the store', 'apps/phone/src/components/p22.ts', "import '../store/store.ts';"),
  imports('the bridge importing the engine', 'apps/phone/src/bridge/p23.ts', "import '../engine/x.ts';"),
  imports('a folder in no zone', 'apps/phone/src/p24/p24.ts', "import './x.ts';"),

  biome(
    'an import cycle',
    'packages/sip/src/message/p30.ts',
    "import { q } from './p31.ts';\n\nexport const p = (): unknown => q;\n",
  ),
  biome(
    'an import cycle',
    'packages/sip/src/message/p31.ts',
    "import { p } from './p30.ts';\n\nexport const q = (): unknown => p;\n",
  ),
  biome('an undeclared dependency', 'packages/sip/src/message/p32.ts', "import 'mrmime';\n"),
  biome('a default export', 'packages/sip/src/message/p33.ts', 'export default 1;\n'),
  biome('any', 'packages/sip/src/message/p34.ts', 'export const p = (x: any): unknown => x;\n'),

  types('the page seen by the core', 'packages/sip/src/message/p40.ts', 'export const p: unknown = document;'),
  types('Node seen by the core', 'packages/sip/src/message/p41.ts', 'export const p: unknown = process;'),
  types('a clock seen by the core', 'packages/sip/src/message/p42.ts', 'export const p: unknown = setTimeout;'),
  types('Node seen by network elements', 'packages/sip-server/src/p43.ts', 'export const p: unknown = process;'),
  types('code that cannot be stripped to JavaScript', 'packages/sip/src/message/p44.ts', 'export enum P { a }'),

  copies('a URI spread', 'packages/sip/src/ua/p50.ts', 'SipUri', "({ ...x, host: 'h' })"),
  copies('one of several kinds of URI spread', 'packages/sip/src/ua/p51.ts', 'Uri', '({ ...x })'),
  copies('a URI spread in a test', 'packages/sip/src/ua/p52.test.ts', 'SipUri', '({ ...x })'),
  copies('an address spread', 'packages/sip-server/src/p53.ts', 'NameAddr', '({ ...x })'),
  copies('a Via spread if it is there', 'packages/sip-server/src/p54.ts', 'Via', '({ ...(x.port ? x : undefined) })'),
  copies('a field of a message spread', 'packages/sip-server/src/p55.ts', 'SipRequest', '({ ...x.from })'),
  copies('the rest of a URI', 'packages/sip-server/src/p56.ts', 'SipUri', '(({ host, ...rest }) => [host, rest])(x)'),
  copies('a URI assigned', 'apps/gateway/src/p57.ts', 'SipUri', 'Object.assign({}, x)'),
  copies('a URI as JSON', 'apps/gateway/src/p58.ts', 'SipUri', 'JSON.stringify({ a: [x] })'),
  copies('URIs as JSON', 'apps/gateway/src/p59.ts', 'SipUri', 'JSON.stringify([x].slice())'),
  copies(
    'a URI cloned',
    'packages/sip-node/src/p60.ts',
    'SipUri',
    '((c: { a: SipUri }) => structuredClone(c.a))({ a: x })',
  ),
  copies(
    'a URI of any kind cloned',
    'packages/sip-server/src/p61.ts',
    'SipUri',
    '(<T extends SipUri>(y: T) => ({ ...y }))(x)',
  ),
  copies('a comparison that sees nothing', 'packages/sip/src/ua/p62.test.ts', 'SipUri', 'expect({}).toEqual([x])'),
];
