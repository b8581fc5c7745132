import {
  type ClientTransaction,
  type Clock,
  createResponse,
  type FailureCause,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  type Target,
  type Timer,
  type TransactionLayer,
} from '@ringback/sip';
import { bestResponse } from './best-response.ts';

/**
 * What a flow that is gone is called: an edge tells the proxy that used its Path 430, so that it tries another; that proxy
 * tells the caller 480 (RFC 5626 §5.3, §7).
 */
export type LostStatus = 430 | 480;

/** One place a request goes. */
export interface BranchTarget {
  /** The copy for this branch, complete but for our Via. */
  readonly request: SipRequest;
  readonly target: Target;
  /** A proxy's own branch (§16.6 step 8). */
  readonly branch?: string;
  /** Asked when the flow fails: where the same user agent is now, or nothing. */
  readonly revive?: () => Promise<BranchTarget | undefined>;
}

export interface ResponseContextOptions {
  readonly transaction: ServerTransaction;
  readonly layer: TransactionLayer;
  readonly clock: Clock;
  /** To tag of responses made here. */
  readonly tag: string;
  /** Milliseconds; §16.6 step 11. */
  readonly timerC: number;
  /** Last look at a response on its way back. */
  readonly edit?: (response: SipResponse) => SipResponse;
  /** The first final response is out. */
  readonly replied: () => void;
  /** No branch is left and the final response is out. */
  readonly ended: () => void;
}

/**
 * The response context of a forwarded request (§16.2, §16.7): its branches, what they answered, and which answer goes
 * back. It exists from the moment the request arrives, so that a CANCEL finds it while its targets are still looked up.
 */
export class ResponseContext {
  readonly transaction: ServerTransaction;
  readonly #options: ResponseContextOptions;
  readonly #branches = new Set<Branch>();
  readonly #finals: SipResponse[] = [];
  #groups: readonly (readonly BranchTarget[])[] = [];
  #lost: LostStatus = 480;
  #cancelled: readonly (readonly [string, string])[] | undefined;
  #replied = false;
  #ended = false;

  constructor(options: ResponseContextOptions) {
    this.transaction = options.transaction;
    this.#options = options;
  }

  /** Nothing final has gone back and nobody has cancelled: worth going on after an await. */
  get open(): boolean {
    return !this.#replied && this.#cancelled === undefined && this.transaction.state !== 'terminated';
  }

  /** To tag of what is answered here. */
  get tag(): string {
    return this.#options.tag;
  }

  /** A final response was sent. */
  get replied(): boolean {
    return this.#replied;
  }

  /** Answers by itself; for a request that is not, or no longer, forwarded. */
  reply(status: number, headers: readonly (readonly [string, string])[] = [], reason?: string): void {
    this.#send(createResponse(this.transaction.request, status, { toTag: this.#options.tag, headers, reason }));
    this.#settle();
  }

  /** Groups are tried one after the other, the branches of a group at once (§16.6). */
  fork(groups: readonly (readonly BranchTarget[])[], lost: LostStatus = 480): void {
    this.#lost = lost;
    this.#groups = groups;
    this.#trying();
    this.#nextGroup();
  }

  /** The caller's CANCEL (§16.10). `extra` are header fields for the CANCELs of the branches: its Reason. */
  cancel(extra: readonly (readonly [string, string])[]): void {
    if (this.#replied || this.#cancelled !== undefined) return;
    this.#cancelled = extra;
    this.#groups = [];
    this.#cancelBranches(extra);
    this.#settle();
  }

  /** Its transaction ended without an answer: there is nobody left to give one to. */
  abandon(): void {
    if (this.#branches.size > 0 || this.#replied) return;
    this.#replied = true;
    this.#options.replied();
    this.#settle();
  }

  /** §16.2: how long the next hop takes cannot be known, so the caller hears at once that its INVITE has arrived. */
  #trying(): void {
    const { request, lastResponse } = this.transaction;
    if (request.method === 'INVITE' && lastResponse === undefined) {
      this.transaction.respond(createResponse(request, 100));
    }
  }

  #nextGroup(): void {
    const [group = [], ...rest] = this.#groups;
    this.#groups = rest;
    for (const target of group) this.#start(target);
    if (group.length === 0) this.#settle();
  }

