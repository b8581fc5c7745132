import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

/** What the tests call; the file itself is plain JavaScript, since it must run before anything is installed. */
interface Prepare {
  requireNode(version: string): void;
  isInstalled(root: string): boolean;
  isBuilt(root: string): boolean;
  buildInputs(root: string): string;
}

const FILE = new URL('prepare.mjs', import.meta.url);
const { buildInputs, isBuilt, isInstalled, requireNode }: Prepare = await import(FILE.href);

/** A repository in miniature: paths and contents. */
function repository(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'ringback-prepare-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) write(root, path, content);
  return root;
}

function write(root: string, path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function lock(packages: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ lockfileVersion: 3, packages });
}

const WANTED = lock({
  '': { version: '0.1.0' },
  'apps/phone': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/fsevents': { version: '2.0.0', optional: true },
});

describe('the installation', () => {
  const installed = { 'node_modules/a': { version: '1.0.0' } };

  it('is complete when every package is there in the version of the lock file, optional ones aside', () => {
    const root = repository({
      'package-lock.json': WANTED,
      'node_modules/.package-lock.json': lock(installed),
      'node_modules/a/package.json': '{}',
    });
    expect(isInstalled(root)).toBe(true);
  });

  it.each([
    ['nothing is there', {}],
    ['npm was interrupted before it wrote its record', { 'node_modules/a/package.json': '{}' }],
    ['the lock file asks for another version', { ...withRecord('0.9.0'), 'node_modules/a/package.json': '{}' }],
    ['a package was deleted', withRecord('1.0.0')],
  ])('is stale when %s', (_why, files) => {
    expect(isInstalled(repository({ 'package-lock.json': WANTED, ...files }))).toBe(false);
  });

  function withRecord(version: string): Readonly<Record<string, string>> {
    return { 'node_modules/.package-lock.json': lock({ 'node_modules/a': { version } }) };
  }
});

describe('the build', () => {
  const SOURCES = { 'apps/phone/src/main.tsx': 'a', 'packages/sip/src/index.ts': 'b', 'vite.config.ts': 'c' };

  function built(): string {
    const root = repository({ ...SOURCES, 'apps/phone/dist/index.html': '' });
    write(root, 'apps/phone/dist/.stamp', buildInputs(root));
    return root;
  }

  it('is fresh while nothing it was made of has changed', () => {
    const root = built();
    expect(isBuilt(root)).toBe(true);
    write(root, 'packages/sip/src/index.test.ts', 'a test is no part of the phone');
    write(root, 'apps/gateway/src/main.ts', 'nor is the gateway');
    expect(isBuilt(root)).toBe(true);
  });

  it.each(['apps/phone/src/main.tsx', 'packages/sip/src/index.ts', 'vite.config.ts', 'apps/phone/public/new.svg'])(
    'is stale after a change of %s',
    (path) => {
      const root = built();
      write(root, path, 'changed');
      expect(isBuilt(root)).toBe(false);
    },
  );

  it('is stale when its page is gone', () => {
    const root = built();
    rmSync(join(root, 'apps/phone/dist/index.html'));
    expect(isBuilt(root)).toBe(false);
  });
});

describe('what is in the way', { timeout: 30_000 }, () => {
  it('is a Node too old to install with', () => {
    expect(() => requireNode('18.20.4')).toThrow(/Node 20 or newer is needed .* this is Node 18\.20\.4/);
    expect(() => requireNode('20.0.0')).not.toThrow();
  });

  it('is told in one line, with an exit code, when npm fails', () => {
    const root = repository({ 'package-lock.json': WANTED, 'npm-cli.js': 'process.exit(7);' });
    const result = runPrepare(root, { npm_execpath: join(root, 'npm-cli.js'), npm_node_execpath: process.execPath });
    expect(result.status).toBe(1);
    expect(lastLine(result.stderr)).toMatch(/^Ringback: npm could not install the packages \(exit code 7\)/);
  });

  it('is told in one line when there is no Node to run on', () => {
    const root = repository({
      'package-lock.json': lock({}),
      'node_modules/.package-lock.json': lock({}),
      'bin/node': '#!/bin/sh\necho v20.20.2\n',
    });
    spawnSync('chmod', ['+x', join(root, 'bin/node')]);
    const result = runPrepare(root, { PATH: join(root, 'bin') });
    expect(result.status).toBe(1);
    expect(lastLine(result.stderr)).toMatch(
      /^Ringback: Node 24 is needed to run; this machine has 20\.20\.2 and the bundled one/,
    );
  });

  function runPrepare(root: string, env: Readonly<Record<string, string>>) {
    mkdirSync(join(root, 'tools'));
    cpSync(FILE, join(root, 'tools/prepare.mjs'));
    const options = { encoding: 'utf8', env: { ...process.env, ...env } } as const;
    return spawnSync(process.execPath, [join(root, 'tools/prepare.mjs'), '--no-build'], options);
  }

  function lastLine(text: string): string {
    return text.trimEnd().split('\n').at(-1) ?? '';
  }
});
