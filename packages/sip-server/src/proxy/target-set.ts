import {
  type Destination,
  defaultPort,
  type Flow,
  isSipUri,
  isWebSocket,
  parseUri,
  type SipUri,
  type Target,
  type Uri,
} from '@ringback/sip';
import type { Core } from '../core.ts';
import { bareHost, type Resolver } from '../domains.ts';
import { peerTag } from '../edge/flow-table.ts';
import type { FlowToken, Way } from '../edge/flow-token.ts';
import type { Side } from '../edge/record-route.ts';
import type { Binding } from '../location-service/index.ts';

/** A binding that can be reached, and by which way. */
export interface Reachable {
  readonly binding: Binding;
  readonly target: Target;
}

/** Bindings by descending q, equal ones together: the groups that are tried one after the other (§16.6). */
export function groupByQ(reachable: readonly Reachable[]): readonly (readonly Reachable[])[] {
  const groups = new Map<number, Reachable[]>();
  for (const each of reachable) {
    const group = groups.get(each.binding.q);
    if (group === undefined) groups.set(each.binding.q, [each]);
    else group.push(each);
  }
  return [...groups.entries()].sort(([one], [other]) => other - one).map(([, group]) => group);
}

/** How a binding is reached; `undefined` when its flow is gone and nothing else leads to it. */
export async function reach(binding: Binding, core: Core, resolver: Resolver): Promise<Target | undefined> {
  const [edge] = binding.path;
  if (edge !== undefined) return reachEdge(edge, resolver);
  const { flowId, transport, tied, contact, source } = binding;
  if (transport !== 'UDP') {
    const flow = flowId === undefined ? undefined : core.flows.byId(flowId);
    if (flow !== undefined) return { flow };
    if (tied) return undefined;
  }
  const uri = parseUri(contact);
  const destination = ownAddress(uri.ok ? uri.value : undefined, { transport, ...source });
  return { destination: binding.regId === undefined || transport !== 'UDP' ? destination : { transport, ...source } };
}

/**
 * A peer at `source` that says in its Contact where it listens: believed as long as it is the same machine, so that a
 * phone with another listening port is found, one behind NAT is found too, and nobody sends us elsewhere (SEC-REG-04).
 */
export function ownAddress(contact: Uri | undefined, source: Destination): Destination {
  if (contact === undefined || !isSipUri(contact) || bareHost(contact.host) !== source.host.toLowerCase())
    return source;
  return { ...source, port: contact.port ?? defaultPort(source.transport) };
}

/** The way to what stands behind a target, for its token. */
export function wayTo(target: Target, core: Core): Way {
  if ('flow' in target) return core.flows.way(target.flow);
  return { kind: 'address', ...target.destination };
}

export function sideOf(target: Target, core: Core, peer: string | undefined): Side {
  const way = wayTo(target, core);
  const token: FlowToken = { way, paired: true, ...(peer === undefined ? undefined : { peer }) };
  const listener =
    'flow' in target
      ? core.listeners.of(target.flow.transport, target.flow.local.port)
      : core.listeners.of(target.destination.transport);
  return { listener, token };
}

/** The tag of whoever a binding belongs to. */
export function tagOf(binding: Binding): string {
  return peerTag(binding.aor, binding.instance ?? binding.contact);
}

/** RFC 5630 §4: a SIPS request goes over TLS on every hop. */
export function isSecure(target: Target): boolean {
  const { transport } = 'flow' in target ? target.flow : target.destination;
  return transport === 'TLS' || transport === 'WSS';
}

/** How the sender of a request is reached later: its connection, or for datagrams its address. */
export function targetOfSender(flow: Flow, contact: Uri | undefined): Target {
  if (flow.reliable || isWebSocket(flow.transport)) return { flow };
  return { destination: ownAddress(contact, { transport: flow.transport, ...flow.remote }) };
}

async function reachEdge(path: string, resolver: Resolver): Promise<Target | undefined> {
  const uri = parseUri(/<([^>]*)>/.exec(path)?.[1] ?? path);
  if (!uri.ok || !isSipUri(uri.value)) return undefined;
  return resolve(uri.value, resolver);
}

/** RFC 3263 as far as it goes here: the transport of the URI, UDP if it names none. */
export async function resolve(uri: SipUri, resolver: Resolver): Promise<Target | undefined> {
  const transport = uri.params.get('transport')?.toLowerCase() === 'tcp' ? 'TCP' : 'UDP';
  try {
    const [address] = await resolver.resolve(bareHost(uri.host), uri.port, transport);
    return address === undefined ? undefined : { destination: { transport, ...address } };
  } catch {
    return undefined;
  }
}
