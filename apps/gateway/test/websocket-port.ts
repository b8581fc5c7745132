import type { Address, Destination, Flow, TransportPort } from '@ringback/sip';
import { WebSocket } from 'ws';
import type { FlowUser } from '../src/adapters/flow-user.ts';

/** The other end of a WebSocket, as a browser has it: it only connects, and knows no address of its own. */
export class WebSocketPort implements TransportPort {
  readonly #user: FlowUser;
  #serial = 0;

  constructor(user: FlowUser) {
    this.#user = user;
  }

  connect({ host, port }: Destination): Flow | undefined {
    this.#serial += 1;
    try {
      return new ClientFlow(`client#${this.#serial}`, { host, port }, this.#user);
    } catch {
      // Not a URL.
      return undefined;
    }
  }
}

class ClientFlow implements Flow {
  readonly id: string;
  readonly transport = 'WS';
  readonly reliable = true;
  readonly local: Address = { host: '0.0.0.0', port: 0 };
  readonly remote: Address;
  state: 'connecting' | 'open' | 'closed' = 'connecting';
  readonly #socket: WebSocket;
  readonly #waiting: Uint8Array[] = [];

  constructor(id: string, remote: Address, user: FlowUser) {
    this.id = id;
    this.remote = remote;
    this.#socket = new WebSocket(`ws://${remote.host}:${remote.port}/ws`, 'sip');
    this.#socket.on('error', () => {});
    this.#socket.on('open', () => {
      if (this.state === 'closed') return;
      this.state = 'open';
      user.opened(this);
      for (const bytes of this.#waiting.splice(0)) this.#socket.send(bytes);
    });
    this.#socket.on('message', (data: Buffer) => {
      if (this.state === 'open') user.received(this, data);
    });
    this.#socket.on('close', (code) => {
      if (this.state === 'closed') return;
      this.state = 'closed';
      user.closed(this, `closed with ${code}`);
    });
  }

  send(bytes: Uint8Array): void {
    if (this.state === 'connecting') this.#waiting.push(bytes);
    if (this.state === 'open') this.#socket.send(bytes);
  }

  close(code = 1000): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.#socket.close(code >= 3000 && code <= 4999 ? code : 1000);
  }
}
