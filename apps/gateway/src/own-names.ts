import { isLoopback } from '@ringback/sip-node';
import type { Domains } from '@ringback/sip-server';

export interface OwnNames {
  readonly domain: string;
  /** Host names and addresses of this machine, lower case, IPv6 without brackets. */
  readonly hosts: ReadonlySet<string>;
  /** Ports SIP is spoken on here, WebSocket included. */
  readonly ports: ReadonlySet<number>;
}

/**
 * With the registrar inside, the domain is ours and every own address is an alias of it, so that `alice@192.168.1.20`
 * finds Alice. With a port it must be one of ours: another phone or server may live on the same machine.
 */
export function registrarDomains({ domain, hosts, ports }: OwnNames): Domains {
  return {
    primary: domain,
    isLocal: (host, port) => host === domain || (isOwn(host, hosts) && (port === undefined || ports.has(port))),
  };
}

/** In front of another server the domain is that server's; ours are our sockets alone, no port meaning 5060 (§19.1.2). */
export function edgeDomains({ domain, hosts, ports }: OwnNames): Domains {
  return { primary: domain, isLocal: (host, port) => isOwn(host, hosts) && ports.has(port ?? 5060) };
}

function isOwn(host: string, hosts: ReadonlySet<string>): boolean {
  return hosts.has(host) || host === 'localhost' || isLoopback(host);
}
