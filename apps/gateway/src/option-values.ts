import { isIP } from 'node:net';
import { type Network, parseNetwork } from '@ringback/sip-node';
import { InvalidArgumentError } from 'commander';

/** The SIP server behind the gateway, as `--upstream` names it. */
export interface UpstreamAddress {
  /** Host name or address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** UDP unless the URI says otherwise; requests that are too long go over TCP (RFC 3261 §18.1.1, RFC 3263 §4.1). */
  readonly transport: 'UDP' | 'TCP';
}

export function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 65535)) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return value;
}

export function address(text: string): string {
  if (text === 'localhost') return '127.0.0.1';
  if (isIP(text) === 0) throw new InvalidArgumentError('It must be an IP address of this machine.');
  return text;
}

export function hostName(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(bare)) return bare;
  throw new InvalidArgumentError('It must be a host name or an IP address.');
}

export function upstream(text: string): UpstreamAddress {
  const parsed = parseUpstream(text);
  if (parsed === undefined) throw new InvalidArgumentError('It must look like sip:pbx.example.com:5060.');
  return parsed;
}

export function networks(text: string, before: readonly Network[]): readonly Network[] {
  return [
    ...before,
    ...listOf(text, (item) => parseNetwork(item), 'Each must be an address or a network like 10.1.0.0/16.'),
  ];
}

export function origins(text: string, before: readonly string[]): readonly string[] {
  return [...before, ...listOf(text, originOf, 'Each must be an origin like https://phone.example.com.')];
}

function originOf(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.origin : undefined;
}

function listOf<T>(text: string, parse: (item: string) => T | undefined, complaint: string): readonly T[] {
  return text
    .split(/[\s,]+/)
    .filter((item) => item !== '')
    .map((item) => {
      const value = parse(item);
      if (value === undefined) throw new InvalidArgumentError(complaint);
      return value;
    });
}

const UPSTREAM =
  /^sip:(?<host>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(?<port>\d{1,5}))?(?:;transport=(?<transport>udp|tcp))?$/i;

/** `sip:host[:port][;transport=udp|tcp]` */
function parseUpstream(text: string): UpstreamAddress | undefined {
  const groups = UPSTREAM.exec(text.trim())?.groups;
  const host = groups?.['host']?.replace(/^\[|\]$/g, '').toLowerCase();
  if (groups === undefined || host === undefined) return undefined;
  const transport = groups['transport']?.toLowerCase() === 'tcp' ? 'TCP' : 'UDP';
  const port = Number(groups['port'] ?? 5060);
  return port >= 1 && port <= 65535 ? { host, port, transport } : undefined;
}
