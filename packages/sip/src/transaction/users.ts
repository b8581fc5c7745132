import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Flow } from '../transport/flow.ts';

/** Why a client transaction ended without a final response. */
export type FailureCause = 'timeout' | 'transport';

/** Who sent a request: told what became of it. */
export interface ClientTransactionUser {
  /** Every 1xx, every 2xx to an INVITE, one final response otherwise. */
  response(response: SipResponse): void;
  /** No final response: nothing else will come. */
  failed(cause: FailureCause): void;
  /** Last call: the transaction is gone. */
  terminated?(): void;
}

/** A request of ours until its final response and the time after it (§17.1). */
export interface ClientTransaction {
  readonly id: string;
  /** As sent, with our Via on top. */
  readonly request: SipRequest;
  /** The flow that carries it; `undefined` when none could be had. */
  readonly flow: Flow | undefined;
  readonly state: ClientState;
  /**
   * INVITE only (throws otherwise): sends CANCEL now or after the first 1xx, never after a final response (§9.1). After
   * 64*T1 without one the transaction ends with `failed('timeout')`. `extra` are header fields such as Reason.
   */
  cancel(extra?: readonly (readonly [string, string])[]): void;
}

/** States of a client transaction (§17.1, RFC 6026 §7.2). */
export type ClientState = 'calling' | 'trying' | 'proceeding' | 'accepted' | 'completed' | 'terminated';

/** A request received, and what answers it (§17.2). */
export interface ServerTransaction {
  readonly id: string;
  /** As received, `received` and `rport` added to its top Via. */
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly state: ServerState;
  /** A final response was given. */
  readonly finalSent: boolean;
  /** The response given last; what a retransmitted request is answered with. */
  readonly lastResponse: SipResponse | undefined;
  /** A response the state does not allow (§17.2, RFC 4320) is dropped, not thrown at the caller. */
  respond(response: SipResponse): void;
  /** A response could not be sent; the transaction goes on (RFC 6026 §7.1). */
  onTransportError?: () => void;
  onTerminated?: (cause: TerminationCause) => void;
}

/** `timeout`: no ACK came for a non-2xx (timer H). `closed`: the layer was closed. */
export type TerminationCause = 'normal' | 'timeout' | 'transport' | 'closed';

/** States of a server transaction (§17.2, RFC 6026 §7.1). */
export type ServerState = 'trying' | 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated';

/** Who receives requests: the user agent, the registrar, the proxy. */
export interface TransactionUser {
  /** Any request but ACK and CANCEL. INVITE gets its 100 after 200 ms if nothing was sent (§17.2.1). */
  request(transaction: ServerTransaction): void;
  /** `transaction` is the CANCEL's own and wants a 200 or 481; `invite` is what it cancels (§9.2). */
  cancel(transaction: ServerTransaction, invite: ServerTransaction | undefined): void;
  /** The ACK to a 2xx, or one that matches nothing. ACKs to other responses stay below. */
  ack(ack: SipRequest, flow: Flow, invite: ServerTransaction | undefined): void;
  /** A response without a transaction; RFC 6026 §7.3: never forwarded. */
  strayResponse(response: SipResponse, flow: Flow): void;
  flowOpened?(flow: Flow): void;
  flowClosed(flow: Flow, cause: string): void;
}
