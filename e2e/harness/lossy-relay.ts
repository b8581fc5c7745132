import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** What the two ends believe to be each other's address. */
export const RELAY = '127.0.0.2';

export interface LossyRelayOptions {
  /** The UDP ports of the two ends, both at 127.0.0.1. */
  readonly ports: readonly [number, number];
  /** Share of the datagrams that are lost, either way. */
  readonly loss: number;
  readonly seed: number;
}

/**
 * A bad network between two UDP ports of 127.0.0.1: each end finds the other one at 127.0.0.2, under the other's own port number, so that
 * whatever is sent to a source address, a Via or a Contact comes through here.
 */
export class LossyRelay {
  passed = 0;
  lost = 0;
  readonly #sockets: readonly Socket[];

  static async open({ ports: [one, other], loss, seed }: LossyRelayOptions): Promise<LossyRelay> {
    const [asOne, asOther] = await Promise.all([bound(one), bound(other)]);
    const relay = new LossyRelay([asOne, asOther]);
    const random = dice(seed);
    const carry = (from: Socket, to: Socket, port: number) =>
      from.on('message', (bytes) => {
        if (random() < loss) relay.lost += 1;
        else {
          relay.passed += 1;
          to.send(bytes, port, '127.0.0.1');
        }
      });
    carry(asOne, asOther, one);
    carry(asOther, asOne, other);
    return relay;
  }

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
  }

  async close(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => new Promise<void>((closed) => socket.close(closed))));
  }
}

async function bound(port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1024 * 1024 });
  socket.bind(port, RELAY);
  await once(socket, 'listening');
  return socket;
}

/** Numbers from 0 to 1 that fall the same way for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
