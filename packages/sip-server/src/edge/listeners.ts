import { type Flow, isSipUri, isWebSocket, type TransportName, type Uri } from '@ringback/sip';
import { bareHost, type Domains, type Listener, uriHost } from '../domains.ts';

/** Our own addresses: which one speaks on a flow, and which URIs mean us. */
export class Listeners {
  readonly #all: readonly Listener[];
  readonly #domains: Domains;

  constructor(all: readonly Listener[], domains: Domains) {
    this.#all = all;
    this.#domains = domains;
  }

  /** The listener of this transport, the one on the flow's own port if there are several. */
  of(transport: TransportName, port?: number): Listener {
    const fitting = this.#all.filter((listener) => listener.transport === transport);
    const found = fitting.find((listener) => listener.port === port) ?? fitting[0] ?? this.#alike(transport);
    if (found === undefined) throw new TypeError(`no listener for ${transport}`);
    return found;
  }

  /** What our Via says (§18.1.1); on both ends of a connection the address where we listen. */
  sentBy(flow: Flow): { readonly host: string; readonly port: number } {
    const { host, port } = this.of(flow.transport, flow.local.port);
    return { host: uriHost(host), port };
  }

  /** A Route, Request-URI or Via sent-by that means this server (§16.4). */
  isOwn(host: string, port: number | undefined): boolean {
    const bare = bareHost(host);
    if (this.#domains.isLocal(bare, port)) return true;
    return this.#all.some((listener) => listener.host.toLowerCase() === bare && listener.port === (port ?? 5060));
  }

  isOwnUri(uri: Uri): boolean {
    return isSipUri(uri) && this.isOwn(uri.host, uri.port);
  }

  /** A WebSocket is a WebSocket, with TLS in front of us or not. */
  #alike(transport: TransportName): Listener | undefined {
    return this.#all.find((listener) => isWebSocket(listener.transport) && isWebSocket(transport));
  }
}
