import {
  equalHost,
  equalUri,
  type Flow,
  isSipUri,
  isWebSocket,
  type Log,
  parseUri,
  type SipRequest,
  type SipResponse,
  type SipUri,
  type Target,
  type TransportName,
  type Uri,
} from '@ringback/sip';
import type { Core, Wiring, Work } from './core.ts';
import { bareHost, type Resolver } from './domains.ts';
import { peerTag } from './edge/flow-table.ts';
import type { FlowToken } from './edge/flow-token.ts';
import { withoutAssertions } from './edge/header-hygiene.ts';
import { prependRouting } from './edge/header-place.ts';
import { isSenderOf, reachToken } from './edge/reach-token.ts';
import { pathValue, type Side } from './edge/record-route.ts';
import type { OwnRoutes } from './proxy/own-routes.ts';
import type { NextHop, StatefulProxy } from './proxy/proxy.ts';
import { sideOf, targetOfSender } from './proxy/target-set.ts';
import { type ContactRequest, readContacts } from './registrar/contacts.ts';

export interface UpstreamEdgeOptions {
  readonly core: Core;
  readonly proxy: StatefulProxy;
  readonly uri: string;
  readonly resolver: Resolver;
  readonly registered: (aor: string, bindings: readonly RegisteredBinding[], flow: Flow, held: boolean) => void;
}

export interface RegisteredBinding {
  readonly contact: string;
  readonly instance?: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/**
 * Wiring B: the outbound edge proxy (RFC 5626 §5) of another SIP server. What clients send goes to it and nowhere else,
 * and it authenticates them; what it sends for them carries our Path or Record-Route, whose token names the flow.
 */
export class UpstreamEdge implements Wiring {
  readonly #options: UpstreamEdgeOptions;
  readonly #uri: SipUri;
  readonly #transport: TransportName;
  #addresses: { readonly hosts: readonly string[]; readonly target: Target; readonly until: number } | undefined;

  constructor(options: UpstreamEdgeOptions) {
    const uri = parseUri(options.uri);
    if (!uri.ok || !isSipUri(uri.value)) throw new TypeError(`not a SIP URI: ${options.uri}`);
    this.#options = options;
    this.#uri = uri.value;
    // RFC 3263 §4.1: without a transport parameter `sip:` is UDP, and TCP only for what is too large (§18.1.1).
    this.#transport = this.#uri.params.get('transport')?.toLowerCase() === 'tcp' ? 'TCP' : 'UDP';
  }

  async handle(work: Work): Promise<void> {
    const { context, flow, routes, request } = work;
    if (routes.forged) return context.reply(403);
    const upstream = await this.#upstream();
    if (!context.open) return;
    if (upstream === undefined) return context.reply(503, [['Retry-After', '10']]);
    if (request.method === 'OPTIONS' && isForUs(request)) return context.reply(200, CAPABILITIES);
    if (isFrom(upstream.hosts, flow)) return this.#fromUpstream(work, upstream.target);
    if (request.method === 'REGISTER') return this.#register(work, upstream.target);
    await this.#fromClient(work, upstream.target);
  }

  async acknowledge(ack: SipRequest, routes: OwnRoutes, flow: Flow): Promise<void> {
    const { core, proxy } = this.#options;
    const upstream = await this.#upstream();
    const token = routes.receiver ?? routes.path;
    if (token === undefined || upstream === undefined) return;
    const target = await reachToken(token, core, upstream.target);
    if (target === undefined) return;
    proxy.forwardAck(ack, routes.request, { target }, isFrom(upstream.hosts, flow) ? undefined : withoutAssertions);
  }

  /** The upstream challenges, not we. */
  quickRefusal(): undefined {}

  flowClosed(): void {}

  close(): void {}

  /** What a trace calls the other side of this flow. */
  isUpstream(flow: Flow): boolean {
    return this.#addresses !== undefined && isFrom(this.#addresses.hosts, flow);
  }

