import { isIPv4, latin1Decode, latin1Encode, type TransportName, utf8Encode } from '@ringback/sip';
import { base64url, concat, deriveKey, equalOctets, fromBase64url, MAC_LENGTH, mac80 } from '../keyed-hash.ts';

/**
 * What stands in the user part of our Path and Record-Route URIs (RFC 5626 §5.2): which way leads to the peer on that
 * side, signed so that nobody makes one up.
 *
 * ```
 * token = base64url( MAC[10] | S )     MAC = HMAC-SHA-256(key, S | Call-ID), 80 bits
 * S     = version and kind [1] | flags [1] | way | [ peer [6] ]
 * way   = connection: epoch [4] number [5]     address: transport [1] port [2] IPv4 [4] or text     upstream: nothing
 * ```
 * The key outlives the process, so a token of an address still works after a restart, while that of a connection is then
 * genuine but dead: 430, not 403. A Record-Route's token is good in its own call only: its MAC covers the Call-ID.
 */
export interface FlowToken {
  readonly way: Way;
  /** Names address of record and instance of the peer, so that a dead connection can be replaced by its new one. */
  readonly peer?: PeerTag;
  /** One of the two Record-Routes of a call; without it, a Path. */
  readonly paired: boolean;
  /** RFC 5626 §5.3: the flow was registered with outbound. */
  readonly outbound?: boolean;
}

export type Way =
  | { readonly kind: 'connection'; readonly epoch: number; readonly number: number }
  | { readonly kind: 'address'; readonly transport: TransportName; readonly host: string; readonly port: number }
  | { readonly kind: 'upstream' };

/** 48 bits of a hash over address of record and instance, in hex. */
export type PeerTag = string;

export class FlowTokens {
  readonly #key: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#key = deriveKey(secret, 'flow token');
  }

  print(token: FlowToken, callId: string): string {
    const signed = encode(token);
    return base64url(concat(this.#mac(signed, token.paired, callId), signed));
  }

  /** `undefined`: not one of ours, or one of another call. */
  read(text: string, callId: string): FlowToken | undefined {
    const bytes = text.length > LONGEST ? undefined : fromBase64url(text);
    if (bytes === undefined || bytes.length < MAC_LENGTH + 2) return undefined;
    const signed = bytes.subarray(MAC_LENGTH);
    const paired = ((signed[1] ?? 0) & PAIRED) !== 0;
    if (!equalOctets(bytes.subarray(0, MAC_LENGTH), this.#mac(signed, paired, callId))) return undefined;
    return decode(signed);
  }

  #mac(signed: Uint8Array, paired: boolean, callId: string): Uint8Array {
    return mac80(this.#key, paired ? concat(signed, utf8Encode(callId)) : signed);
  }
}

function encode({ way, peer, paired, outbound }: FlowToken): Uint8Array {
  const flags = (paired ? PAIRED : 0) | (peer === undefined ? 0 : TAGGED) | (outbound === true ? OUTBOUND : 0);
  const tag = peer === undefined ? NOTHING : fromHex(peer);
  switch (way.kind) {
    case 'connection':
      return concat(new Uint8Array([CONNECTION, flags]), integer(way.epoch, 4), integer(way.number, 5), tag);
    case 'address': {
      const transport = TRANSPORTS.indexOf(way.transport);
      const ip = isIPv4(way.host) ? new Uint8Array(way.host.split('.').map(Number)) : latin1Encode(way.host);
      const kind = isIPv4(way.host) ? ADDRESS4 : ADDRESS6;
      return concat(new Uint8Array([kind, flags, transport]), integer(way.port, 2), ip, tag);
    }
    case 'upstream':
      return concat(new Uint8Array([UPSTREAM, flags]), tag);
  }
}

/** Only ever sees what `encode` wrote: the MAC was right. */
function decode(bytes: Uint8Array): FlowToken | undefined {
  const flags = bytes[1] ?? 0;
  const end = bytes.length - ((flags & TAGGED) === 0 ? 0 : TAG_LENGTH);
  const way = decodeWay(bytes.subarray(0, end));
  if (way === undefined) return undefined;
  return {
    way,
    paired: (flags & PAIRED) !== 0,
    ...((flags & OUTBOUND) === 0 ? undefined : { outbound: true }),
    ...((flags & TAGGED) === 0 ? undefined : { peer: toHex(bytes.subarray(end)) }),
  };
}

function decodeWay(bytes: Uint8Array): Way | undefined {
  switch (bytes[0]) {
    case CONNECTION:
      return { kind: 'connection', epoch: toInteger(bytes.subarray(2, 6)), number: toInteger(bytes.subarray(6, 11)) };
    case ADDRESS4:
    case ADDRESS6: {
      const transport = TRANSPORTS[bytes[2] ?? 0];
      if (transport === undefined) return undefined;
      const ip = bytes.subarray(5);
      const host = bytes[0] === ADDRESS4 ? ip.join('.') : latin1Decode(ip);
      return { kind: 'address', transport, host, port: toInteger(bytes.subarray(3, 5)) };
    }
    case UPSTREAM:
      return { kind: 'upstream' };
    default:
      return undefined;
  }
}

function integer(value: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = length - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  return bytes;
}

function toInteger(bytes: Uint8Array): number {
  return bytes.reduce((value, octet) => value * 256 + octet, 0);
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

function fromHex(text: string): Uint8Array {
  return new Uint8Array((text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));
}

const NOTHING = new Uint8Array(0);
/** Version 1 in the upper half. */
const CONNECTION = 0x11;
const ADDRESS4 = 0x12;
const ADDRESS6 = 0x13;
const UPSTREAM = 0x14;
const PAIRED = 1;
const TAGGED = 2;
const OUTBOUND = 4;
export const TAG_LENGTH = 6;
const LONGEST = 96;
const TRANSPORTS: readonly TransportName[] = ['UDP', 'TCP', 'TLS', 'WS', 'WSS'];
