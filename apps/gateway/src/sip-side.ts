import { type Clock, cryptoRandom, type Flow, type Log } from '@ringback/sip';
import { isWildcard, matcher, SocketPort, WebSocketFlow } from '@ringback/sip-node';
import { type Listener, type RegisteredBinding, SipServer } from '@ringback/sip-server';
import { DnsResolver } from './adapters/resolver.ts';
import { hashesFor } from './hashes.ts';
import { machineNames, outerAddresses } from './lan.ts';
import type { GatewayOptions } from './options.ts';
import { edgeDomains, type OwnNames, registrarDomains } from './own-names.ts';
import type { Plan } from './plan.ts';
import { type Registrar, registrarAccounts } from './registrar-accounts.ts';
import type { SipPorts } from './sip-ports.ts';
import type { Store } from './store/store.ts';
import type { TraceStore } from './trace/trace-store.ts';

/** Calls being set up get this long when the gateway is told to stop. */
const DRAIN_MS = 700;

export interface SipParts {
  readonly options: GatewayOptions;
  readonly plan: Plan;
  readonly clock: Clock;
  readonly log: Log;
  readonly ports: SipPorts;
  readonly webPort: number;
  readonly store: Store;
  readonly trace: TraceStore;
  readonly registrar: Registrar | undefined;
  /** Somebody has registered over this flow. */
  readonly registered: (flow: Flow) => void;
}

/** Addresses of `--trust` prove nothing else. A page in a browser always does, wherever the browser runs. */
export function trustOf(options: GatewayOptions): (flow: Flow) => boolean {
  const trusts = matcher(options.trust);
  return (flow) => !(flow instanceof WebSocketFlow) && trusts(flow.remote.host);
}

/** The SIP server over this machine's sockets: with the embedded registrar, or as the edge of an upstream server. */
export function makeSipServer(parts: SipParts): SipServer {
  const { options, plan, clock, log, ports, store, trace, registrar } = parts;
  const listeners = listenersOf(parts);
  const names: OwnNames = {
    domain: options.domain,
    hosts: ownHosts(plan),
    ports: new Set(listeners.map(({ port }) => port)),
  };
  const common = {
    clock,
    random: cryptoRandom(crypto),
    log,
    transportPort: new SocketPort([ports.udp], ports.tls === undefined ? [ports.tcp] : [ports.tcp, ports.tls]),
    listeners,
    secret: store.settings.secret(),
    resolver: new DnsResolver(),
    trusted: trustOf(options),
    limits: { drain: { retryAfter: 1, wait: DRAIN_MS } },
    events: {
      registered: (aor: string, _bindings: readonly RegisteredBinding[], flow: Flow, held: boolean) => {
        if (!held) return;
        parts.registered(flow);
        noteOwner(aor, flow, store, trace);
      },
    },
    trace: trace.record.bind(trace),
  };
  if (plan.upstream !== undefined) {
    return new SipServer({ ...common, domains: edgeDomains(names), upstream: { uri: plan.upstream.uri } });
  }
  if (registrar === undefined) throw new Error('neither a registrar nor an upstream server');
  return new SipServer({
    ...common,
    domains: registrarDomains(names),
    ...registrarAccounts(registrar.directory),
    realm: registrar.directory.realm,
    location: registrar.location,
    hashes: hashesFor,
  });
}

/** The session whose cookie came with the connection now stands for this address of record. */
function noteOwner(aor: string, flow: Flow, store: Store, trace: TraceStore): void {
  trace.registered(aor, flow);
  const session = flow instanceof WebSocketFlow ? flow.session : undefined;
  if (session !== undefined && !store.sessions.holds(session, aor)) store.sessions.add(session, aor);
}

function listenersOf({ plan, ports, webPort }: SipParts): readonly Listener[] {
  const host = plan.advertisedSip;
  return [
    { transport: 'UDP', host, port: ports.udp.local.port },
    { transport: 'TCP', host, port: ports.tcp.local.port },
    ...(ports.tls === undefined ? [] : [{ transport: 'TLS' as const, host, port: ports.tls.local.port }]),
    { transport: plan.tls === undefined ? 'WS' : 'WSS', host: plan.advertisedWeb, port: webPort },
  ];
}

function ownHosts(plan: Plan): ReadonlySet<string> {
  const hosts = [plan.sipHost, plan.httpHost, plan.advertisedSip, plan.advertisedWeb];
  return new Set([...hosts, ...outerAddresses(), ...machineNames()].filter((host) => !isWildcard(host)).map(lower));
}

function lower(text: string): string {
  return text.toLowerCase();
}
