import { BlockList, isIP } from 'node:net';
import type { Permitted } from './certificate.ts';

const NETWORKS: readonly (readonly [address: string, prefix: number])[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['127.0.0.0', 8],
  ['fc00::', 7],
  ['fe80::', 10],
  ['::1', 128],
];

const NAMES: readonly string[] = ['local', 'localhost'];

/** What every authority of ours may vouch for: names and addresses that mean something in the local network alone. */
export const LOCAL: readonly Permitted[] = [
  ...NETWORKS.map(([address, prefix]) => ({ type: 'network' as const, address, prefix })),
  ...NAMES.map((name) => ({ type: 'name' as const, name })),
];

/** One name or address by itself. */
export function just(name: string): Permitted {
  const version = isIP(name);
  return version === 0 ? { type: 'name', name } : { type: 'network', address: name, prefix: version === 4 ? 32 : 128 };
}

export function isLocal(name: string): boolean {
  const version = isIP(name);
  if (version !== 0) return LOCAL_NETWORKS.check(name, version === 4 ? 'ipv4' : 'ipv6');
  return NAMES.some((each) => name === each || name.endsWith(`.${each}`));
}

const LOCAL_NETWORKS = new BlockList();
for (const [address, prefix] of NETWORKS) {
  LOCAL_NETWORKS.addSubnet(address, prefix, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}
