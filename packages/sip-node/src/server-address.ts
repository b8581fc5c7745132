import { createSocket } from 'node:dgram';
import { Resolver as Dns, lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { type Destination, defaultPort, locate, type Resolver } from '@ringback/sip';
import { nodeRandom } from './host.ts';

/**
 * The numeric destinations behind `sip:host:port;transport=tcp`, `sips:host` or `wss://host/path`, in the order in which they are tried: by NAPTR, SRV
 * and address records (RFC 3263 §4). Rejects when it is no such URI, with the system's error when the name is unknown, and with an `Error` when
 * DNS says that there is no such service.
 *
 * @example await findServer('sip:example.com;transport=tcp') // [{ transport: 'TCP', host: '192.0.2.10', port: 5060 }]
 */
export async function findServer(uri: string, resolver: Resolver = nodeResolver()): Promise<readonly Destination[]> {
  const found = /^wss?:/i.test(uri) ? await webSocket(uri, resolver) : await locate(uri, resolver, nodeRandom());
  if (found.length === 0) throw new Error(`no server at ${uri}`);
  return found;
}

/**
 * DNS as Node asks it. Addresses are what the system answers, so `/etc/hosts` counts, and names without a dot are asked for nothing else; with
 * `servers`, `host:port` each, those alone are asked. NAPTR and SRV that cannot be had are none.
 */
export function nodeResolver(servers?: readonly string[]): Resolver {
  const dns = new Dns({ timeout: 2000, tries: 2 });
  if (servers) dns.setServers(servers);
  const none = (): never[] => [];
  const records = async <T>(name: string, ask: () => Promise<T[]>): Promise<T[]> =>
    name.includes('.') ? ask().catch(none) : [];
  return {
    naptr: (name) => records(name, () => dns.resolveNaptr(name)),
    srv: (name) =>
      /^_[^.]+\._[^.]+\.[^.]+$/.test(name) ? Promise.resolve([]) : records(name, () => dns.resolveSrv(name)),
    addresses: async (name) => {
      if (isIP(name) !== 0) return [name];
      if (!servers) return (await lookup(name, { order: 'ipv4first', all: true })).map(({ address }) => address);
      const [four, six] = await Promise.all([dns.resolve4(name).catch(none), dns.resolve6(name).catch(none)]);
      return [...four, ...six];
    },
  };
}

/** This machine's address on the way to `host`, a numeric address: what a Contact can show it. Nothing is sent. */
export async function localAddressToward(host: string): Promise<string> {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
  try {
    socket.connect(9, host);
    await once(socket, 'connect');
    return socket.address().address;
  } finally {
    socket.close();
  }
}

async function webSocket(text: string, resolver: Resolver): Promise<readonly Destination[]> {
  const { protocol, hostname, port } = new URL(text);
  const transport = protocol === 'wss:' ? 'WSS' : 'WS';
  const hosts = await resolver.addresses(hostname.replace(/^\[|\]$/g, ''));
  return hosts.map((host) => ({ transport, host, port: port === '' ? defaultPort(transport) : Number(port) }));
}
