import { connect, createServer, type Server, type Socket } from 'node:net';
import { FrameReader } from './websocket-frames.ts';

/** A SIP message seen on the wire between a browser and the server. */
export interface Captured {
  /** Which connection, counted from 0 in the order they were opened. */
  readonly connection: number;
  /** As the server sees it. */
  readonly direction: 'in' | 'out';
  readonly at: number;
  readonly text: string;
  readonly startLine: string;
  readonly callId: string;
  readonly method: string;
}

interface Line {
  readonly browser: Socket;
  readonly server: Socket;
  isWebSocket: boolean;
}

/**
 * The wire between browsers and a server: passes every octet on as it is, keeps the SIP messages that went through its
 * WebSockets, and can be cut.
 */
export class Tap {
  readonly captured: Captured[] = [];
  /** When each WebSocket was opened, in epoch milliseconds. */
  readonly opened: number[] = [];
  readonly #server: Server;
  readonly #lines = new Set<Line>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(port: number, to: number): Promise<Tap> {
    const server = createServer();
    const tap = new Tap(server);
    server.on('connection', (browser) => tap.#join(browser, connect(to, '127.0.0.1')));
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    return tap;
  }

  /** WebSockets open now. */
  get open(): number {
    return [...this.#lines].filter(({ isWebSocket }) => isWebSocket).length;
  }

  /** Messages with this Call-ID, in the order they were seen. */
  ofCall(callId: string): readonly Captured[] {
    return this.captured.filter((message) => message.callId === callId);
  }

  /** Cuts every WebSocket as a dead network does: both ends see a reset. */
  cut(): void {
    for (const { browser, server, isWebSocket } of this.#lines) {
      if (!isWebSocket) continue;
      browser.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  async stop(): Promise<void> {
    for (const { browser, server } of this.#lines) {
      browser.destroy();
      server.destroy();
    }
    await new Promise<void>((done) => this.#server.close(() => done()));
  }

  #join(browser: Socket, server: Socket): void {
    const line: Line = { browser, server, isWebSocket: false };
    this.#lines.add(line);
    let connection = -1;
    const forward = (from: Socket, to: Socket, direction: 'in' | 'out'): void => {
      const reader = new FrameReader();
      from.on('data', (chunk: Buffer) => {
        if (!line.isWebSocket && direction === 'in' && /^upgrade: *websocket/im.test(chunk.toString('latin1'))) {
          line.isWebSocket = true;
          connection = this.opened.push(Date.now()) - 1;
        }
        for (const text of reader.push(chunk)) this.#keep(text, direction, connection);
        to.write(chunk);
      });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#lines.delete(line);
        to.destroy();
      });
    };
    forward(browser, server, 'in');
    forward(server, browser, 'out');
  }

  #keep(text: string, direction: 'in' | 'out', connection: number): void {
    if (text.trim() === '') return;
    const header = (name: string): string => new RegExp(`^${name}: *(.*?)\\r?$`, 'im').exec(text)?.[1] ?? '';
    this.captured.push({
      connection,
      direction,
      at: Date.now(),
      text,
      startLine: text.slice(0, text.indexOf('\r\n')),
      callId: header('(?:Call-ID|i)'),
      method: header('CSeq').split(' ').at(-1) ?? '',
    });
  }
}
