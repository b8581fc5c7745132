import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket, connect as tcp } from 'node:net';

/**
 * A TCP server that can hang up on who connects to it: what he says on one connection after the other comes out on a single one behind it, for
 * sipp binds a call to its connection.
 */
export class CutRelay {
  readonly port: number;
  /** Connections that were taken. */
  taken = 0;
  readonly #server: Server;
  #front: Socket | undefined;
  #behind: Socket | undefined;

  static async open(to: number): Promise<CutRelay> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CutRelay(server, to);
  }

  private constructor(server: Server, to: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (front) => {
      this.taken += 1;
      this.#front = front;
      this.#behind ??= tcp(to, '127.0.0.1').on('data', (bytes) => this.#front?.write(bytes));
      const behind = this.#behind;
      front.on('data', (bytes) => behind.write(bytes));
    });
  }

  /** Ends the connection there is. */
  cut(): void {
    this.#front?.end();
  }

  async close(): Promise<void> {
    this.#front?.destroy();
    this.#behind?.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }
}
