import { createResponse } from '../message/create.ts';
import type { ParseLimits } from '../message/limits.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import { type ParseFailure, parseMessage } from '../message/parse.ts';
import { printMessage } from '../message/print.ts';
import type { SipStreamFramer } from '../message/stream-framer.ts';
import { printVia } from '../message/via.ts';
import type { Clock } from '../runtime/clock.ts';
import { guarded } from '../runtime/guarded.ts';
import type { Log } from '../runtime/log.ts';
import { type Connection, Connections, type Oversized, signal } from './connections.ts';
import { type Destination, type Flow, isReliable, type Target, type TransportPort } from './flow.ts';
import { type KeepAliveOptions, PING, PONG } from './keep-alive.ts';
import { responseRoute } from './response-route.ts';
import type { Sending } from './sending.ts';
import { statelessTag } from './stateless-tag.ts';
import { StreamRefusals } from './stream-refusals.ts';
import type { TransportUser } from './transport-user.ts';
import { isSentBy, type SentBy, stamp } from './via-stamp.ts';

/** Bounds of what the transport layer takes, sends and waits for. */
export interface TransportLimits {
  readonly parse?: Partial<ParseLimits>;
  /** Octets; a larger request to a UDP destination goes by TCP (§18.1.1). Default 1300. */
  readonly udpRequest?: number;
  /** Milliseconds a connection may take to open. Default 5 s. */
  readonly connectTimeout?: number | undefined;
  /** Milliseconds for which large requests stay on UDP where TCP could not be had. Default 5 min. */
  readonly tcpRetry?: number;
}

/** One message, or what should have been one, on its way in or out. */
export interface TransportTrace {
  readonly direction: 'in' | 'out';
  readonly flow: Flow;
  readonly bytes: Uint8Array;
  readonly message: SipMessage | undefined;
}

/** What the transport layer stands on. */
export interface TransportOptions {
  readonly port: TransportPort;
  readonly clock: Clock;
  readonly log: Log;
  /** What our Via says on this flow. IPv6 with or without brackets. */
  readonly sentBy: (flow: Flow) => SentBy;
  /** The keep-alive of the connections we open; none by default. */
  readonly keepAlive?: KeepAliveOptions;
  readonly limits?: TransportLimits | undefined;
  readonly trace?: ((trace: TransportTrace) => void) | undefined;
}

/** How a request is sent. */
export interface SendOptions {
  readonly branch: string;
  /**
   * The request was too large for UDP, and TCP could not be had: the caller sends this one with `resend`, if it still
   * wants to. Without `moved` the layer does.
   */
  readonly moved?: (sending: Sending) => void;
}

/**
 * The transport layer (§18): messages to octets on flows and back, Via both ways, framing, keep-alive. It knows no
 * transactions. The adapter reports with `opened`, `received` and `closed`; reports about a flow that is not, or no
 * longer, known are ignored, so that a replaced connection cannot disturb its successor.
 */
