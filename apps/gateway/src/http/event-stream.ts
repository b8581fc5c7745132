import type { ServerResponse } from 'node:http';
import { HttpFailure } from './exchange.ts';

export interface Watcher {
  readonly aor: string;
  readonly session: string;
  send(event: string, body: unknown): void;
  end(): void;
}

/** Comments keep proxies from cutting a quiet stream, and find dead connections. */
const HEARTBEAT_MS = 25_000;
/** Streams of one session: tabs times accounts. */
const PER_SESSION = 20;
/** Octets that wait for a page that does not read. */
const BACKLOG = 1024 * 1024;

/** Open Server-Sent Events streams, each for one account of one session. */
export class EventStreams {
  readonly #watchers = new Set<Watcher>();

  get size(): number {
    return this.#watchers.size;
  }

  open(response: ServerResponse, session: string, aor: string): Watcher {
    const own = [...this.#watchers].filter((watcher) => watcher.session === session);
    if (own.length >= PER_SESSION) throw new HttpFailure(429, 'too-many', 'too many event streams');
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write('retry: 1000\n\n');
    const write = (text: string): void => {
      response.write(text);
      if (response.writableLength > BACKLOG) response.destroy();
    };
    const heartbeat = setInterval(() => write(':\n\n'), HEARTBEAT_MS);
    const watcher: Watcher = {
      aor,
      session,
      send: (event, body) => write(`event: ${event}\ndata: ${JSON.stringify(body)}\n\n`),
      end: () => response.end(),
    };
    this.#watchers.add(watcher);
    response.once('close', () => {
      clearInterval(heartbeat);
      this.#watchers.delete(watcher);
    });
    return watcher;
  }

  each(run: (watcher: Watcher) => void): void {
    for (const watcher of [...this.#watchers]) run(watcher);
  }

  close(): void {
    this.each((watcher) => watcher.end());
  }
}
