import {
  type Flow,
  MAGIC_COOKIE,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  type Target,
  token,
} from '@ringback/sip';
import type { Core, Work } from '../core.ts';
import { prependRouting } from '../edge/header-place.ts';
import { recordRoute, type Side } from '../edge/record-route.ts';
import { loopMark } from './request-validation.ts';
import { type BranchTarget, type LostStatus, ResponseContext } from './response-context.ts';

/** One way a request shall go, decided by a wiring. */
export interface NextHop {
  readonly target: Target;
  /** Replaces the Request-URI: the contact of a binding. */
  readonly uri?: string;
  /** Preloaded above the Routes there are: the Path of a binding. */
  readonly path?: readonly string[];
  /** Our two sides, when the request may form a dialog. */
  readonly sides?: { readonly outgoing: Side; readonly incoming: Side };
  readonly revive?: () => Promise<NextHop | undefined>;
}

/** Last changes to what goes out and what comes back. */
export interface Edits {
  readonly request?: (request: SipRequest) => SipRequest;
  readonly response?: (response: SipResponse) => SipResponse;
  readonly lost?: LostStatus;
}

/** The stateful proxy (§16): response contexts, and the copies of a request that go out. Where to is not its business. */
export class StatefulProxy {
  readonly #core: Core;
  readonly #replied: () => void;
  readonly #contexts = new Map<string, ResponseContext>();
  readonly #edits = new Map<string, (response: SipResponse) => SipResponse>();

  /** `replied`: a request has got its final response. */
  constructor(core: Core, replied: () => void) {
    this.#core = core;
    this.#replied = replied;
  }

  get contexts(): number {
    return this.#contexts.size;
  }

  /** Requests that have no final response yet. */
  get pending(): number {
    let pending = 0;
    for (const context of this.#contexts.values()) if (!context.replied) pending++;
    return pending;
  }

  accept(transaction: ServerTransaction): ResponseContext {
    const { clock, layer, limits, random } = this.#core;
    const { id } = transaction;
    const context = new ResponseContext({
      transaction,
      layer,
      clock,
      timerC: limits.timerC,
      tag: token(random, 8),
      edit: (response) => this.#edits.get(id)?.(response) ?? response,
      replied: this.#replied,
      ended: () => {
        this.#contexts.delete(id);
        this.#edits.delete(id);
      },
    });
    this.#contexts.set(id, context);
    transaction.onTerminated = () => context.abandon();
    return context;
  }

  /**
   * §16.10. A CANCEL is believed only over the way its INVITE came (SEC-GW-13). Gives the To tag of its 200, that of the
   * INVITE's responses (§9.2); `undefined` when there is nothing to cancel.
   */
  cancel(transaction: ServerTransaction, invite: ServerTransaction | undefined): string | undefined {
    if (invite === undefined || !cameTheSameWay(transaction.flow, invite.flow)) return undefined;
    const context = this.#contexts.get(invite.id);
    const toTag = invite.lastResponse?.toTag ?? context?.tag ?? token(this.#core.random, 8);
    context?.cancel(transaction.request.headers.all('reason').map((value) => ['Reason', value] as const));
    return toTag;
  }

  /** Nobody is left to answer: what still rings on behalf of this connection is cancelled. */
  callerLost(flow: Flow): void {
    for (const context of [...this.#contexts.values()]) if (context.transaction.flow.id === flow.id) context.cancel([]);
  }

  /** §16.6. The groups are tried one after the other. */
  forward(work: Work, groups: readonly (readonly NextHop[])[], edits: Edits = {}): void {
    const widest = Math.max(...groups.map((group) => group.length));
    const breadth = this.#breadth(work.received);
    // RFC 5393 §5.3.3: a request may not spread to more branches than it has breadth left.
    if (widest > breadth) {
      work.context.reply(440);
      return;
    }
    if (edits.response !== undefined) this.#edits.set(work.transaction.id, edits.response);
    work.context.fork(
      groups.map((group) => {
        const share = Math.floor(breadth / group.length);
        return group.map((hop) => this.#branch(work, hop, share, edits));
      }),
      edits.lost,
    );
  }

  /** Stateless, for the ACK to a 2xx (§16.11). */
  forwardAck(
    received: SipRequest,
    request: SipRequest,
    hop: NextHop,
    edit?: (request: SipRequest) => SipRequest,
  ): void {
    const copy = this.#copy(request, hop, undefined);
    this.#core.layer.send(edit?.(copy) ?? copy, hop.target, this.#newBranch(received));
  }

  #branch(work: Work, hop: NextHop, share: number, edits: Edits): BranchTarget {
    const { revive } = hop;
    const copy = this.#copy(work.request, hop, share);
    return {
      request: edits.request?.(copy) ?? copy,
      target: hop.target,
      branch: this.#newBranch(work.received),
      ...(revive === undefined
        ? undefined
        : {
            revive: async () => {
              const again = await revive();
              return again === undefined ? undefined : this.#branch(work, again, share, edits);
            },
          }),
    };
  }

  /** §16.6 steps 1 to 6: everything as it came, but for what the rules change. */
  #copy(request: SipRequest, hop: NextHop, breadth: number | undefined): SipRequest {
    const { limits, tokens } = this.#core;
    const { maxForwards } = request;
    // One less; whole where there was none.
    const left = maxForwards === undefined ? limits.maxForwards : Math.min(maxForwards, limits.maxForwards) - 1;
    let { headers } = request;
    headers = headers.with('Max-Forwards', String(Math.max(0, left)));
    // RFC 5393 §5.3.3: whatever is proxied has one.
    if (breadth !== undefined) headers = headers.with('Max-Breadth', String(breadth));
    for (const value of [...(hop.path ?? [])].reverse()) headers = prependRouting(headers, 'Route', value);
    let copy = request.with({ headers, ...(hop.uri === undefined ? undefined : { uri: hop.uri }) });
    if (hop.sides !== undefined && formsDialog(request)) {
      copy = recordRoute(copy, tokens, hop.sides.outgoing, hop.sides.incoming);
    }
    return forStrictRouter(copy);
  }

  #breadth({ headers }: SipRequest): number {
    const { maxBreadth } = this.#core.limits;
    const asked = Number(/^\d{1,9}$/.exec(headers.get('max-breadth') ?? '')?.[0] ?? maxBreadth);
    return Math.min(asked, maxBreadth);
  }

  #newBranch(received: SipRequest): string {
    return `${MAGIC_COOKIE}${token(this.#core.random)}-${loopMark(received)}`;
  }
}

/** RFC 6665 §4.4.1: the NOTIFY may be what forms the dialog of a SUBSCRIBE, and it has a To tag. */
export function formsDialog({ method, toTag }: SipRequest): boolean {
  if (method === 'NOTIFY') return true;
  return toTag === undefined && (method === 'INVITE' || method === 'SUBSCRIBE' || method === 'REFER');
}

/** §16.6 step 6: a next hop without `lr` finds its own address in the Request-URI, and the real one as the last Route. */
function forStrictRouter(request: SipRequest): SipRequest {
  const [first] = request.routes;
  if (first === undefined || !('params' in first.uri) || first.uri.params.has('lr')) return request;
  const headers = request.headers.append('Route', `<${request.uriText}>`).withoutFirst('route');
  return request.with({ uri: first.uriText, headers });
}

function cameTheSameWay(one: Flow, other: Flow): boolean {
  return one.reliable ? one.id === other.id : !other.reliable && one.remote.host === other.remote.host;
}
