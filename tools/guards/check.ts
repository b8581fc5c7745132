import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { importsOf } from './imports.ts';
import { forTests, siblings, type Zone, zones } from './zones.ts';

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly specifier: string;
  readonly why: string;
}

/** Checks every source file under `packages` and `apps` of a checkout; paths in the answer are relative to `root`. */
export function checkImports(root: string): readonly Violation[] {
  return sourceFiles(root).flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    return importsOf(file, source).flatMap(({ specifier, line }) => {
      const why = judge(file, specifier);
      return why === undefined ? [] : [{ file, line, specifier, why }];
    });
  });
}

/** Why `file` must not import `specifier`, or undefined when it may. */
export function judge(file: string, specifier: string): string | undefined {
  const zone = zoneOf(file);
  if (zone === undefined) return 'this folder is in no zone: name it in tools/guards/zones.ts';
  const test = isTest(file);
  if (specifier === '<computed>') return 'a computed import cannot be checked';
  if (specifier.startsWith('node:')) return zone.node || test ? undefined : `${zone.path} does no input or output`;
  if (specifier.startsWith('@ringback/')) return judgePackage(zone, specifier, test);
  if (specifier.startsWith('.')) return judgeFile(file, zone, posix.join(posix.dirname(file), specifier), test);
  return undefined;
}

function judgePackage(zone: Zone, specifier: string, test: boolean): string | undefined {
  if (zone.packages.includes(specifier)) return undefined;
  if (test && forTests.packages.includes(specifier)) return undefined;
  return `${zone.path} may enter ${zone.packages.join(', ') || 'no package of this repository'}`;
}

function judgeFile(file: string, zone: Zone, target: string, test: boolean): string | undefined {
  if (workspaceOf(file) !== workspaceOf(target)) return 'a package is entered by its name, never by a path';
  const sibling = siblings.find((folder) => within(file, folder) && within(target, folder));
  if (sibling !== undefined && childOf(file, sibling) !== childOf(target, sibling)) {
    return `what stands in ${sibling} never imports its neighbour`;
  }
  const other = zoneOf(target);
  if (other === undefined) return test ? undefined : `${target} is in no zone`;
  if (other === zone || zone.zones.includes(other.path)) return undefined;
  if (test && testZones(file).includes(other.path)) return undefined;
  return `${zone.path} may import ${zone.zones.join(', ') || 'nothing but itself'}`;
}

function zoneOf(file: string): Zone | undefined {
  return zones.filter(({ path }) => within(file, path)).sort((a, b) => b.path.length - a.path.length)[0];
}

function testZones(file: string): readonly string[] {
  return Object.entries(forTests.zones).flatMap(([folder, allowed]) => (within(file, folder) ? allowed : []));
}

const within = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);
const childOf = (file: string, folder: string): string => file.slice(folder.length + 1).split('/')[0] ?? '';
const workspaceOf = (file: string): string => file.split('/').slice(0, 2).join('/');
const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file) || /^[^/]+\/[^/]+\/test\//.test(file);

function sourceFiles(root: string): readonly string[] {
  return ['packages', 'apps']
    .flatMap((folder) => readdirSync(join(root, folder), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mts)$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split('\\').join('/'))
    .filter((file) => /^(packages|apps)\/[^/]+\/(src|test)\//.test(file) && !/\/(node_modules|dist)\//.test(file))
    .sort();
}
