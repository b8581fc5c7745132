/** The SIP server behind the gateway, as `--upstream` names it. */
export interface UpstreamAddress {
  /** Host name or address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** UDP unless the URI says otherwise; requests that are too long go over TCP (RFC 3261 §18.1.1, RFC 3263 §4.1). */
  readonly transport: 'UDP' | 'TCP';
}

const UPSTREAM =
  /^sip:(?<host>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(?<port>\d{1,5}))?(?:;transport=(?<transport>udp|tcp))?$/i;

/** `sip:host[:port][;transport=udp|tcp]` */
export function parseUpstream(text: string): UpstreamAddress | undefined {
  const groups = UPSTREAM.exec(text.trim())?.groups;
  const host = groups?.['host']?.replace(/^\[|\]$/g, '').toLowerCase();
  if (groups === undefined || host === undefined) return undefined;
  const transport = groups['transport']?.toLowerCase() === 'tcp' ? 'TCP' : 'UDP';
  const port = Number(groups['port'] ?? 5060);
  return port >= 1 && port <= 65535 ? { host, port, transport } : undefined;
}
