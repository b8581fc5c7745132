import type { Clock, Flow, Log, Random, ServerTransaction, SipRequest, TransactionLayer } from '@ringback/sip';
import type { Domains } from './domains.ts';
import type { FlowTable } from './edge/flow-table.ts';
import type { FlowTokens } from './edge/flow-token.ts';
import type { Listeners } from './edge/listeners.ts';
import type { QuickRefusal } from './front-door.ts';
import type { SipServerLimits } from './limits.ts';
import type { OwnRoutes } from './proxy/own-routes.ts';
import type { ResponseContext } from './proxy/response-context.ts';

/** What both wirings are made of. */
export interface Core {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly layer: TransactionLayer;
  readonly domains: Domains;
  readonly listeners: Listeners;
  readonly flows: FlowTable;
  readonly tokens: FlowTokens;
  readonly limits: SipServerLimits;
}

/** A request on its way through the server. */
export interface Work {
  readonly transaction: ServerTransaction;
  readonly context: ResponseContext;
  readonly flow: Flow;
  /** As it came: what is hashed, compared and answered. */
  readonly received: SipRequest;
  /** Without our Routes. */
  readonly request: SipRequest;
  readonly routes: OwnRoutes;
}

/** The embedded registrar and proxy, or the edge of an upstream: what is to be done with a request that is in order. */
export interface Wiring {
  handle(work: Work): Promise<void>;
  /** An ACK to a 2xx; there is nobody to tell when it cannot go on. */
  acknowledge(ack: SipRequest, routes: OwnRoutes, flow: Flow): Promise<void>;
  /** An answer that needs neither waiting nor state, for a datagram that proves nothing. */
  quickRefusal(routes: OwnRoutes, flow: Flow): QuickRefusal | undefined;
  isUpstream(flow: Flow): boolean;
  flowClosed(flow: Flow): void;
  close(): void;
}
