import { createResponse } from '../message/create.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { MAGIC_COOKIE } from '../message/via.ts';
import type { Clock } from '../runtime/clock.ts';
import { LazyMap } from '../runtime/lazy.ts';
import type { Log } from '../runtime/log.ts';
import { type Random, token } from '../runtime/random.ts';
import type { Flow, Target } from '../transport/flow.ts';
import type { Sending } from '../transport/sending.ts';
import { statelessTag } from '../transport/stateless-tag.ts';
import type { TransportLayer } from '../transport/transport-layer.ts';
import { type ClientHost, ClientMachine, type FirstSend } from './client-transaction.ts';
import type { Environment } from './machine.ts';
import { clientKey, clientKeyOf, serverKey, toTagFits } from './matching.ts';
import { type ServerHost, ServerMachine } from './server-transaction.ts';
import { defaultTimers, type TimerValues } from './timers.ts';
import type { ClientTransaction, ClientTransactionUser, TransactionUser } from './users.ts';

/** Bounds of what is pending at a time. */
export interface TransactionLimits {
  /** Pending client transactions; beyond, a request fails as if it could not be sent. Default 20 000. */
  readonly client?: number;
  /** Pending server transactions; beyond, new requests get a stateless 503. Default 20 000. */
  readonly server?: number;
  /** Seconds in the Retry-After of that 503. Default 5. */
  readonly retryAfter?: number;
}

/** What the transaction layer stands on. */
export interface TransactionOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly transport: TransportLayer;
  readonly user: TransactionUser;
  readonly timers?: Partial<TimerValues> | undefined;
  readonly limits?: TransactionLimits;
}

/**
 * The transaction layer (§17): finds or makes the transaction for what comes and goes, and hands the rest on: ACKs to
 * 2xx and stray responses up, requests without a transaction down. It attaches itself to the transport layer.
 *
 * @example
 * const transactions = new TransactionLayer({ clock, random, log, transport, user });
 * transactions.request(request, { destination }, { response(response) {}, failed(cause) {} });
 */
export class TransactionLayer {
  readonly #options: TransactionOptions;
  readonly #environment: Environment;
  readonly #clients = new LazyMap<string, ClientMachine>();
  readonly #servers = new LazyMap<string, ServerMachine>();
  /** The client transactions on each connection: those that fail with it. */
  readonly #onFlow = new LazyMap<string, Set<ClientMachine>>();
  readonly #host: ClientHost & ServerHost;

