import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { isLoopback, plainAddress } from '@ringback/sip-node';

/** Our own address on the route to another; connecting a UDP socket sends nothing. */
export async function localAddressToward(host: string): Promise<string | undefined> {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
  try {
    socket.connect(DISCARD_PORT, host);
    await once(socket, 'connect');
    return plainAddress(socket.address().address);
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

const DISCARD_PORT = 9;
/** TEST-NET-1 (RFC 5737): any address that only the default route leads to. */
const ELSEWHERE = '192.0.2.1';

/** The address other machines of the local network reach this one by. */
export async function lanAddress(): Promise<string | undefined> {
  const routed = await localAddressToward(ELSEWHERE);
  if (routed !== undefined && !isLoopback(routed)) return routed;
  return outerAddresses().find((address) => isIP(address) === 4);
}

/** Every address of this machine but loopback and link-local ones. */
export function outerAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address))
    .map(({ address }) => plainAddress(address));
}

/** Names under which this machine is commonly found. */
export function machineNames(): readonly string[] {
  const name = hostname().toLowerCase();
  const short = name.split('.')[0] ?? name;
  return [...new Set([name, `${short}.local`])].filter((each) => /^[a-z0-9][a-z0-9.-]*$/.test(each));
}
