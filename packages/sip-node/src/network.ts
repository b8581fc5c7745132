import { BlockList, isIP } from 'node:net';

/** An address, or all that share a prefix with it. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
}

export function parseNetwork(text: string): Network | undefined {
  const [address = '', prefixText] = text.split('/');
  const family = isIP(address);
  if (family === 0) return undefined;
  const longest = family === 4 ? 32 : 128;
  if (prefixText === undefined) return { address, prefix: longest };
  const prefix = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  return prefix <= longest ? { address, prefix } : undefined;
}

/** Tells whether an address lies in one of the networks; an IPv4 address may come mapped into IPv6 (`::ffff:…`). */
export function matcher(networks: readonly Network[]): (address: string) => boolean {
  const list = new BlockList();
  for (const { address, prefix } of networks) list.addSubnet(address, prefix, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return (address) => {
    const plain = plainAddress(address);
    return networks.length > 0 && list.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
  };
}

/** Without the `::ffff:` of an IPv4 address that came in over an IPv6 socket, and without a zone. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return plain === '::1' || plain.startsWith('127.');
}

/** The address that stands for all of this machine's. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** As it stands in a URI or a Host header. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
