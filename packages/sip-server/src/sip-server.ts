import {
  createResponse,
  type Flow,
  isWebSocket,
  type ServerTransaction,
  type SipRequest,
  type Timer,
  TransactionLayer,
  type TransactionUser,
  type TransportTrace,
  token,
} from '@ringback/sip';
import type { Core, Wiring, Work } from './core.ts';
import { CountingClock } from './counting-clock.ts';
import { DigestGate } from './digest-gate/index.ts';
import { FlowTable } from './edge/flow-table.ts';
import { FlowTokens } from './edge/flow-token.ts';
import { Listeners } from './edge/listeners.ts';
import { Embedded } from './embedded.ts';
import { FrontDoor, type QuickRefusal } from './front-door.ts';
import { defaultLimits, type SipServerLimits } from './limits.ts';
import { takeOwnRoutes } from './proxy/own-routes.ts';
import { StatefulProxy } from './proxy/proxy.ts';
import { type Refusal, validateRequest } from './proxy/request-validation.ts';
import type {
  CommonOptions,
  EmbeddedWiring,
  SipServerEvents,
  SipServerOptions,
  UpstreamWiring,
} from './sip-server-options.ts';
import { Tracer } from './trace.ts';
import { UpstreamEdge } from './upstream-edge.ts';

/** What is still held; all zero when nothing is going on and nobody is registered. */
export interface SipServerCounts {
  readonly transactions: number;
  readonly contexts: number;
  readonly bindings: number;
  readonly timers: number;
}

/**
 * A SIP server over flows: registrar and proxy of a domain, or the edge of another server. The adapter reports flows with
 * `opened`, `received` and `closed`; everything else happens by itself.
 */
export class SipServer {
  readonly #options: SipServerOptions;
  readonly #limits: SipServerLimits;
  readonly #clock: CountingClock;
  readonly #door: FrontDoor;
  readonly #core: Core;
  readonly #proxy: StatefulProxy;
  readonly #wiring: Wiring;
  readonly #tracer: Tracer;
  #draining = false;
  #drained: (() => void) | undefined;