  #start(target: BranchTarget): void {
    const branch: Branch = { target, transaction: undefined, final: false, gone: false, timerC: undefined };
    this.#branches.add(branch);
    branch.transaction = this.#options.layer.request(
      target.request,
      target.target,
      {
        response: (response) => this.#response(branch, response),
        failed: (cause) => this.#failed(branch, cause),
        terminated: () => this.#terminated(branch),
      },
      target.branch,
    );
    this.#armTimerC(branch);
  }

  #response(branch: Branch, received: SipResponse): void {
    const { headers } = received;
    // §16.7 step 3: our own Via goes; a response that has no other goes nowhere, and the branch that gave it gives no better one.
    const rest = headers.withoutFirst('via');
    if (!rest.has('via')) {
      if (received.status >= 200) this.#fail(branch, 502);
      return;
    }
    const response = this.#options.edit?.(received.with({ headers: rest })) ?? received.with({ headers: rest });
    if (response.status < 200) this.#provisional(branch, response);
    else this.#final(branch, response);
  }

  #final(branch: Branch, response: SipResponse): void {
    branch.timerC?.cancel();
    branch.final = true;
    if (response.isSuccess) this.#success(response);
    else this.#finals.push(response);
    if (response.status >= 600) {
      this.#groups = [];
      this.#cancelBranches([]);
    }
    this.#settle();
  }

  /** §16.7 step 5: every 1xx at once, but never 100, which is from hop to hop. */
  #provisional(branch: Branch, response: SipResponse): void {
    if (response.status === 100) return;
    this.#armTimerC(branch);
    if (!this.#replied) this.transaction.respond(response);
  }

  /** To INVITE each 2xx at once, for each has its own dialog; to anything else only the first (§16.7 step 5). */
  #success(response: SipResponse): void {
    const invite = this.transaction.request.method === 'INVITE';
    if (invite || !this.#replied) this.#send(response);
    this.#groups = [];
    this.#cancelBranches(ELSEWHERE);
  }

  /** §16.9: nobody answered is a 408, could not be sent a 503; a flow that is gone has its own word (RFC 5626 §5.3). */
  #failed(branch: Branch, cause: FailureCause): void {
    branch.timerC?.cancel();
    if (branch.final) return;
    const { revive } = branch.target;
    if (cause === 'transport' && revive !== undefined && this.open) {
      void this.#revive(branch, revive);
      return;
    }
    this.#fail(branch, cause === 'timeout' ? 408 : 'flow' in branch.target.target ? 430 : 503);
  }

  #fail(branch: Branch, status: number): void {
    branch.timerC?.cancel();
    branch.final = true;
    this.#note(status);
    this.#settle();
  }

  async #revive(branch: Branch, revive: () => Promise<BranchTarget | undefined>): Promise<void> {
    const again = await revive().catch(() => undefined);
    branch.final = true;
    this.#branches.delete(branch);
    if (again !== undefined && this.open) this.#start(again);
    else this.#note(430);
    this.#settle();
  }

  #note(status: number): void {
    this.#finals.push(createResponse(this.transaction.request, status, { toTag: this.#options.tag }));
  }

  #terminated(branch: Branch): void {
    branch.timerC?.cancel();
    branch.gone = true;
    if (branch.final) this.#branches.delete(branch);
    this.#settle();
  }

  /** §16.6 step 11, §16.8: a branch may ring for so long and no longer. */
  #armTimerC(branch: Branch): void {
    if (this.transaction.request.method !== 'INVITE' || branch.final) return;
    branch.timerC?.cancel();
    const { clock, timerC } = this.#options;
    branch.timerC = clock.at(clock.now() + timerC, () => branch.transaction?.cancel());
  }

  #cancelBranches(extra: readonly (readonly [string, string])[]): void {
    if (this.transaction.request.method !== 'INVITE') return;
    for (const branch of this.#branches) if (!branch.final) branch.transaction?.cancel(extra);
  }

  /** When every branch has its final response: the next group, or the best of what came (§16.7 step 6). */
  #settle(): void {
    const waiting = [...this.#branches].some((branch) => !branch.final);
    if (!this.#replied && !waiting) {
      if (this.#groups.length > 0) this.#nextGroup();
      else this.#sendBest();
    }
    for (const branch of this.#branches) if (branch.final && branch.gone) this.#branches.delete(branch);
    if (this.#replied && this.#branches.size === 0 && !this.#ended) {
      this.#ended = true;
      this.#options.ended();
    }
  }

  #sendBest(): void {
    const best = bestResponse(this.#finals);
    const cancelled = this.#cancelled !== undefined && (best === undefined || SILENT.has(best.status));
    if (cancelled) this.#send(createResponse(this.transaction.request, 487, { toTag: this.#options.tag }));
    else if (best !== undefined) this.#send(presentable(best, this.#lost));
  }

  #send(response: SipResponse): void {
    const first = !this.#replied;
    this.#replied = true;
    this.transaction.respond(response);
    if (first) this.#options.replied();
  }
}

/** §16.7 step 6 on 503, and RFC 5626 §5.3 on 430: neither is for the one who called. */
function presentable(best: SipResponse, lost: LostStatus): SipResponse {
  if (best.status === 503) return best.with({ status: 500, headers: best.headers.without('retry-after') });
  return best.status === 430 && lost === 480 ? best.with({ status: 480 }) : best;
}

/** Statuses of branches that said nothing: after a CANCEL they mean 487. */
const SILENT: ReadonlySet<number> = new Set([408, 430, 503]);

/** What tells the other phones that the call was taken and not missed (RFC 3326 §2). */
const ELSEWHERE: readonly (readonly [string, string])[] = [['Reason', 'SIP;cause=200;text="Call completed elsewhere"']];

interface Branch {
  readonly target: BranchTarget;
  transaction: ClientTransaction | undefined;
  /** Its final response came, or will not. */
  final: boolean;
  /** Its transaction is gone. */
  gone: boolean;
  timerC: Timer | undefined;
}
