import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Address, TransportName } from '@ringback/sip';
import type { Resolver } from '@ringback/sip-server';

/** A/AAAA as the system answers it (so `/etc/hosts` counts), without SRV: the port is the URI's or the default. */
export class DnsResolver implements Resolver {
  async resolve(host: string, port: number | undefined, transport: TransportName): Promise<readonly Address[]> {
    const target = port ?? (transport === 'TLS' ? 5061 : 5060);
    if (isIP(host) !== 0) return [{ host, port: target }];
    const found = await lookup(host, { all: true, order: 'ipv4first' });
    return found.map(({ address }) => ({ host: address, port: target }));
  }
}
