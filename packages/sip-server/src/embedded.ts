import {
  type Flow,
  isSipUri,
  parseUri,
  printUri,
  requestUri,
  type SipRequest,
  type Target,
  withUriParts,
} from '@ringback/sip';
import type { Core, Wiring, Work } from './core.ts';
import type { DigestGate, StoredCredential } from './digest-gate/index.ts';
import { type AccountDirectory, canonicalAor, isLocalUri, type Resolver } from './domains.ts';
import { peerTag } from './edge/flow-table.ts';
import type { FlowToken } from './edge/flow-token.ts';
import { withoutAssertions, withoutCredentials } from './edge/header-hygiene.ts';
import { isSenderOf, reachToken } from './edge/reach-token.ts';
import type { QuickRefusal } from './front-door.ts';
import type { Binding, LocationService } from './location-service/index.ts';
import type { OwnRoutes } from './proxy/own-routes.ts';
import type { NextHop, StatefulProxy } from './proxy/proxy.ts';
import { groupByQ, isSecure, type Reachable, reach, sideOf, tagOf, targetOfSender } from './proxy/target-set.ts';
import { gruuInstance } from './registrar/gruu.ts';
import { isMalformedRegister, Registrar, type RegistrarOptions } from './registrar/registrar.ts';

export interface EmbeddedOptions {
  readonly core: Core;
  readonly proxy: StatefulProxy;
  readonly gate: DigestGate;
  readonly realm: string;
  readonly directory: AccountDirectory;
  readonly location: LocationService;
  readonly resolver: Resolver;
  readonly trusted: (flow: Flow) => boolean;
  readonly registered: RegistrarOptions['registered'];
}

/**
 * Wiring A: registrar and proxy of one domain. Every request is challenged but those of a call on a route of ours, and
 * those of trusted sources. Nothing leaves for a foreign domain, with or without credentials: there is no trunk.
 */