  constructor(options: TransactionOptions) {
    const { clock, log, transport, user } = options;
    this.#options = options;
    this.#environment = {
      clock,
      log,
      timers: options.timers ? { ...defaultTimers, ...options.timers } : defaultTimers,
    };
    this.#host = new TransactionLayer.#Host(this);
    transport.attach({
      request: (request, flow) => this.#request(request, flow),
      response: (response, flow) => this.#response(response, flow),
      flowOpened: (flow) => user.flowOpened?.(flow),
      flowClosed: (flow, cause) => this.#flowClosed(flow, cause),
    });
  }

  get counts(): { readonly client: number; readonly server: number; readonly timers: number } {
    let timers = 0;
    for (const machine of this.#clients.values()) timers += machine.pendingTimers;
    for (const machine of this.#servers.values()) timers += machine.pendingTimers;
    return { client: this.#clients.size, server: this.#servers.size, timers };
  }

  /**
   * Sends a request (any but ACK) and follows it to its end. The request has no Via of ours; `branch`, if a proxy wants
   * its own, begins with the magic cookie and is used for one request only. Nothing is told before this returns.
   */
  request(
    request: SipRequest,
    target: Target,
    user: ClientTransactionUser,
    branch: string = this.#branch(),
  ): ClientTransaction {
    if (request.method === 'ACK') throw new TypeError('an ACK has no transaction (§17)');
    const { transport } = this.#options;
    return this.#start(clientKey(branch, request.method), request, user, (first, moved) =>
      transport.sendRequest(first, target, { branch, moved }),
    );
  }

  /** Sends a request and forgets it: the ACK to a 2xx, and what is forwarded without state. */
  send(request: SipRequest, target: Target, branch: string = this.#branch()): Sending | undefined {
    return this.#options.transport.sendRequest(request, target, { branch });
  }

  /** Ends every transaction at once; users hear `terminated`, and nothing else. */
  close(): void {
    for (const machine of [...this.#clients.values()]) machine.abandon();
    for (const machine of [...this.#servers.values()]) machine.close();
  }

  #branch(): string {
    return MAGIC_COOKIE + token(this.#options.random);
  }

  #start(id: string, request: SipRequest, user: ClientTransactionUser, firstSend: FirstSend): ClientMachine {
    // A CANCEL only helps.
    const full = request.method !== 'CANCEL' && this.#clients.size >= (this.#options.limits?.client ?? 20_000);
    if (full) this.#options.log('warn', 'too-many-client-transactions', { count: this.#clients.size });
    const send = full ? () => undefined : firstSend;
    const machine = new ClientMachine(id, request, send, this.#host, user, this.#environment);
    this.#clients.set(id, machine);
    machine.handle('start');
    this.#moved(machine, undefined);
    return machine;
  }

  #moved(machine: ClientMachine, from: Flow | undefined): void {
    if (from !== undefined) this.#forget(machine, from);
    const { flow } = machine;
    if (flow === undefined || !flow.reliable) return;
    const machines = this.#onFlow.get(flow.id);
    if (machines === undefined) this.#onFlow.set(flow.id, new Set([machine]));
    else machines.add(machine);
  }

  #forget(machine: ClientMachine, flow: Flow): void {
    const machines = this.#onFlow.get(flow.id);
    machines?.delete(machine);
    if (machines?.size === 0) this.#onFlow.delete(flow.id);
  }

  #response(response: SipResponse, flow: Flow): void {
    const machine = this.#clients.get(clientKeyOf(response));
    if (machine === undefined) this.#options.user.strayResponse(response, flow);
    else machine.receive(response);
  }

  #request(request: SipRequest, flow: Flow): void {
    const id = serverKey(request);
    const known = this.#servers.get(id);
    if (request.method === 'ACK') this.#ack(request, flow);
    else if (known !== undefined) this.#again(request, known);
    else if (this.#isFull(request)) this.#overloaded(request, flow);
    else {
      const machine = new ServerMachine(id, request, flow, this.#host, this.#environment);
      this.#servers.set(id, machine);
      machine.handle('start');
    }
  }

  #again(request: SipRequest, known: ServerMachine): void {
    if (toTagFits(request, known.request, undefined)) known.handle('request again');
    // Two requests of a client of RFC 2543 that differ in nothing but the To tag: nobody sends that.
    else this.#options.log('warn', 'request-ambiguous', { callId: request.callId, method: request.method });
  }

  #ack(ack: SipRequest, flow: Flow): void {
    const invite = this.#invite(ack);
    if (invite === undefined) this.#options.user.ack(ack, flow, undefined);
    else invite.handle('ACK', ack);
  }

  /** The INVITE that an ACK or a CANCEL belongs to (§17.2.3, §9.2). */
  #invite(request: SipRequest): ServerMachine | undefined {
    const invite = this.#servers.get(serverKey(request, 'INVITE'));
    if (invite === undefined || !toTagFits(request, invite.request, invite.lastResponse)) return undefined;
    return invite;
  }

  #isFull(request: SipRequest): boolean {
    if (this.#servers.size < (this.#options.limits?.server ?? 20_000)) return false;
    return request.method !== 'CANCEL' || this.#invite(request) === undefined;
  }

  #overloaded(request: SipRequest, flow: Flow): void {
    const { transport, limits, log } = this.#options;
    log('warn', 'too-many-server-transactions', { count: this.#servers.size });
    const response = createResponse(request, 503, {
      toTag: statelessTag(request),
      headers: [['Retry-After', String(limits?.retryAfter ?? 5)]],
    });
    transport.sendResponse(response, flow);
  }

  /** What the machines see of the layer. A class, since closures would be nine in each of thousands of user agents. */
  static readonly #Host = class implements ClientHost, ServerHost {
    readonly #layer: TransactionLayer;

    constructor(layer: TransactionLayer) {
      this.#layer = layer;
    }

    resend(sending: Sending): boolean {
      return this.#layer.#options.transport.resend(sending);
    }

    transmit(ack: SipRequest, flow: Flow): Sending | undefined {
      return this.#layer.#options.transport.transmit(ack, flow);
    }

    /** It has its own transaction, the branch of its INVITE, and nobody waits for its response (§9.1). */
    cancel(cancel: SipRequest, flow: Flow): void {
      const id = clientKey(cancel.via.branch ?? '', 'CANCEL');
      this.#layer.#start(id, cancel, unheard, (first) => this.transmit(first, flow));
    }

    moved(transaction: ClientMachine, from: Flow | undefined): void {
      this.#layer.#moved(transaction, from);
    }

    ended(transaction: ClientMachine): void {
      this.#layer.#clients.delete(transaction.id);
      if (transaction.flow !== undefined) this.#layer.#forget(transaction, transaction.flow);
    }

    send(response: SipResponse, flow: Flow): boolean {
      return this.#layer.#options.transport.sendResponse(response, flow);
    }

    passRequest(transaction: ServerMachine): void {
      const { request } = transaction;
      const { user } = this.#layer.#options;
      if (request.method === 'CANCEL') user.cancel(transaction, this.#layer.#invite(request));
      else user.request(transaction);
    }

    passAck(ack: SipRequest, transaction: ServerMachine): void {
      this.#layer.#options.user.ack(ack, transaction.flow, transaction);
    }

    remove(transaction: ServerMachine): void {
      this.#layer.#servers.delete(transaction.id);
    }
  };

  /** What waited for an answer on this connection fails at once; it will not come (RFC 5626 §4.5). */
  #flowClosed(flow: Flow, cause: string): void {
    for (const machine of [...(this.#onFlow.get(flow.id) ?? [])]) machine.handle('transport error');
    this.#options.user.flowClosed(flow, cause);
  }
}

const unheard: ClientTransactionUser = { response() {}, failed() {} };