  /** Path or Record-Route says which client; the Request-URI stays as it is, and `.invalid` is never looked up. */
  async #fromUpstream(work: Work, upstream: Target): Promise<void> {
    const { context, request, routes } = work;
    const { core, proxy } = this.#options;
    const token = routes.path ?? routes.receiver;
    if (token === undefined) return context.reply(request.toTag === undefined ? 404 : 481);
    const target = await reachToken(token, core, upstream);
    if (!context.open) return;
    if (target === undefined) return context.reply(430);
    const hop = (target: Target): NextHop => ({
      target,
      sides: { outgoing: sideOf(target, core, token.peer), incoming: this.#upstreamSide() },
      ...(request.method === 'INVITE' || request.method === 'BYE' ? { revive } : undefined),
    });
    const revive = async (): Promise<NextHop | undefined> => {
      const again = await reachToken(token, core, upstream);
      return again === undefined ? undefined : hop(again);
    };
    proxy.forward(work, [[hop(target)]], { lost: 430 });
  }

  async #fromClient(work: Work, upstream: Target): Promise<void> {
    const { context, flow, request, routes } = work;
    const { core, proxy } = this.#options;
    const { receiver } = routes;
    if (request.toTag !== undefined && receiver === undefined) return context.reply(481);
    // The call passes us twice with nobody in between: the upstream will not see this one, so the sender must be known.
    // What begins something new goes to the upstream in any case, which asks who it is.
    const direct = request.toTag !== undefined && receiver !== undefined && receiver.way.kind !== 'upstream';
    if (direct && !isSenderOf(routes.sender, flow, core)) return context.reply(403);
    const target = direct ? await reachToken(receiver, core, upstream) : upstream;
    if (!context.open) return;
    if (target === undefined) return context.reply(480);
    const aor = addressOf(request.from.uri);
    const peer = routes.sender?.peer ?? core.flows.identity(flow, aor)?.tag ?? core.flows.identity(flow)?.tag;
    const incoming = sideOf(targetOfSender(flow, request.contacts[0]?.uri), core, peer);
    const outgoing = direct ? sideOf(target, core, receiver.peer) : this.#upstreamSide();
    proxy.forward(work, [[{ target, sides: { outgoing, incoming } }]], { request: withoutAssertions });
  }

  /** RFC 3327 §5.1, RFC 5626 §5.1. */
  #register(work: Work, upstream: Target): void {
    const { flow, request } = work;
    const { core, proxy } = this.#options;
    const aor = addressOf(request.to.uri);
    const asked = readContacts(request, EVERYTHING, Number.POSITIVE_INFINITY);
    const contacts = asked.ok ? asked.contacts : [];
    const [first] = contacts;
    const peer = first === undefined ? undefined : peerTag(aor, first.instance ?? first.contact);
    const token: FlowToken = {
      way: core.flows.way(flow),
      paired: false,
      ...(peer === undefined ? undefined : { peer }),
      // `ob` only by the first hop, and only where outbound was asked for.
      ...(request.vias.length === 1 && first?.regId !== undefined ? { outbound: true } : undefined),
    };
    const knowsPath = request.supported.includes('path');
    proxy.forward(work, [[{ target: upstream }]], {
      request: (copy) => {
        const path = pathValue(core.tokens, this.#upstreamSide().listener, token);
        const { headers } = withoutAssertions(copy);
        const supporting = knowsPath ? headers : headers.append('Supported', 'path');
        return copy.with({ headers: prependRouting(supporting, 'Path', path) });
      },
      response: (response) => {
        if (!response.isSuccess) return response;
        this.#learn(aor, contacts, asked.ok && asked.removeAll, response, flow);
        return this.#downward(response, knowsPath);
      },
    });
  }

