import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import type { Address, Destination, Flow, Log, TransportName } from '@ringback/sip';
import type { FlowUser } from './flow-user.ts';
import { bracketed, plainAddress } from './network.ts';

export interface UdpOptions {
  readonly host: string;
  readonly port: number;
  readonly user: FlowUser;
  readonly log: Log;
  /** Sources that are listened to; everybody when absent. */
  readonly accepts?: (address: string) => boolean;
  /** Flows remembered; forgetting one costs nothing, for it is remade from the address pair. */
  readonly maxFlows?: number;
}

/** One UDP socket. A flow is the pair of it and a remote address (RFC 5626 §3): always open, remade when forgotten. */
export class UdpListener {
  readonly local: Address;
  readonly #socket: Socket;
  readonly #options: UdpOptions;
  /** Least recently used first. */
  readonly #flows = new Map<string, UdpFlow>();

  /** Rejects with the system's error, e.g. `EADDRINUSE`. */
  static async listen(options: UdpOptions): Promise<UdpListener> {
    const socket = createSocket({
      ...(isIP(options.host) === 6 ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' }),
      // Room for the bursts of retransmissions that follow a busy moment.
      recvBufferSize: 1024 * 1024,
    });
    socket.bind({ address: options.host, port: options.port, exclusive: true });
    try {
      await once(socket, 'listening');
    } catch (error) {
      socket.close();
      throw error;
    }
    return new UdpListener(socket, options);
  }

  private constructor(socket: Socket, options: UdpOptions) {
    const { address, port } = socket.address();
    this.local = { host: address, port };
    this.#socket = socket;
    this.#options = options;
    socket.on('message', (bytes, { address, port }) => {
      const host = plainAddress(address);
      // A datagram of port 0 could not be answered.
      if (port === 0 || options.accepts?.(host) === false) return;
      options.user.received(this.flow({ host, port }, zoned(address) ?? host), bytes);
    });
    // An ICMP error of some earlier datagram; its transaction notices by its own timers.
    socket.on('error', (error) => options.log('warn', 'udp-socket-error', { error: error.message }));
  }

  connect(destination: Destination): Flow | undefined {
    const host = plainAddress(destination.host);
    const sameFamily = isIP(host) === isIP(this.#options.host);
    return sameFamily ? this.flow({ host, port: destination.port }, zoned(destination.host) ?? host) : undefined;
  }

  /** `address` is what the system calls the remote host: a link-local one has its zone, which no message may show. */
  flow(remote: Address, address: string = remote.host): Flow {
    const name = `${bracketed(remote.host)}:${remote.port}`;
    const flow = this.#flows.get(name) ?? this.#newFlow(name, remote, address);
    this.#flows.delete(name);
    this.#flows.set(name, flow);
    if (this.#flows.size > (this.#options.maxFlows ?? 20_000)) {
      const [oldest] = this.#flows.keys();
      if (oldest !== undefined) this.#flows.delete(oldest);
    }
    return flow;
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #newFlow(name: string, remote: Address, address: string): UdpFlow {
    const id = `udp:${bracketed(this.local.host)}:${this.local.port}-${name}`;
    return new UdpFlow(id, this.local, remote, (bytes) => this.#send(bytes, { host: address, port: remote.port }));
  }

  #send(bytes: Uint8Array, { host, port }: Address): void {
    try {
      this.#socket.send(bytes, port, host, (error) => {
        if (error !== null) this.#options.log('debug', 'udp-send-failed', { host, port, error: error.message });
      });
    } catch (error) {
      // Already closed while draining, or an address the system calls invalid: lost, as a datagram may be.
      this.#options.log('debug', 'udp-send-failed', { host, port, error: String(error) });
    }
  }
}

function zoned(address: string): string | undefined {
  return address.includes('%') ? address : undefined;
}

class UdpFlow implements Flow {
  readonly id: string;
  readonly transport: TransportName = 'UDP';
  readonly reliable = false;
  readonly local: Address;
  readonly remote: Address;
  readonly state = 'open';
  readonly #send: (bytes: Uint8Array) => void;

  constructor(id: string, local: Address, remote: Address, send: (bytes: Uint8Array) => void) {
    this.id = id;
    this.local = local;
    this.remote = remote;
    this.#send = send;
  }

  send(bytes: Uint8Array): void {
    this.#send(bytes);
  }

  close(): void {}
}
