import type { Clock, Log, Random, Timer } from '../runtime/index.ts';
import { type Destination, type Flow, PING, type TransportLayer } from '../transport/index.ts';
import type { FlowState, KeepAliveOptions, ReconnectOptions } from './options.ts';
import { afterTry, defaultReconnect, type Outage, retryDelay } from './retry-schedule.ts';

export interface ServerFlowOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly transport: TransportLayer;
  readonly server: Destination;
  readonly keepAlive?: Partial<KeepAliveOptions> | undefined;
  readonly reconnect?: Partial<ReconnectOptions> | undefined;
  readonly user: ServerFlowUser;
}

export interface ServerFlowUser {
  opened(flow: Flow): void;
  changed(state: FlowState): void;
  /** Asks the server for any answer at all (OPTIONS): it has not shown that it answers CRLF pings. */
  probe(): void;
}

const defaultKeepAlive: KeepAliveOptions = { idle: 25_000, inCall: 5_000, deadline: 10_000, urgentDeadline: 5_000 };

/**
 * The one flow to the server: opened, kept alive, and after a loss opened again for as long as it is wanted. Reports about a flow that has
 * been replaced are ignored.
 */
export class ServerFlow {
  readonly #options: ServerFlowOptions;
  readonly #reconnect: ReconnectOptions;
  readonly #keepAlive: KeepAliveOptions;
  #state: FlowState = { state: 'closed' };
  #flow: Flow | undefined;
  #openedAt = 0;
  #outage: Outage | undefined;
  #retry: Timer | undefined;
  #check: Timer | undefined;
  #deadline: Timer | undefined;
  /** The server answered a CRLF ping, on this flow or on one before: it can be held to it. */
  #pongs = false;
  #inCall = false;
  #reachable = false;
  #idle: number;

  constructor(options: ServerFlowOptions) {
    this.#options = options;
    this.#reconnect = { ...defaultReconnect, ...options.reconnect };
    this.#keepAlive = { ...defaultKeepAlive, ...options.keepAlive };
    this.#idle = this.#keepAlive.idle;
  }

  get state(): FlowState {
    return this.#state;
  }

  /** The flow, while it is open. */
  get flow(): Flow | undefined {
    return this.#state.state === 'open' ? this.#flow : undefined;
  }