  /** A user agent that knows no Path would take it for its own; one with outbound is told how often to say hello. */
  #downward(response: SipResponse, knowsPath: boolean): SipResponse {
    let { headers } = response;
    if (!knowsPath) headers = headers.without('path');
    if (response.require.includes('outbound') && !headers.has('flow-timer')) {
      headers = headers.append('Flow-Timer', String(this.#options.core.limits.flowTimer));
    }
    return headers === response.headers ? response : response.with({ headers });
  }

  /** The upstream has believed the client: this flow now speaks for that AOR, or no longer does. */
  #learn(
    aor: string,
    contacts: readonly ContactRequest[],
    removeAll: boolean,
    response: SipResponse,
    flow: Flow,
  ): void {
    const { core, registered } = this.#options;
    if (contacts.length === 0 && !removeAll) return;
    if (!response.headers.has('path') && contacts.some(({ seconds }) => seconds > 0)) {
      core.log('warn', 'upstream-ignores-path', { aor });
    }
    const now = core.clock.now();
    const granted = new Map(response.contacts.map((address) => [address, Number(address.params.get('expires'))]));
    const bindings: RegisteredBinding[] = [];
    for (const { contact, instance, seconds } of contacts) {
      if (seconds === 0) continue;
      const found = [...granted].find(([address]) => isSame(address, contact, instance));
      const lasts = found === undefined || Number.isNaN(found[1]) ? seconds : found[1];
      if (lasts <= 0) continue;
      const expiresAt = now + lasts * 1000;
      bindings.push({ contact, expiresAt, ...(instance === undefined ? undefined : { instance }) });
    }
    core.flows.forget(flow, aor);
    for (const { contact, instance, expiresAt } of bindings)
      core.flows.learn(flow, aor, instance ?? contact, expiresAt);
    registered(aor, bindings, flow, bindings.length > 0);
  }

  #upstreamSide(): Side {
    const { listeners } = this.#options.core;
    return { listener: listeners.of(this.#transport), token: { way: { kind: 'upstream' }, paired: true } };
  }

  /** Looked up once a minute; a name that cannot be found any more keeps its last address. */
  async #upstream(): Promise<{ readonly hosts: readonly string[]; readonly target: Target } | undefined> {
    const { core, resolver } = this.#options;
    const now = core.clock.now();
    if (this.#addresses !== undefined && this.#addresses.until > now) return this.#addresses;
    try {
      const found = await resolver.resolve(bareHost(this.#uri.host), this.#uri.port, this.#transport);
      const [first] = found;
      if (first === undefined) throw new Error('no address');
      const destination = { transport: this.#transport, ...first };
      const hosts = found.map(({ host }) => host);
      this.#addresses = { hosts, target: { destination }, until: now + LOOKUP_LIFETIME };
    } catch (error) {
      report(core.log, this.#options.uri, error);
    }
    return this.#addresses;
  }
}

function isFrom(hosts: readonly string[], flow: Flow): boolean {
  return !isWebSocket(flow.transport) && hosts.some((host) => equalHost(host, flow.remote.host));
}

/** A question to no user is asked of whoever hears it first: clients and servers probe their next hop so. */
function isForUs({ uri, routes }: SipRequest): boolean {
  return routes.length === 0 && isSipUri(uri) && uri.user === undefined;
}

/** §19.1.4 and RFC 5626 §6: by instance where there is one, else by the URI. */
function isSame(address: SipResponse['contacts'][number], contact: string, instance: string | undefined): boolean {
  if (instance !== undefined) return address.params.get('+sip.instance') === `<${instance}>`;
  const uri = parseUri(contact);
  return uri.ok && equalUri(uri.value, address.uri);
}

/** The address of record as the upstream will see it: no parameters, no port. */
function addressOf(uri: Uri): string {
  if (!isSipUri(uri)) return `${uri.scheme}:${uri.rest}`;
  return `sip:${uri.user === undefined ? '' : `${uri.user}@`}${uri.host.toLowerCase()}`;
}

function report(log: Log, uri: string, error: unknown): void {
  log('warn', 'upstream-not-found', { uri, error });
}

/** The upstream decides what is too short or too many. */
const EVERYTHING = { min: 0, default: 3600, max: Number.POSITIVE_INFINITY };
const LOOKUP_LIFETIME = 60_000;
const CAPABILITIES = [['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER']] as const;
