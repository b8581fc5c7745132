// Node's UDP as a transport port: what an adapter has to do, which is to carry octets and decide nothing.
import { createSocket, type Socket } from 'node:dgram';
import type { Address, Destination, Flow, TransportPort } from '@ringback/sip';

export interface FlowEvents {
  received(flow: Flow, bytes: Uint8Array): void;
}

export class UdpPort implements TransportPort {
  events: FlowEvents | undefined;
  readonly #socket: Socket;
  readonly #flows = new Map<string, Flow>();
  #local: Address = { host: '0.0.0.0', port: 0 };

  constructor() {
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (bytes, { address, port }) => {
      this.events?.received(this.#flow({ host: address, port }), bytes);
    });
  }

  bind(host: string, port = 0): Promise<Address> {
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.bind(port, host, () => {
        const { address, port: bound } = this.#socket.address();
        this.#local = { host: address, port: bound };
        resolve(this.#local);
      });
    });
  }

  connect({ transport, host, port }: Destination): Flow | undefined {
    return transport === 'UDP' ? this.#flow({ host, port }) : undefined;
  }

  close(): void {
    this.#socket.close();
  }

  #flow(remote: Address): Flow {
    const id = `UDP ${remote.host}:${remote.port}`;
    const known = this.#flows.get(id);
    if (known) return known;
    const flow: Flow = {
      id,
      transport: 'UDP',
      reliable: false,
      local: this.#local,
      remote,
      state: 'open',
      send: (bytes) => this.#socket.send(bytes, remote.port, remote.host),
      close() {},
    };
    this.#flows.set(id, flow);
    return flow;
  }
}
