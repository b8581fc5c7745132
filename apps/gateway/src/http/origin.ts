import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback, plainAddress } from '@ringback/sip-node';

export interface OriginRules {
  /** Names this gateway is reached by, besides any IP address and `localhost`; lower case, without port. */
  readonly names: ReadonlySet<string>;
  /** Origins of other sites whose pages may open the WebSocket, e.g. `https://phone.example.com`. */
  readonly allowed: ReadonlySet<string>;
  readonly secure: boolean;
}

/**
 * Whether the Host header names this gateway. A page of another site that points its own name at our address (DNS
 * rebinding) would be same-origin with us otherwise; an address cannot be pointed anywhere.
 */
export function isOwnHost(request: IncomingMessage, rules: OriginRules): boolean {
  const name = hostNameOf(request.headers.host);
  if (name === undefined) return false;
  return isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || rules.names.has(name);
}

/** The origin of a page that this gateway served under the name the request came by. */
function ownOrigin(request: IncomingMessage, rules: OriginRules): string {
  return `${rules.secure ? 'https' : 'http'}://${(request.headers.host ?? '').toLowerCase()}`;
}

/**
 * Whether a WebSocket may be opened. The same-origin policy does not cover WebSockets, and the cookie travels with the
 * upgrade: a foreign page could use the session otherwise. Clients that are no browsers send no Origin; they may come
 * from this machine, or from elsewhere without a cookie.
 */
export function mayConnect(request: IncomingMessage, rules: OriginRules): boolean {
  const origin = request.headers.origin?.toLowerCase();
  if (origin !== undefined) return origin === ownOrigin(request, rules) || rules.allowed.has(origin);
  return request.headers.cookie === undefined || isLoopback(plainAddress(request.socket.remoteAddress ?? ''));
}

/** Whether a request may change something: it comes from a page of ours, or from no page at all. */
export function mayChange(request: IncomingMessage, rules: OriginRules): boolean {
  const origin = request.headers.origin?.toLowerCase();
  if (origin !== undefined) return origin === ownOrigin(request, rules);
  const site = request.headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}

function hostNameOf(host: string | undefined): string | undefined {
  if (host === undefined || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '').toLowerCase();
}
