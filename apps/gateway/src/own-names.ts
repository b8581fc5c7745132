import type { Domains } from '@ringback/sip-server';
import { isLoopback } from './adapters/network.ts';

export interface OwnNames {
  readonly domain: string;
  /** Host names and addresses of this machine, lower case, IPv6 without brackets. */
  readonly hosts: ReadonlySet<string>;
  /** Ports SIP is spoken on here, WebSocket included. */
  readonly ports: ReadonlySet<number>;
}

/**
 * Every own address is an alias of the domain, so that `alice@192.168.1.20` finds Alice. With a port it must be one of
 * ours: another phone or server may live on the same machine.
 */
export function ownDomains({ domain, hosts, ports }: OwnNames): Domains {
  const isOwnHost = (host: string): boolean => hosts.has(host) || host === 'localhost' || isLoopback(host);
  return {
    primary: domain,
    isLocal: (host, port) => host === domain || (isOwnHost(host) && (port === undefined || ports.has(port))),
  };
}
