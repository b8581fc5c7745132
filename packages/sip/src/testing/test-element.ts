import { createRequest, createResponse } from '../message/create.ts';
import { Headers } from '../message/headers.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import type { LogLevel } from '../runtime/log.ts';
import { type Random, token } from '../runtime/random.ts';
import type { TimerValues } from '../transaction/timers.ts';
import { TransactionLayer, type TransactionLimits } from '../transaction/transaction-layer.ts';
import type {
  ClientTransaction,
  ClientTransactionUser,
  FailureCause,
  ServerTransaction,
  TransactionUser,
} from '../transaction/users.ts';
import type { Flow, Target, TransportName } from '../transport/flow.ts';
import type { KeepAliveOptions } from '../transport/keep-alive.ts';
import { TransportLayer, type TransportLimits } from '../transport/transport-layer.ts';
import type { MemoryHost } from './memory-host.ts';
import type { MemoryNetwork } from './memory-network.ts';

export interface TestElementOptions {
  readonly listen?: readonly (readonly [TransportName, number])[];
  readonly timers?: Partial<TimerValues>;
  readonly transactionLimits?: TransactionLimits;
  readonly transportLimits?: TransportLimits;
  readonly keepAlive?: KeepAliveOptions;
  /** What the Via says; the host's address and port 5060 by default. */
  readonly sentBy?: { readonly host: string; readonly port?: number };
}

/**
 * A SIP element with nothing above its transaction layer: it writes down what it is told, and answers what `answer` says.
 */
export class TestElement implements TransactionUser {
  readonly host: MemoryHost;
  readonly transport: TransportLayer;
  readonly transactions: TransactionLayer;
  readonly requests: ServerTransaction[] = [];
  readonly cancels: { readonly own: ServerTransaction; readonly invite: ServerTransaction | undefined }[] = [];
  readonly acks: { readonly ack: SipRequest; readonly invite: ServerTransaction | undefined }[] = [];
  readonly strays: SipResponse[] = [];
  readonly opened: Flow[] = [];
  readonly closed: { readonly flow: Flow; readonly cause: string }[] = [];
  readonly logged: { readonly level: LogLevel; readonly event: string }[] = [];
  /** Called with each new request. */
  answer: ((transaction: ServerTransaction) => void) | undefined;
  readonly #random: Random;

  constructor(network: MemoryNetwork, address: string, options: TestElementOptions = {}) {
    const { clock, random } = network;
    const log = (level: LogLevel, event: string): void => {
      this.logged.push({ level, event });
    };
    const { timers, transactionLimits, transportLimits, keepAlive } = options;
    const listen = options.listen ?? [
      ['UDP', 5060],
      ['TCP', 5060],
    ];
    const sentBy = options.sentBy ?? { host: address, port: 5060 };
    this.#random = random;
    this.host = network.host(address);
    for (const [transport, port] of listen) this.host.listen(transport, port);
    this.transport = new TransportLayer({
      port: this.host,
      clock,
      log,
      sentBy: () => sentBy,
      ...(keepAlive && { keepAlive }),
      ...(transportLimits && { limits: transportLimits }),
    });
    this.transactions = new TransactionLayer({
      clock,
      random,
      log,
      transport: this.transport,
      user: this,
      ...(timers && { timers }),
      ...(transactionLimits && { limits: transactionLimits }),
    });
    this.host.attach(this.transport);
  }

  get counts(): TransactionLayer['counts'] {
    return this.transactions.counts;
  }

  /** Sends a request and writes down what becomes of it. */
  send(request: SipRequest, target: Target): Outcome {
    const outcome = new Outcome();
    outcome.transaction = this.transactions.request(request, target, outcome);
    return outcome;
  }

  /** A request without Via, from here to `uri`. */
  newRequest(method: string, uri: string, parts: RequestParts = {}): SipRequest {
    const callId = parts.callId ?? token(this.#random);
    return createRequest({
      method,
      uri,
      headers: Headers.of(
        ['Max-Forwards', '70'],
        ...(parts.headers ?? []),
        ['From', `<sip:test@${this.host.address}>;tag=${token(this.#random, 4)}`],
        ['To', parts.to ?? `<${uri}>`],
        ['Call-ID', callId],
        ['CSeq', `${parts.cseq ?? 1} ${method}`],
      ),
      ...(parts.body === undefined ? undefined : { body: parts.body }),
    });
  }

  request(transaction: ServerTransaction): void {
    this.requests.push(transaction);
    this.answer?.(transaction);
  }

  cancel(own: ServerTransaction, invite: ServerTransaction | undefined): void {
    this.cancels.push({ own, invite });
    own.respond(createResponse(own.request, invite ? 200 : 481, { toTag: 'cancelled' }));
  }

  ack(ack: SipRequest, _flow: Flow, invite: ServerTransaction | undefined): void {
    this.acks.push({ ack, invite });
  }

  strayResponse(response: SipResponse): void {
    this.strays.push(response);
  }

  flowOpened(flow: Flow): void {
    this.opened.push(flow);
  }

  flowClosed(flow: Flow, cause: string): void {
    this.closed.push({ flow, cause });
  }
}

export interface RequestParts {
  readonly callId?: string;
  readonly cseq?: number;
  readonly to?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

/** What a client transaction told its user. */
export class Outcome implements ClientTransactionUser {
  readonly responses: SipResponse[] = [];
  readonly failures: FailureCause[] = [];
  ended = 0;
  #transaction: ClientTransaction | undefined;

  get transaction(): ClientTransaction {
    if (this.#transaction === undefined) throw new Error('told before the request was under way');
    return this.#transaction;
  }

  set transaction(transaction: ClientTransaction) {
    this.#transaction = transaction;
  }

  get statuses(): readonly number[] {
    return this.responses.map(({ status }) => status);
  }

  response(response: SipResponse): void {
    // Nothing may be told before `request` has returned.
    void this.transaction;
    this.responses.push(response);
  }

  failed(cause: FailureCause): void {
    void this.transaction;
    this.failures.push(cause);
  }

  terminated(): void {
    this.ended++;
  }
}
