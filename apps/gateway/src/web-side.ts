import type { Log } from '@ringback/sip';
import type { FlowUser } from '@ringback/sip-node';
import { WebSocketListener } from '@ringback/sip-node';
import { type ApiHost, apiRoutes } from './http/api.ts';
import { authorityRoutes } from './http/authority-page.ts';
import { readCookie } from './http/cookie.ts';
import { HttpServer } from './http/server.ts';
import { staticFiles } from './http/static-files.ts';
import { machineNames } from './lan.ts';
import type { GatewayOptions } from './options.ts';
import type { Plan } from './plan.ts';

export interface WebParts {
  readonly options: GatewayOptions;
  readonly plan: Plan;
  readonly api: ApiHost;
  readonly user: FlowUser;
  readonly log: Log;
  /** Folder of the built phone. */
  readonly phone: string;
}

/** The built phone, the API and the WebSocket, on one port. */
export interface WebSide {
  readonly http: HttpServer;
  readonly sockets: WebSocketListener;
}

export async function openWeb({ options, plan, api, user, log, phone }: WebParts): Promise<WebSide> {
  const { tls } = plan;
  const authority = tls?.authority;
  const sockets = new WebSocketListener({ transport: tls === undefined ? 'WS' : 'WSS', user });
  const http = await HttpServer.listen({
    host: plan.httpHost,
    port: options.port,
    ...(tls === undefined ? {} : { tls }),
    hsts: tls !== undefined && authority === undefined,
    rules: {
      names: new Set([options.domain, plan.advertisedWeb.toLowerCase(), ...machineNames()]),
      allowed: new Set(options.origins),
      secure: tls !== undefined,
    },
    routes: new Map([...apiRoutes(api), ...(authority === undefined ? [] : authorityRoutes(authority))]),
    files: staticFiles(phone),
    upgrade: (request, socket, head) => {
      const cookie = readCookie(request);
      sockets.upgrade(request, socket, head, cookie === undefined ? undefined : api.findSession(cookie));
    },
    log,
  });
  return { http, sockets };
}
