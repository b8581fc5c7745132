import { isSipUri, parseUri, type SipUri } from '../message/index.ts';
import type { Random } from '../runtime/index.ts';
import { type Destination, defaultPort, type TransportName } from './flow.ts';

/** DNS as `locate` asks it. What does not exist is an empty list; a promise that rejects ends the search. */
export interface Resolver {
  naptr(name: string): Promise<readonly NaptrRecord[]>;
  srv(name: string): Promise<readonly SrvRecord[]>;
  /** A and AAAA: numeric addresses, the one to try first in front. */
  addresses(name: string): Promise<readonly string[]>;
}

/** RFC 3403 §4.1, as far as RFC 3263 uses it. */
export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly replacement: string;
}

/** RFC 2782. */
export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly name: string;
}

/**
 * The servers behind a SIP URI in the order in which they are tried (RFC 3263 §4), with what `transports` has, of which the first is preferred where DNS
 * leaves the choice to us. Empty where there is none. Throws a `TypeError` for what is no SIP URI or names an unknown transport.
 *
 * @example await locate('sip:example.com', resolver, random) // [{ transport: 'TCP', host: '192.0.2.10', port: 5060 }, …]
 */
export async function locate(
  text: string,
  resolver: Resolver,
  random: Random,
  transports: readonly TransportName[] = ['UDP', 'TCP', 'TLS'],
): Promise<readonly Destination[]> {
  const { target, port, secure, named } = read(text);
  const numeric = /^[\d.]+$/.test(target) || target.includes(':');
  const transport = named ?? (secure ? 'TLS' : 'UDP');
  const at = (hosts: readonly string[], by: TransportName, on = defaultPort(by)): Destination[] =>
    hosts.map((host) => ({ transport: by, host, port: on }));
  const service = async (name: string, by: TransportName): Promise<Destination[] | undefined> => {
    const records = await resolver.srv(name);
    const found: Destination[] = [];
    // A lone dot says that there is no such service here (RFC 2782).
    for (const { name: host, port: on } of inTurn(records, random))
      if (host !== '' && host !== '.') found.push(...at(await resolver.addresses(host), by, on));
    return records.length > 0 ? found : undefined;
  };
  if (numeric) return at([target], transport, port);
  if (port !== undefined) return at(await resolver.addresses(target), transport, port);
  if (named) {
    const label = services.find(({ by }) => by === named)?.label;
    return (label && (await service(`${label}.${target}`, named))) ?? at(await resolver.addresses(target), named);
  }
  const usable = services.filter(({ by }) => transports.includes(by) && (!secure || by === 'TLS'));
  const offered = (await resolver.naptr(target)).flatMap((record) => {
    const offer = usable.find(({ field }) => field === record.service.toUpperCase());
    return offer && record.flags.toLowerCase() === 's' ? [{ ...record, by: offer.by }] : [];
  });
  offered.sort((a, b) => a.order - b.order || a.preference - b.preference);
  for (const { replacement, by } of offered) {
    const found = await service(replacement, by);
    if (found?.length) return found;
  }
  const liked = [...usable].sort((a, b) => transports.indexOf(a.by) - transports.indexOf(b.by));
  for (const { label, by } of liked) {
    const found = await service(`${label}.${target}`, by);
    if (found?.length) return found;
  }
  return at(await resolver.addresses(target), transport);
}

/** By priority; of one priority each comes first as often as its weight says, those of weight 0 seldom (RFC 2782). */
function inTurn(records: readonly SrvRecord[], random: Random): SrvRecord[] {
  const left = [...records].sort((a, b) => a.priority - b.priority || a.weight - b.weight);
  const ordered: SrvRecord[] = [];
  while (left[0]) {
    const { priority } = left[0];
    const peers = left.filter((each) => each.priority === priority);
    let dice = random.number() * (peers.reduce((sum, { weight }) => sum + weight, 0) + 1);
    const chosen = peers.find(({ weight }) => {
      dice -= weight;
      return dice < 1;
    });
    ordered.push(...left.splice(left.indexOf(chosen ?? left[0]), 1));
  }
  return ordered;
}

function read(text: string): { target: string; port?: number; secure: boolean; named?: TransportName } {
  const parsed = parseUri(text);
  if (!parsed.ok || !isSipUri(parsed.value)) throw new TypeError(`not a SIP URI: ${text}`);
  const { scheme, host, port, params }: SipUri = parsed.value;
  const secure = scheme === 'sips';
  const word = params.get('transport')?.toUpperCase();
  const known = names.find((each) => each === word);
  if (word !== undefined && !known) throw new TypeError(`unknown transport: ${text}`);
  const named = secure && known ? overTls[known] : known;
  // TARGET (§4): maddr comes before the host.
  const target = (params.get('maddr') ?? host).replace(/^\[|\]$/g, '');
  return { target, secure, ...(port !== undefined && { port }), ...(named && { named }) };
}

const names: readonly TransportName[] = ['UDP', 'TCP', 'TLS', 'WS', 'WSS'];

/** What a SIPS URI means by a transport (RFC 5630 §3.1.1): there is no TLS over UDP. */
const overTls = { UDP: 'TLS', TCP: 'TLS', TLS: 'TLS', WS: 'WSS', WSS: 'WSS' } as const;

/** RFC 3263 §4.1, RFC 7118 has none. */
const services = [
  { by: 'UDP', label: '_sip._udp', field: 'SIP+D2U' },
  { by: 'TCP', label: '_sip._tcp', field: 'SIP+D2T' },
  { by: 'TLS', label: '_sips._tcp', field: 'SIPS+D2T' },
] as const;
