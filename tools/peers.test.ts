import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MEASURING, PEERS, type Peer, withoutPeers } from './peers.ts';

const folder = resolve(import.meta.dirname, '../e2e');
const files = readdirSync(folder).filter((name) => name.endsWith('.spec.ts'));

/** What in a test file gives away that it needs a peer. */
const SIGNS: readonly (readonly [peer: string, sign: RegExp])[] = [
  ['Chromium', /\bparties\b/],
  ['Kamailio', /harness\/kamailio\.ts/],
  ['baresip', /harness\/baresip\.ts/],
  ['sipp', /harness\/sipp(-scene)?\.ts/],
];

const peer = (wanted: string): Peer => {
  const found = PEERS.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`no peer ${wanted}`);
  return found;
};

describe('without a peer', () => {
  it.each(SIGNS)('exactly the test files that use %s are left out', (name, sign) => {
    const users = files.filter((file) => sign.test(readFileSync(join(folder, file), 'utf8')));
    expect(users).not.toEqual([]);
    expect(
      peer(name)
        .specs.map((spec) => `${spec}.spec.ts`)
        .sort(),
    ).toEqual(users.sort());
  });

  it('the others run, wherever the checkout is', () => {
    const { left, ...patterns } = withoutPeers([peer('sipp'), peer('Kamailio')]);
    expect(left).toBe(4);
    expect(files.filter((file) => !chosen(patterns).includes(file))).toEqual([
      'refusals.spec.ts',
      'sipp.spec.ts',
      'upstream.spec.ts',
      'user-agent.spec.ts',
    ]);
  });

  it('nothing is left out when none is missing, and each file runs once', () => {
    const { left, ...patterns } = withoutPeers([]);
    expect(left).toBe(0);
    expect(chosen(patterns).sort()).toEqual(files.toSorted());
  });

  it('those that measure are files that exist', () => {
    expect(MEASURING.filter((name) => !files.includes(`${name}.spec.ts`))).toEqual([]);
  });
});

/** The files of both groups, in a folder whose own name must not count. */
function chosen({ measuring, others }: { readonly measuring: string; readonly others: string }): string[] {
  const of = (pattern: string) => files.filter((file) => new RegExp(pattern).test(`/home/upstream/sipp/e2e/${file}`));
  return [...of(measuring), ...of(others)];
}
