import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { type Destination, defaultPort, isSipUri, parseUri, type TransportName } from '@ringback/sip';

/**
 * The numeric destination behind `sip:host:port;transport=tcp`, `sips:host` or `wss://host/path`: A and AAAA as the system answers
 * them, so `/etc/hosts` counts, and the default port of the transport; no NAPTR or SRV (RFC 3263). Rejects when it is no such URI,
 * or with the system's error when the name is unknown.
 *
 * @example await findServer('sip:example.com;transport=tcp') // { transport: 'TCP', host: '192.0.2.10', port: 5060 }
 */
export async function findServer(uri: string): Promise<Destination> {
  const { transport, host, port } = /^wss?:/i.test(uri) ? webSocket(uri) : sip(uri);
  const numeric = isIP(host) !== 0 ? host : (await lookup(host, { order: 'ipv4first' })).address;
  return { transport, host: numeric, port: port ?? defaultPort(transport) };
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

interface Place {
  readonly transport: TransportName;
  readonly host: string;
  readonly port: number | undefined;
}

function webSocket(text: string): Place {
  const { protocol, hostname, port } = new URL(text);
  return {
    transport: protocol === 'wss:' ? 'WSS' : 'WS',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? undefined : Number(port),
  };
}

function sip(text: string): Place {
  const uri = parseUri(text);
  if (!uri.ok || !isSipUri(uri.value)) throw new TypeError(`not a SIP or WebSocket URI: ${text}`);
  const { scheme, host, port, params } = uri.value;
  const named = params.get('transport')?.toUpperCase();
  const transport = scheme === 'sips' ? 'TLS' : TRANSPORTS.find((one) => one === named);
  if (named !== undefined && transport === undefined) throw new TypeError(`unknown transport: ${text}`);
  return { transport: transport ?? 'UDP', host: host.replace(/^\[|\]$/g, ''), port };
}

const TRANSPORTS: readonly TransportName[] = ['UDP', 'TCP', 'TLS', 'WS', 'WSS'];