  constructor(options: SipServerOptions) {
    if (options.secret.length < 32) throw new TypeError('the secret has less than 32 octets');
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#clock = new CountingClock(options.clock);
    const { random, log, domains, secret } = options;
    const clock = this.#clock;
    const listeners = new Listeners(options.listeners, domains);
    const flows = new FlowTable({ clock, random });
    this.#door = new FrontDoor(
      {
        port: options.transportPort,
        clock,
        log,
        sentBy: (flow) => listeners.sentBy(flow),
        trace: (trace) => this.#trace(trace),
      },
      (request, flow) => this.#quickRefusal(request, flow),
    );
    const layer = new TransactionLayer({
      clock,
      random,
      log,
      transport: this.#door,
      user: this.#user(),
      ...(options.timers === undefined ? undefined : { timers: options.timers }),
    });
    const tokens = new FlowTokens(secret);
    this.#core = { clock, random, log, layer, domains, listeners, flows, tokens, limits: this.#limits };
    this.#proxy = new StatefulProxy(this.#core, () => this.#whenDrained());
    this.#wiring = options.upstream === undefined ? this.#embedded(options) : this.#edge(options);
    this.#tracer = new Tracer({
      clock,
      flows,
      isUpstream: (flow) => this.#wiring.isUpstream(flow),
      tell: (event) => options.trace?.(event),
    });
  }

  opened(flow: Flow): void {
    this.#door.opened(flow);
  }

  received(flow: Flow, bytes: Uint8Array): void {
    this.#door.received(flow, bytes);
  }

  closed(flow: Flow, cause: string): void {
    this.#door.closed(flow, cause);
  }

  /**
   * Refuses new INVITEs and REGISTERs with 503, and resolves when every request being served has its answer, at the latest
   * after `limits.drain.wait`. Calls that stand go on.
   */
  drain(): Promise<void> {
    this.#draining = true;
    if (this.#proxy.pending === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer: Timer = this.#clock.at(this.#clock.now() + this.#limits.drain.wait, () => this.#drained?.());
      this.#drained = () => {
        timer.cancel();
        this.#drained = undefined;
        resolve();
      };
    });
  }

  /** Drops everything and writes what the location service has not yet written. */
  close(): void {
    this.#drained?.();
    this.#core.layer.close();
    this.#door.close();
    this.#core.flows.close();
    this.#wiring.close();
  }

  get counts(): SipServerCounts {
    const { client, server } = this.#core.layer.counts;
    const location = this.#options.upstream === undefined ? this.#options.location.counts : { bindings: 0, timers: 0 };
    return {
      transactions: client + server,
      contexts: this.#proxy.contexts,
      bindings: location.bindings,
      timers: this.#clock.pending + location.timers,
    };
  }

  #user(): TransactionUser {
    return {
      request: (transaction) => this.#request(transaction),
      cancel: (transaction, invite) => {
        const toTag = this.#proxy.cancel(transaction, invite);
        if (toTag !== undefined) transaction.respond(createResponse(transaction.request, 200, { toTag }));
        else transaction.respond(createResponse(transaction.request, 481, { toTag: token(this.#core.random, 8) }));
      },
      ack: (ack, flow) => this.#acknowledge(ack, flow),
      strayResponse: (response, flow) => {
        // RFC 6026 §7.3: not even a 2xx.
        this.#options.log('debug', 'stray-response', { flow: flow.id, status: response.status });
      },
      flowClosed: (flow) => this.#flowClosed(flow),
    };
  }

  #request(transaction: ServerTransaction): void {
    const { request: received, flow } = transaction;
    const { listeners, tokens } = this.#core;
    const context = this.#proxy.accept(transaction);
    const refusal = this.#refusal(received) ?? validateRequest(received, listeners);
    if (refusal !== undefined) {
      context.reply(refusal.status, refusal.headers, refusal.reason);
      return;
    }
    const routes = takeOwnRoutes(received, tokens, listeners);
    const work: Work = { transaction, context, flow, received, request: routes.request, routes };
    void this.#handle(work);
  }

  async #handle(work: Work): Promise<void> {
    try {
      await this.#wiring.handle(work);
    } catch (error) {
      this.#options.log('error', 'request-failed', { callId: work.received.callId, error });
      if (work.context.open) work.context.reply(500);
    }
  }

  /** Overload and drain: nothing new, but calls that stand go on. */
  #refusal({ method, toTag }: SipRequest): Refusal | undefined {
    const { pending, drain } = this.#limits;
    const retry = { status: 503, headers: [['Retry-After', String(drain.retryAfter)]] as const };
    if (toTag === undefined && this.#proxy.pending > pending) return retry;
    if (!this.#draining) return undefined;
    return method === 'REGISTER' || (method === 'INVITE' && toTag === undefined) ? retry : undefined;
  }

  #acknowledge(ack: SipRequest, flow: Flow): void {
    const { listeners, tokens, log } = this.#core;
    if (validateRequest(ack, listeners) !== undefined) return;
    const routes = takeOwnRoutes(ack, tokens, listeners);
    if (routes.forged) return;
    this.#wiring.acknowledge(ack, routes, flow).catch((error: unknown) => {
      log('error', 'ack-failed', { callId: ack.callId, error });
    });
  }

  #quickRefusal(request: SipRequest, flow: Flow): QuickRefusal | undefined {
    const { method } = request;
    if (method === 'ACK' || method === 'CANCEL' || this.#draining) return undefined;
    const { listeners, tokens } = this.#core;
    if (validateRequest(request, listeners) !== undefined) return undefined;
    return this.#wiring.quickRefusal(takeOwnRoutes(request, tokens, listeners), flow);
  }

  #flowClosed(flow: Flow): void {
    this.#core.flows.closed(flow);
    this.#wiring.flowClosed(flow);
    // Only a WebSocket client has nowhere else to be answered (§18.2.2).
    if (isWebSocket(flow.transport)) this.#proxy.callerLost(flow);
  }

  #whenDrained(): void {
    if (this.#draining && this.#proxy.pending === 0) this.#drained?.();
  }

  #trace(trace: TransportTrace): void {
    if (this.#options.trace !== undefined) this.#tracer.seen(trace);
  }

  #embedded(options: CommonOptions & EmbeddedWiring): Wiring {
    const { realm, credentials, directory, location, resolver, secret } = options;
    const core = this.#core;
    const gate = new DigestGate({
      ...core,
      realm,
      secret,
      credentials,
      limits: this.#limits,
      ...(options.hashes === undefined ? undefined : { hashes: options.hashes }),
      failed: (event) => this.#tell('failedLogin', () => options.events?.failedLogin?.(event)),
    });
    return new Embedded({
      core,
      proxy: this.#proxy,
      gate,
      realm,
      directory,
      location,
      resolver,
      trusted: options.trusted ?? (() => false),
      registered: (...event) => this.#registered(event),
    });
  }

  #edge({ upstream, resolver }: CommonOptions & UpstreamWiring): Wiring {
    const core = this.#core;
    return new UpstreamEdge({
      core,
      proxy: this.#proxy,
      uri: upstream.uri,
      resolver,
      registered: (...event) => this.#registered(event),
    });
  }

  #registered(event: Parameters<SipServerEvents['registered']>): void {
    this.#tell('registered', () => this.#options.events?.registered?.(...event));
  }

  /** Nothing a listener throws reaches the machine that told it. */
  #tell(what: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#options.log('error', 'listener-threw', { what, error });
    }
  }
}