  get timers(): number {
    return [this.#retry, this.#check, this.#deadline].filter((timer) => timer !== undefined).length;
  }

  start(): void {
    if (this.#state.state === 'closed') this.#connect();
  }

  stop(): void {
    this.#clear();
    const flow = this.#flow;
    this.#flow = undefined;
    this.#outage = undefined;
    this.#change({ state: 'closed' });
    if (flow) this.#options.transport.drop(flow);
  }

  /** The network came back, or the machine woke up: no waiting now, and no trust in what seems open. */
  retryNow(): void {
    const { clock } = this.#options;
    switch (this.#state.state) {
      case 'closed':
        return;
      case 'open':
        this.#urgentCheck();
        return;
      case 'connecting':
      case 'waiting':
        this.#outage = { since: clock.now(), tries: 1, lateTries: 0 };
        this.#abandon();
        this.#connect();
    }
  }

  /** More often while a call is up. */
  set inCall(inCall: boolean) {
    if (this.#inCall === inCall) return;
    this.#inCall = inCall;
    this.#beat();
  }

  /** We are registered, or want to be: the server must be able to reach us. */
  set reachable(reachable: boolean) {
    if (this.#reachable === reachable) return;
    this.#reachable = reachable;
    this.#beat();
  }

  /** The server named the time after which it takes the flow for dead (RFC 5626 §4.4.1): 80–100 % of that, in seconds. */
  set flowTimer(seconds: number) {
    const ours = seconds * 1000 * (0.8 + 0.2 * this.#options.random.number());
    this.#idle = Math.min(this.#keepAlive.idle, Math.max(1000, ours));
    this.#beat();
  }

  /** It is no use any more, whatever its state says. */
  fail(cause: string): void {
    const flow = this.#flow;
    if (!flow) return;
    this.#options.log('warn', 'flow-failed', { flow: flow.id, cause });
    // By the way a loss comes, so that every layer hears of it.
    this.#options.transport.closed(flow, cause);
    if (flow === this.#flow) this.closed(flow, cause);
    if (flow.state !== 'closed') flow.close();
  }

  // From the transport.

  opened(flow: Flow): void {
    if (flow !== this.#flow || this.#state.state !== 'connecting') return;
    this.#openedAt = this.#options.clock.now();
    this.#change({ state: 'open' });
    this.#beat();
    this.#options.user.opened(flow);
  }

  closed(flow: Flow, cause: string): void {
    if (flow !== this.#flow) return;
    const { clock, random } = this.#options;
    const now = clock.now();
    const stable = this.#state.state === 'open' && now - this.#openedAt >= this.#reconnect.stable;
    this.#clear();
    this.#flow = undefined;
    const outage = stable || !this.#outage ? { since: now, tries: 0, lateTries: 0 } : this.#outage;
    const retryAt = now + retryDelay(outage, now, random, this.#reconnect);
    this.#outage = afterTry(outage, now, this.#reconnect);
    this.#retry = clock.at(retryAt, () => this.#connect());
    this.#change({ state: 'waiting', retryAt, cause });
  }

  /** Anything that arrives proves life; a lone CRLF that the server answers pings. */
  heard(flow: Flow, bytes: Uint8Array): void {
    if (flow !== this.#flow) return;
    this.#deadline?.cancel();
    this.#deadline = undefined;
    if (bytes.length === 2 && bytes[0] === 13 && bytes[1] === 10) this.#pongs = true;
  }

  #connect(): void {
    const { transport, server, clock } = this.#options;
    this.#retry = undefined;
    this.#change({ state: 'connecting' });
    const flow = transport.connect(server);
    this.#flow = flow;
    if (!flow) {
      this.#change({ state: 'closed', cause: 'no such transport' });
      return;
    }
    if (flow.state !== 'open') return;
    this.#retry = clock.at(clock.now(), () => {
      this.#retry = undefined;
      this.opened(flow);
    });
  }

  #abandon(): void {
    this.#clear();
    const flow = this.#flow;
    this.#flow = undefined;
    if (flow) this.#options.transport.drop(flow);
  }

  /** Sets the rhythm: pings by the transport, and questions by us as long as the server owes us its first pong. */
  #beat(): void {
    const flow = this.flow;
    if (!flow) return;
    if (!flow.reliable) {
      this.#check?.cancel();
      this.#check = undefined;
      if (this.#inCall || this.#reachable) this.#holdOpen(flow);
      return;
    }
    const { interval, pongTimeout } = this.#rhythm;
    const { transport, random } = this.#options;
    transport.keepAlive(flow, { interval, pongTimeout, random, expectPong: 'once seen' });
    this.#schedule();
  }

  /**
   * Two CRLF now and then keep the way through a NAT open, which forgets UDP after 30 s. STUN (RFC 5626 §4.4.2) would tell of a lost way too,
   * but it needs a STUN server behind the SIP port, which few servers have, while all skip CRLF (§7.5); that nobody answers any more is
   * found by the next REGISTER.
   */
  #holdOpen(flow: Flow): void {
    const { clock } = this.#options;
    this.#check = clock.at(clock.now() + this.#idle, () => {
      flow.send(PING);
      this.#holdOpen(flow);
    });
  }

  #schedule(): void {
    const { interval, pongTimeout } = this.#rhythm;
    const { clock } = this.#options;
    this.#check?.cancel();
    this.#check = clock.at(clock.now() + interval, () => {
      this.#ask(pongTimeout);
      this.#schedule();
    });
  }

  get #rhythm(): { readonly interval: number; readonly pongTimeout: number } {
    const { inCall, deadline, urgentDeadline } = this.#keepAlive;
    return this.#inCall
      ? { interval: inCall, pongTimeout: urgentDeadline }
      : { interval: this.#idle, pongTimeout: deadline };
  }

  #urgentCheck(): void {
    const flow = this.flow;
    if (!flow?.reliable) return;
    this.#beat();
    this.#options.transport.probe(flow);
    const { clock } = this.#options;
    // A pong is due as well as any answer: `heard` takes both.
    if (this.#pongs) this.#expect(clock.now() + this.#keepAlive.urgentDeadline);
    else this.#ask(this.#keepAlive.urgentDeadline);
  }

  #ask(patience: number): void {
    if (this.#pongs || this.#deadline || !this.flow) return;
    this.#expect(this.#options.clock.now() + patience);
    this.#options.user.probe();
  }

  #expect(deadline: number): void {
    this.#deadline?.cancel();
    this.#deadline = this.#options.clock.at(deadline, () => {
      this.#deadline = undefined;
      this.fail('no answer');
    });
  }

  #clear(): void {
    for (const timer of [this.#retry, this.#check, this.#deadline]) timer?.cancel();
    this.#retry = undefined;
    this.#check = undefined;
    this.#deadline = undefined;
  }

  #change(state: FlowState): void {
    this.#state = state;
    this.#options.user.changed(state);
  }
}