export class TransportLayer {
  readonly #options: TransportOptions;
  readonly #connections: Connections;
  readonly #refusals: StreamRefusals;
  #user: TransportUser | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
    const { port, clock, keepAlive, limits } = options;
    this.#refusals = new StreamRefusals(clock, limits?.tcpRetry ?? 300_000);
    this.#connections = new Connections({
      port,
      clock,
      keepAlive,
      parse: limits?.parse,
      connectTimeout: limits?.connectTimeout ?? 5000,
      lost: (connection, cause) => this.#lost(connection, cause),
    });
  }

  /** The one listener; the transaction layer attaches itself. */
  attach(user: TransportUser): void {
    this.#user = user;
  }

  /** Connections the layer keeps, opening ones included. */
  get connections(): number {
    return this.#connections.size;
  }

  // From the adapter.

  opened(flow: Flow): void {
    if (!flow.reliable || flow.state !== 'open') return;
    this.#connections.opened(flow);
    this.#tell('flow-opened', () => this.#user?.flowOpened?.(flow));
  }

  /** A datagram, a WebSocket message, or the next octets of a stream. */
  received(flow: Flow, bytes: Uint8Array): void {
    if (!flow.reliable) {
      if (!isNoMessage(bytes)) this.#parse(flow, bytes);
      return;
    }
    const connection = this.#connections.get(flow);
    if (connection === undefined) return;
    if (connection.framer === undefined) this.#frame(connection, bytes);
    else this.#stream(connection, connection.framer, bytes);
  }

  closed(flow: Flow, cause: string): void {
    this.#connections.closed(flow, cause);
  }

  // From above.

  /** The flow to a destination, opened if there is none; `undefined` when there is no such transport. */
  connect(destination: Destination): Flow | undefined {
    if (isNowhere(destination.host)) {
      this.#options.log('info', 'destination-invalid', { host: destination.host });
      return undefined;
    }
    if (!isReliable(destination.transport)) return this.#options.port.connect(destination);
    return this.#connections.connect(destination)?.flow;
  }

  /** Puts our Via on top and sends. `undefined`: there is no way to send it. */
  sendRequest(request: SipRequest, target: Target, options: SendOptions): Sending | undefined {
    if ('flow' in target) return this.#send(request, target.flow, options.branch);
    const { destination } = target;
    const flow = this.connect(destination);
    if (flow === undefined) return undefined;
    const sending = this.#withVia(request, flow, options.branch);
    if (flow.reliable || sending.bytes.length <= (this.#options.limits?.udpRequest ?? 1300)) return this.#put(sending);
    return this.#sendOversized(request, destination, options) ?? this.#put(sending);
  }

  /** Again, octet for octet. */
  resend(sending: Sending): boolean {
    return this.#put(sending) !== undefined;
  }

  /** Sends as is: a request that has its Via (ACK to a non-2xx, CANCEL). */
  transmit(request: SipRequest, flow: Flow): Sending | undefined {
    return this.#put({ request, flow, bytes: printMessage(request) });
  }

  /** Sends a response to where its top Via says (§18.2.2); `flow` is the one its request came on. */
  sendResponse(response: SipResponse, flow: Flow): boolean {
    const route = responseRoute(response.via, flow);
    const { port, log } = this.#options;
    let over: Flow | undefined = flow;
    if (route === undefined) over = undefined;
    else if (route !== 'same flow') over = flow.reliable ? this.connect(route) : port.connect(route, flow);
    if (over === undefined) {
      log('info', 'response-unroutable', { flow: flow.id, status: response.status, callId: response.callId });
      return false;
    }
    return this.#write(over, printMessage(response), response);
  }

  /** Sets the rhythm of the keep-alive on a connection (RFC 5626 §4.4). */
  keepAlive(flow: Flow, options: KeepAliveOptions): void {
    const connection = this.#connections.get(flow);
    if (connection !== undefined) this.#connections.keepAlive(connection, options);
  }

  /** A ping now, where a keep-alive runs: after sleep, or when in doubt. */
  probe(flow: Flow): void {
    this.#connections.get(flow)?.keepAlive?.ping();
  }

  /** Gives a flow up; nothing more is heard of it, `flowClosed` neither. */
  drop(flow: Flow, code?: number): void {
    this.#connections.drop(flow, code);
  }

  /** Drops every flow. */
  close(): void {
    this.#connections.dropAll();
  }

  #send(request: SipRequest, flow: Flow, branch: string): Sending | undefined {
    return flow.state === 'closed' ? undefined : this.#put(this.#withVia(request, flow, branch));
  }

  /** By TCP, whose Via it then has; until that is open, we may have to come back to UDP (§18.1.1). */
  #sendOversized(request: SipRequest, destination: Destination, options: SendOptions): Sending | undefined {
    if (this.#refusals.has(destination)) return undefined;
    const connection = this.#connections.connect({ ...destination, transport: 'TCP' });
    if (connection === undefined) return undefined;
    const { flow } = connection;
    if (flow.state === 'connecting') {
      const { branch, moved } = options;
      connection.oversized.push({ request, destination, branch, moved });
    }
    return this.#send(request, flow, options.branch);
  }

  #withVia(request: SipRequest, flow: Flow, branch: string): Sending {
    const { host, port } = this.#sentBy(flow);
    const sentBy = port === undefined ? host : `${host}:${port}`;
    // RFC 3581 asks for the source port where there is no connection to answer on.
    const rport = flow.reliable ? '' : ';rport';
    const via = `SIP/2.0/${flow.transport} ${sentBy}${rport};branch=${branch}`;
    const sent = request.with({ headers: request.headers.prepend('Via', via) });
    return { request: sent, flow, bytes: printMessage(sent) };
  }

  #put(sending: Sending): Sending | undefined {
    return this.#write(sending.flow, sending.bytes, sending.request) ? sending : undefined;
  }

  #write(flow: Flow, bytes: Uint8Array, message: SipMessage): boolean {
    if (flow.state === 'closed') return false;
    this.#trace('out', flow, bytes, message);
    try {
      flow.send(bytes);
      return true;
    } catch (error) {
      this.#options.log('warn', 'send-failed', { flow: flow.id, error });
      return false;
    }
  }

  #stream(connection: Connection, framer: SipStreamFramer, bytes: Uint8Array): void {
    for (const event of framer.push(bytes)) {
      // The user may have dropped the flow over the message before this one.
      if (this.#connections.get(connection.flow) !== connection) return;
      switch (event.type) {
        case 'message':
          this.#parse(connection.flow, event.bytes);
          break;
        case 'ping':
          signal(connection, PONG);
          break;
        case 'pong':
          connection.keepAlive?.pong();
          break;
        case 'error':
          if (event.head !== undefined) this.#parse(connection.flow, event.head);
          this.#connections.fail(connection, `stream ${event.code}`);
          break;
      }
    }
  }

  /** One WebSocket message: a SIP message (RFC 7118 §5) or a keep-alive. */
  #frame(connection: Connection, bytes: Uint8Array): void {
    if (!isEmptyLines(bytes)) this.#parse(connection.flow, bytes);
    else if (bytes.length >= PING.length) signal(connection, PONG);
    else connection.keepAlive?.pong();
  }

  #parse(flow: Flow, bytes: Uint8Array): void {
    const parsed = parseMessage(bytes, this.#options.limits?.parse);
    const message = parsed.ok ? parsed.value : parsed.error.message;
    this.#trace('in', flow, bytes, message);
    if (!parsed.ok) this.#tell('refuse', () => this.#refuse(flow, parsed.error));
    else if (parsed.value.kind === 'request') this.#request(parsed.value, flow);
    else this.#response(parsed.value, flow);
  }

  #request(request: SipRequest, flow: Flow): void {
    const stamped = stamp(request, flow);
    this.#tell('request', () => this.#user?.request(stamped, flow));
  }

  #response(response: SipResponse, flow: Flow): void {
    if (isSentBy(response.via, this.#sentBy(flow), flow.transport))
      this.#tell('response', () => this.#user?.response(response, flow));
    else this.#options.log('info', 'response-not-ours', { flow: flow.id, via: printVia(response.via) });
  }

  /** A malformed request is answered when it can be; for a response or an ACK the parser gives no status (§8.1.3, §17). */
  #refuse(flow: Flow, failure: ParseFailure): void {
    const { code, position, detail, status, message } = failure;
    this.#options.log('info', 'malformed-message', { flow: flow.id, code, position, detail });
    if (status !== undefined && message?.kind === 'request') {
      const request = stamp(message, flow);
      this.sendResponse(createResponse(request, status, { toTag: statelessTag(request) }), flow);
    }
    this.#tell('malformed', () => this.#user?.malformed?.(failure, flow));
  }

  #lost({ flow, oversized }: Connection, cause: string): void {
    this.#options.log('info', 'flow-closed', { flow: flow.id, cause });
    for (const each of oversized) this.#backToUdp(each);
    this.#tell('flow-closed', () => this.#user?.flowClosed(flow, cause));
  }

  #backToUdp({ request, destination, branch, moved }: Oversized): void {
    this.#refusals.note(destination);
    const flow = this.#options.port.connect(destination);
    if (flow === undefined) return;
    const sending = this.#withVia(request, flow, branch);
    if (moved === undefined) this.#put(sending);
    else this.#tell('moved', () => moved(sending));
  }

  #sentBy(flow: Flow): SentBy {
    const { host, port } = this.#options.sentBy(flow);
    const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
    return port === undefined ? { host: bracketed } : { host: bracketed, port };
  }

  #trace(direction: 'in' | 'out', flow: Flow, bytes: Uint8Array, message: SipMessage | undefined): void {
    const { trace } = this.#options;
    if (trace !== undefined) this.#tell('trace', () => trace({ direction, flow, bytes, message }));
  }

  /** Nothing a listener throws reaches the adapter, or keeps the next message from being read. */
  #tell(what: string, run: () => void): void {
    guarded(this.#options.log, 'transport-listener-threw', run, what);
  }
}

/** What a UDP port hears besides SIP: empty lines and zeros that keep a NAT open, and STUN, which begins with 0 or 1. */
function isNoMessage(bytes: Uint8Array): boolean {
  const first = bytes[0];
  return first === undefined || first <= 1 || isEmptyLines(bytes);
}

function isEmptyLines(bytes: Uint8Array): boolean {
  return bytes.length <= 4 && bytes.every((byte) => byte === 0x0d || byte === 0x0a);
}

/** RFC 2606 keeps `.invalid` for names that must never be found (RFC 7118 §5.2). */
function isNowhere(host: string): boolean {
  return host.toLowerCase().endsWith('.invalid');
}
