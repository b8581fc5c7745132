import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { isWildcard } from '@ringback/sip-node';
import { lanAddress, localAddressToward, machineNames, outerAddresses } from './lan.ts';
import type { UpstreamAddress } from './option-values.ts';
import type { GatewayOptions } from './options.ts';
import { errorText, Problem } from './problem.ts';
import { localCertificate } from './tls/authority.ts';

/** Where to listen and what to say about it: what the options mean on this machine today. */
export interface Plan {
  readonly httpHost: string;
  readonly sipHost: string;
  /** Stands in Via, Path and Record-Route, and in what is printed for desk phones. */
  readonly advertisedSip: string;
  /** Stands in the printed web addresses. */
  readonly advertisedWeb: string;
  readonly tls?: TlsPlan;
  readonly upstream?: UpstreamPlan;
}

export interface TlsPlan {
  readonly cert: string;
  readonly key: string;
  /** Of our own authority: what devices are asked to trust. */
  readonly authority?: { readonly certificate: string; readonly fingerprint: string };
}

export interface UpstreamPlan {
  readonly uri: string;
  /** Its addresses: nobody else is listened to on the SIP ports. */
  readonly addresses: readonly string[];
}

export async function makePlan(options: GatewayOptions, now: number): Promise<Plan> {
  const host = options.lan ? await requireLanAddress() : options.host;
  const upstream = options.upstream === undefined ? undefined : await resolveUpstream(options.upstream);
  const sipHost = upstream === undefined ? host : await hostToward(upstream);
  const tls = tlsOf(options, host, now);
  return {
    httpHost: host,
    sipHost,
    advertisedSip: options.advertise ?? (isWildcard(sipHost) ? ((await lanAddress()) ?? '127.0.0.1') : sipHost),
    advertisedWeb: options.advertise ?? (isWildcard(host) ? '127.0.0.1' : host),
    ...(tls === undefined ? {} : { tls }),
    ...(upstream === undefined ? {} : { upstream }),
  };
}

async function requireLanAddress(): Promise<string> {
  const address = await lanAddress();
  if (address !== undefined) return address;
  throw new Problem('--lan: this machine has no address in a local network');
}

async function resolveUpstream({ host, port, transport }: UpstreamAddress): Promise<UpstreamPlan> {
  const parameter = transport === 'UDP' ? '' : `;transport=${transport.toLowerCase()}`;
  const uri = `sip:${host.includes(':') ? `[${host}]` : host}:${port}${parameter}`;
  try {
    const found = await lookup(host, { all: true, order: 'ipv4first' });
    return { uri, addresses: found.map(({ address }) => address) };
  } catch (error) {
    throw new Problem(`--upstream: ${host} has no address (${errorText(error)})`);
  }
}

/** The SIP ports of an edge stand where the route to the upstream server leaves this machine. */
async function hostToward({ addresses, uri }: UpstreamPlan): Promise<string> {
  for (const address of addresses) {
    const local = await localAddressToward(address);
    if (local !== undefined) return local;
  }
  throw new Problem(`--upstream: there is no route to ${uri}`);
}

function tlsOf(options: GatewayOptions, host: string, now: number): TlsPlan | undefined {
  if (options.tls !== undefined) return readTls(options.tls);
  if (!options.lan) return undefined;
  const needed = [host, ...(options.advertise === undefined ? [] : [options.advertise.toLowerCase()])];
  const others = [...outerAddresses(), ...machineNames(), 'localhost', '127.0.0.1'];
  const made = localCertificate(options.data, { needed, others: others.filter((name) => !needed.includes(name)) }, now);
  return { cert: made.chain, key: made.key, authority: { certificate: made.authority, fingerprint: made.fingerprint } };
}

function readTls({ certificate, key }: { readonly certificate: string; readonly key: string }): TlsPlan {
  const read = (file: string, flag: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new Problem(`${flag}: ${errorText(error)}`);
    }
  };
  const tls = { cert: read(certificate, '--tls-cert'), key: read(key, '--tls-key') };
  try {
    createSecureContext(tls);
  } catch (error) {
    throw new Problem(`--tls-cert and --tls-key do not make a pair: ${errorText(error)}`);
  }
  return tls;
}