export class Embedded implements Wiring {
  readonly #options: EmbeddedOptions;
  readonly #registrar: Registrar;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    this.#registrar = new Registrar(options);
  }

  async handle(work: Work): Promise<void> {
    const { context, flow, routes, request, received } = work;
    const { core, trusted } = this.#options;
    if (routes.forged) return context.reply(403);
    const local = isLocalUri(request.uri, core.domains);
    // Only what belongs to a dialog: with the tokens of a call nobody may ring as somebody else.
    const inDialog = request.toTag !== undefined;
    if (routes.receiver !== undefined && (trusted(flow) || (inDialog && isSenderOf(routes.sender, flow, core)))) {
      return this.#inCall(work, routes.receiver);
    }
    if (request.method === 'REGISTER' && local) return this.#registrar.handle(work);
    if (request.method === 'OPTIONS' && local && isSipUri(request.uri) && request.uri.user === undefined) {
      return context.reply(200, CAPABILITIES);
    }
    let credential: StoredCredential | undefined;
    if (!trusted(flow)) {
      const verdict = await this.#options.gate.check(received, flow, 'proxy');
      if (!context.open) return;
      if (!verdict.ok) return context.reply(verdict.status, verdict.headers);
      credential = verdict.credential;
      if (canonicalAor(request.from.uri, core.domains) !== credential.aor) return context.reply(403);
    }
    // A party of the call that has come back on another flow has now said who it is.
    if (routes.receiver !== undefined) return this.#inCall(work, routes.receiver);
    // What a trusted source says of a dialog goes where its Request-URI leads, as at any proxy (§16.5).
    if (request.toTag !== undefined && !trusted(flow)) return context.reply(481);
    if (!local) return context.reply(403, [], 'Foreign Domain');
    await this.#toUser(work, credential);
  }

  async acknowledge(ack: SipRequest, routes: OwnRoutes, flow: Flow): Promise<void> {
    const { proxy, realm, trusted } = this.#options;
    // It repeats the credentials of its INVITE (§22.1).
    const clean = (copy: SipRequest): SipRequest => withoutCredentials(copy, realm);
    if (routes.receiver !== undefined) {
      const target = await this.#reachToken(routes.receiver);
      if (target !== undefined)
        proxy.forwardAck(ack, routes.request, { target }, (copy) => clean(withoutAssertions(copy)));
      return;
    }
    if (!trusted(flow)) return;
    const found = await this.#find(routes.request);
    if (typeof found === 'number') return;
    for (const { binding, target } of found)
      proxy.forwardAck(ack, routes.request, { target, uri: contactOf(binding, ack) }, clean);
  }

  /** The challenge, for whoever brings no answer to one; the rest of `handle` is for those who do. */
  quickRefusal({ request, receiver, forged }: OwnRoutes, flow: Flow): QuickRefusal | undefined {
    const { core, gate, trusted } = this.#options;
    const { uri, method } = request;
    if (forged || trusted(flow) || (receiver !== undefined && request.toTag !== undefined)) return undefined;
    const local = isLocalUri(uri, core.domains);
    if (method === 'OPTIONS' && local && uri.user === undefined) return undefined;
    const asking = method === 'REGISTER' && local ? 'registrar' : 'proxy';
    if (asking === 'registrar' && isMalformedRegister(request)) return { status: 400, headers: [] };
    const proof = asking === 'registrar' ? request.authorization : request.proxyAuthorization;
    return proof.length > 0 ? undefined : gate.challenge(request, flow, asking);
  }

  isUpstream(): boolean {
    return false;
  }

  flowClosed(flow: Flow): void {
    this.#options.location.flowClosed(flow.id);
  }

  close(): void {
    this.#options.location.close();
  }

  /** §16.5: the bindings of the AOR in the Request-URI. */
  async #toUser(work: Work, credential: StoredCredential | undefined): Promise<void> {
    const { context, flow, request } = work;
    const { core, proxy, realm } = this.#options;
    const found = await this.#find(request);
    if (!context.open) return;
    if (typeof found === 'number') return context.reply(found);
    const caller = targetOfSender(flow, request.contacts[0]?.uri);
    const incoming = sideOf(caller, core, core.flows.identity(flow, credential?.aor)?.tag);
    const hop = (reachable: Reachable): NextHop => ({
      target: reachable.target,
      uri: contactOf(reachable.binding, request),
      path: reachable.binding.path,
      sides: { outgoing: sideOf(reachable.target, core, tagOf(reachable.binding)), incoming },
      ...(request.method === 'INVITE' ? { revive: () => this.#revive(reachable.binding, hop) } : undefined),
    });
    const clean = credential === undefined ? (copy: SipRequest) => copy : withoutAssertions;
    // A client's own idea of a Route is not followed (SEC-GW-02), so it is not passed on either.
    const routed = credential === undefined ? work : { ...work, request: withoutRoutes(request) };
    const groups = groupByQ(found).map((group) => group.map(hop));
    proxy.forward(routed, groups, { request: (copy) => clean(withoutCredentials(copy, realm)) });
  }

  /** A request of a call goes where the token of its other side leads, whatever its Request-URI says. */
  async #inCall(work: Work, receiver: FlowToken): Promise<void> {
    const { core, proxy, realm, trusted } = this.#options;
    const { context, flow, request, routes } = work;
    const target = await this.#reachToken(receiver);
    if (!context.open) return;
    // RFC 5626 §5.3 would say 430, which is for edges and must not reach an endpoint.
    if (target === undefined) return context.reply(480);
    const incoming = sideOf(targetOfSender(flow, request.contacts[0]?.uri), core, routes.sender?.peer);
    const hop = (target: Target): NextHop => ({
      target,
      sides: { outgoing: sideOf(target, core, receiver.peer), incoming },
      ...(request.method === 'INVITE' || request.method === 'BYE' ? { revive } : undefined),
    });
    const revive = async (): Promise<NextHop | undefined> => {
      const again = await this.#reachToken(receiver);
      return again === undefined ? undefined : hop(again);
    };
    const clean = trusted(flow) ? (copy: SipRequest) => copy : withoutAssertions;
    proxy.forward(work, [[hop(target)]], { request: (copy) => clean(withoutCredentials(copy, realm)) });
  }

  #reachToken(token: FlowToken): Promise<Target | undefined> {
    const { core, location, resolver } = this.#options;
    return reachToken(token, core, undefined, async (peer) => {
      const owner = core.flows.owner(peer);
      const bindings = owner === undefined ? [] : await location.lookup(owner.aor);
      const binding = bindings.find((each) => tagOf(each) === peer);
      return binding === undefined ? undefined : reach(binding, core, resolver);
    });
  }

  /** Its flow broke while we called: the same user agent, if it comes back in time. */
  async #revive(lost: Binding, hop: (reachable: Reachable) => NextHop): Promise<NextHop | undefined> {
    const { core, location, resolver } = this.#options;
    await core.flows.whenHome(tagOf(lost), core.limits.ghostWait);
    const binding = (await location.lookup(lost.aor)).find((each) => tagOf(each) === tagOf(lost));
    const target = binding === undefined ? undefined : await reach(binding, core, resolver);
    return binding === undefined || target === undefined ? undefined : hop({ binding, target });
  }

  /** The bindings a request is for, or the status that says why there are none (404, 480). */
  async #find(request: SipRequest): Promise<readonly Reachable[] | 404 | 480> {
    const { core, resolver } = this.#options;
    const aor = await this.#account(request);
    if (aor === undefined) return 404;
    const instance = gruuInstance(request.uri);
    const reachable: Reachable[] = [];
    for (const binding of await this.#bindings(aor, instance)) {
      const target = await reach(binding, core, resolver);
      if (target === undefined) continue;
      // RFC 5630 §5.3: SIPS goes to who has said SIPS of himself, and over TLS.
      const allowed = request.uri.scheme !== 'sips' || (/^sips:/i.test(binding.contact) && isSecure(target));
      if (allowed) reachable.push({ binding, target });
    }
    return reachable.length === 0 ? 480 : reachable;
  }

  /** Those that can be called; if there are none but somebody has just left, those that come within a moment. */
  async #bindings(aor: string, instance: string | undefined): Promise<readonly Binding[]> {
    const { core, location } = this.#options;
    const { ghostWait } = core.limits;
    const fits = (binding: Binding): boolean => instance === undefined || binding.instance === instance;
    const bindings = (await location.lookup(aor)).filter(fits);
    if (bindings.length > 0 || ghostWait <= 0 || !(await location.hasGhost(aor))) return bindings;
    if (instance === undefined) return location.wait(aor, ghostWait);
    await core.flows.whenHome(peerTag(aor, instance), ghostWait);
    return (await location.lookup(aor)).filter(fits);
  }

  /** The account behind the Request-URI: its AOR, or what an extension stands for. */
  async #account(request: SipRequest): Promise<string | undefined> {
    const { core, directory } = this.#options;
    const aor = canonicalAor(request.uri, core.domains);
    if (aor === undefined || (await directory.exists(aor))) return aor;
    return isSipUri(request.uri) && request.uri.user !== undefined ? directory.alias(request.uri.user) : undefined;
  }
}

const CAPABILITIES = [
  ['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER'],
  ['Supported', 'path, outbound, gruu'],
] as const;

function withoutRoutes(request: SipRequest): SipRequest {
  return request.with({ headers: request.headers.without('route') });
}

/** The contact as a Request-URI: never SIPS where the caller said SIP (RFC 5630 §5.3). */
function contactOf({ contact }: Binding, { uri: { scheme } }: SipRequest): string {
  const uri = parseUri(contact);
  if (!uri.ok) return contact;
  const target = requestUri(uri.value);
  return printUri(isSipUri(target) && scheme === 'sip' ? withUriParts(target, { scheme }) : target);
}
