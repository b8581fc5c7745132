import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Address, Log } from '@ringback/sip';
import { refuse } from '@ringback/sip-node';
import { cannotListen } from '../adapters/listening.ts';
import { errorText } from '../problem.ts';
import { HttpFailure, type Route, sendJson } from './exchange.ts';
import { isOwnHost, mayChange, mayConnect, type OriginRules } from './origin.ts';
import { setSecurityHeaders } from './security-headers.ts';

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly hsts: boolean;
  readonly rules: OriginRules;
  /** By method and path. */
  readonly routes: ReadonlyMap<string, Route>;
  /** For every other GET. */
  readonly files: Route;
  /** An acceptable WebSocket upgrade of `/ws`. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly log: Log;
}

const WEBSOCKET_PATH = '/ws';

/** HTTP or HTTPS: who may ask is decided here, what the answer is in the routes. */
export class HttpServer {
  readonly local: Address;
  readonly #server: Server;

  static async listen(options: HttpOptions): Promise<HttpServer> {
    const limits = { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16 * 1024 };
    const server =
      options.tls === undefined
        ? createServer(limits)
        : createSecureServer({ ...limits, ...options.tls, minVersion: 'TLSv1.2' });
    server.on('request', (request, response) => void answer(request, response, options));
    server.on('upgrade', (request, socket, head) => upgrade(request, socket, head, options));
    server.on('clientError', (_error, socket) => socket.destroy());
    server.listen({ host: options.host, port: options.port, ipv6Only: isIP(options.host) === 6, exclusive: true });
    try {
      await once(server, 'listening');
    } catch (error) {
      throw cannotListen(error, 'the phone', options.host, options.port, '--port');
    }
    return new HttpServer(server);
  }

  private constructor(server: Server) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not a network socket');
    this.local = { host: address.address, port: address.port };
    this.#server = server;
  }

  /** Takes no new connection. */
  stop(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  /** Ends what is still open. */
  close(): void {
    this.#server.closeAllConnections();
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  response.on('error', (error) => options.log('debug', 'http-response-failed', { error: error.message }));
  setSecurityHeaders(response, options.hsts);
  try {
    await routeOf(request, options)({ request, response, url: urlOf(request) });
  } catch (error) {
    fail(response, error, options.log);
  }
}

function routeOf(request: IncomingMessage, options: HttpOptions): Route {
  if (!isOwnHost(request, options.rules)) {
    throw new HttpFailure(421, 'wrong-host', 'This gateway does not answer to that host name.');
  }
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  if (method !== 'GET' && !mayChange(request, options.rules)) {
    throw new HttpFailure(403, 'wrong-origin', 'Another site may not do that.');
  }
  const { pathname } = urlOf(request);
  const route = options.routes.get(`${method} ${pathname}`);
  if (route !== undefined) return route;
  const allowed = ['GET', 'POST'].filter((other) => options.routes.has(`${other} ${pathname}`));
  if (allowed.length > 0) throw new HttpFailure(405, 'wrong-method', 'Wrong method.', { Allow: allowed.join(', ') });
  if (pathname.startsWith('/api/')) throw new HttpFailure(404, 'not-found', 'Not found.');
  if (pathname === WEBSOCKET_PATH)
    throw new HttpFailure(426, 'upgrade', 'WebSocket expected.', { Upgrade: 'websocket' });
  if (method !== 'GET') throw new HttpFailure(405, 'wrong-method', 'Wrong method.', { Allow: 'GET' });
  return options.files;
}

function fail(response: ServerResponse, error: unknown, log: Log): void {
  if (!(error instanceof HttpFailure)) log('error', 'http-request-failed', { error: errorText(error) });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const failure =
    error instanceof HttpFailure ? error : new HttpFailure(500, 'failed', 'Something went wrong; the log has it.');
  for (const [name, value] of Object.entries(failure.headers)) response.setHeader(name, value);
  sendJson(response, failure.status, { error: failure.code, message: failure.message });
}

function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, options: HttpOptions): void {
  const { rules } = options;
  if (!isOwnHost(request, rules)) return void refuse(socket, 421, 'Misdirected Request', 'unknown host name');
  if (urlOf(request).pathname !== WEBSOCKET_PATH) return void refuse(socket, 404, 'Not Found', 'not found');
  if (!mayConnect(request, rules)) {
    options.log('warn', 'websocket-origin-refused', { origin: request.headers.origin ?? null });
    return void refuse(socket, 403, 'Forbidden', 'this origin may not connect (see --allow-origin)');
  }
  options.upgrade(request, socket, head);
}

function urlOf(request: IncomingMessage): URL {
  const path = request.url ?? '/';
  const url = `http://gateway${path.startsWith('/') ? path : '/'}`;
  return new URL(URL.canParse(url) ? url : 'http://gateway/');
}
