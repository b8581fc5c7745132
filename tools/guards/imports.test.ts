import { describe, expect, it } from 'vitest';
import { judge } from './check.ts';
import { importsOf } from './imports.ts';

describe('reading the imports of a file', () => {
  it.each([
    ["import './a.ts';", './a.ts'],
    ["import type { A } from './a.ts';", './a.ts'],
    ["export * from './a.ts';", './a.ts'],
    ["export { a } from './a.ts';", './a.ts'],
    ["export const a = () => import('./a.ts');", './a.ts'],
    ["export type A = import('./a.ts').A;", './a.ts'],
    ["import a = require('./a.ts');", './a.ts'],
    ['export const a = (name: string) => import(name);', '<computed>'],
  ])('finds what %s names', (source, specifier) => {
    expect(importsOf('x.ts', source)).toEqual([{ specifier, line: 1 }]);
  });

  it('finds nothing in comments and strings', () => {
    expect(importsOf('x.ts', "// import './a.ts'\nexport const a = \"import './a.ts'\";")).toEqual([]);
  });

  it('refuses a file it cannot read rather than passing it', () => {
    expect(() => importsOf('x.ts', 'import from from')).toThrow('x.ts');
  });
});

describe('judging an import', () => {
  it.each([
    ['packages/sip/src/ua/session.ts', '../dialog/index.ts'],
    ['packages/sip/src/message/uri.test.ts', 'node:fs'],
    ['packages/sip/src/message/uri.test.ts', '../testing/index.ts'],
    ['packages/sip-server/src/proxy/proxy.test.ts', '@ringback/sip/testing'],
    ['apps/gateway/src/main.ts', 'node:fs'],
    ['apps/phone/src/features/dial/dial.tsx', '../../components/button.tsx'],
  ])('lets %s import %s', (file, specifier) => {
    expect(judge(file, specifier)).toBeUndefined();
  });

  it('refuses a folder nobody has placed', () => {
    expect(judge('apps/phone/src/elsewhere/a.ts', './b.ts')).toContain('no zone');
  });
});
