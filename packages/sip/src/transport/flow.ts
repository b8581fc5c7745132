/** The transports by the names that stand in a Via (§20.42, RFC 7118 §5.1). */
export type TransportName = 'UDP' | 'TCP' | 'TLS' | 'WS' | 'WSS';

/** A numeric address; IPv6 without brackets. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a request shall go: a resolved numeric address. In a browser the URL behind it is the adapter's business. */
export interface Destination {
  readonly transport: TransportName;
  readonly host: string;
  readonly port: number;
}

/**
 * What SIP calls a flow (RFC 5626 §3): a connection, or for UDP a pair of local socket and remote address. The adapter
 * implements it and decides nothing: it carries octets and tells the layer what happened.
 */
export interface Flow {
  /** Never given to another connection in the life of the process; for UDP the same for the same pair of addresses. */
  readonly id: string;
  readonly transport: TransportName;
  /** Everything but UDP. */
  readonly reliable: boolean;
  readonly local: Address;
  readonly remote: Address;
  /** UDP: always `open`. */
  readonly state: 'connecting' | 'open' | 'closed';
  /** One datagram, one WebSocket message, or stream octets; kept in order until the flow opens; dropped when closed. */
  send(bytes: Uint8Array): void;
  /** Closed at once; nothing more is told of this flow. `code` is for WebSockets (RFC 6455 §7.4). */
  close(code?: number): void;
}

/** The adapter's side of the transport layer. */
export interface TransportPort {
  /**
   * A new connection (`connecting` until the adapter calls `opened` or `closed`, never inside this call), or the UDP
   * flow to that address; `undefined` when there is no such transport. `from` names a UDP flow whose local socket is to
   * be used (RFC 3581 §4: a response leaves from where its request came).
   */
  connect(destination: Destination, from?: Flow): Flow | undefined;
}

/** A request goes over a given flow, exactly there, or to an address, over a flow the layer finds or opens. */
export type Target = { readonly flow: Flow } | { readonly destination: Destination };

/** Whether the transport delivers by itself, so that nothing is sent again (§17.1.1.2). */
export function isReliable(transport: TransportName): boolean {
  return transport !== 'UDP';
}

/** TCP and TLS carry a stream that must be framed; the others carry one message at a time. */
export function isStream(transport: TransportName): boolean {
  return transport === 'TCP' || transport === 'TLS';
}

/** Whether it is a WebSocket, plain or secured (RFC 7118). */
export function isWebSocket(transport: TransportName): boolean {
  return transport === 'WS' || transport === 'WSS';
}

/** The port where a URI or sent-by names none (§19.1.2, RFC 7118 §5.3). */
export function defaultPort(transport: TransportName): number {
  switch (transport) {
    case 'UDP':
    case 'TCP':
      return 5060;
    case 'TLS':
      return 5061;
    case 'WS':
      return 80;
    case 'WSS':
      return 443;
  }
}
