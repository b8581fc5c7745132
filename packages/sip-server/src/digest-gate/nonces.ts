import { type Clock, type Flow, type Random, utf8Encode } from '@ringback/sip';
import { base64url, concat, deriveKey, equalOctets, fromBase64url, MAC_LENGTH, mac80 } from '../keyed-hash.ts';

/**
 * Nonces that need no table (RFC 7616 §3.3, §5.9): `base64url( time [6] | dice [6] | source [4] | MAC [10] )`. The MAC
 * tells that we made it, the source mark that we gave it to this source: that a datagram brings one back proves that
 * somebody receives at its source address.
 */
export class Nonces {
  readonly #key: Uint8Array;
  readonly #realm: string;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(options: { secret: Uint8Array; realm: string; clock: Clock; random: Random }) {
    this.#key = deriveKey(options.secret, 'nonce');
    this.#realm = options.realm;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  make(flow: Flow): string {
    const time = new Uint8Array(6);
    for (let i = 5, rest = Math.floor(this.#clock.now()); i >= 0; i--, rest = Math.floor(rest / 256))
      time[i] = rest % 256;
    const body = concat(time, this.#random.bytes(6), this.#mark(flow));
    return base64url(concat(body, this.#mac(body)));
  }

  /** `undefined`: never given out by us. */
  read(nonce: string, flow: Flow): NonceFacts | undefined {
    const bytes = nonce.length > 64 ? undefined : fromBase64url(nonce);
    if (bytes === undefined || bytes.length !== BODY + MAC_LENGTH) return undefined;
    const body = bytes.subarray(0, BODY);
    if (!equalOctets(bytes.subarray(BODY), this.#mac(body))) return undefined;
    return {
      madeAt: body.subarray(0, 6).reduce((value, octet) => value * 256 + octet, 0),
      ownSource: equalOctets(body.subarray(12), this.#mark(flow)),
    };
  }

  #mac(body: Uint8Array): Uint8Array {
    return mac80(this.#key, concat(body, utf8Encode(this.#realm)));
  }

  /** A connection is one source; for datagrams the address is, since ports change behind NAT. */
  #mark(flow: Flow): Uint8Array {
    const source = flow.reliable ? flow.id : flow.remote.host;
    return mac80(this.#key, utf8Encode(`${flow.transport} ${source}`)).subarray(0, 4);
  }
}

export interface NonceFacts {
  /** Epoch milliseconds. */
  readonly madeAt: number;
  /** Given to the source that brings it. */
  readonly ownSource: boolean;
}

const BODY = 16;
