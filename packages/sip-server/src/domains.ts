import {
  type Address,
  escapeUser,
  isSipUri,
  type SipUri,
  type TransportName,
  type Uri,
  unescapeUser,
} from '@ringback/sip';

/** The SIP domain this server is responsible for. */
export interface Domains {
  /** What addresses of record are written with: `ringback.local`. */
  readonly primary: string;
  /** The domain itself, its aliases and every own address; `port` is absent where the URI has none. */
  isLocal(host: string, port?: number): boolean;
}

/** Which addresses of record there are. */
export interface AccountDirectory {
  exists(aor: string): boolean | Promise<boolean>;
  /** The AOR behind an extension or another short name (`1001`), if it is one. */
  alias(user: string): string | undefined | Promise<string | undefined>;
}

/** A socket or HTTP server of ours, as others shall see it. */
export interface Listener {
  readonly transport: TransportName;
  /** Advertised in Via, Path and Record-Route. IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Numeric addresses of a name (RFC 3263). Rejects when there are none. */
export interface Resolver {
  resolve(host: string, port: number | undefined, transport: TransportName): Promise<readonly Address[]>;
}

/** A host as the `Address` of a flow writes it: IPv6 without brackets, lower case. */
export function bareHost(host: string): string {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return bare.toLowerCase();
}

/** The reverse of `bareHost`: as a URI or a Via writes it. */
export function uriHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/**
 * The canonical address of record of a URI in our domain (§10.3 step 5): no parameters, escapes only where needed,
 * the domain's own name for every alias of it. `undefined` for a foreign domain, another scheme, or no user part.
 */
export function canonicalAor(uri: Uri, domains: Domains): string | undefined {
  if (!isLocalUri(uri, domains) || uri.user === undefined || uri.user === '') return undefined;
  return `sip:${escapeUser(unescapeUser(uri.user))}@${domains.primary}`;
}

export function isLocalUri(uri: Uri, domains: Domains): uri is SipUri {
  return isSipUri(uri) && domains.isLocal(bareHost(uri.host), uri.port);
}
