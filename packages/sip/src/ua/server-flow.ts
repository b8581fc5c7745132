import type { Timer } from '../runtime/index.ts';
import { type Destination, type Flow, PING } from '../transport/index.ts';
import type { Core } from './core.ts';
import type { EndpointTransport } from './endpoint-transport.ts';
import type { KeepAliveOptions } from './options.ts';
import type { WayEvent } from './recovery.ts';

export interface FlowUser {
  tell(event: WayEvent): void;
  /** Asks the server for any answer at all (OPTIONS): it has not shown that it answers CRLF pings. */
  probe(): void;
}

const defaultKeepAlive: KeepAliveOptions = { idle: 25_000, inCall: 5_000, deadline: 10_000, urgentDeadline: 5_000 };

/** The flow to one server: opened and let go as it is told, and kept alive. Reports about one that has been replaced are ignored. */
export class ServerFlow {
  readonly #core: Core;
  readonly #transport: EndpointTransport;
  /** Addresses of one server, in the order in which they are tried. */
  readonly #servers: readonly Destination[];
  #at = 0;
  readonly #user: FlowUser;
  readonly #keepAlive: KeepAliveOptions;
  #flow: Flow | undefined;
  #isOpen = false;
  /** Until the next sign of life from us. */
  #timer: Timer | undefined;
  #deadline: Timer | undefined;
  /** The server answered a CRLF ping, on this flow or on one before: it can be held to it. */
  #pongs = false;
  #inCall = false;
  #given = false;
  #reachable = false;
  #idle: number;

  constructor(core: Core, transport: EndpointTransport, servers: readonly Destination[], user: FlowUser) {
    this.#core = core;
    this.#transport = transport;
    this.#servers = servers;
    this.#user = user;
    const { keepAlive } = core.options;
    this.#keepAlive = keepAlive ? { ...defaultKeepAlive, ...keepAlive } : defaultKeepAlive;
    this.#idle = this.#keepAlive.idle;
  }

  /** Where it leads. */
  get server(): Destination {
    return this.#servers[this.#at % this.#servers.length] as Destination;
  }

  /** The flow, while it is open. */
  get flow(): Flow | undefined {
    return this.#isOpen ? this.#flow : undefined;
  }

  get timers(): number {
    return Number(this.#timer !== undefined) + Number(this.#deadline !== undefined);
  }

  connect(): void {
    const { clock } = this.#core;
    const flow = this.#transport.connect(this.server);
    this.#flow = flow;
    if (!flow) this.#user.tell({ type: 'impossible', cause: 'no such transport' });
    else if (flow.state === 'open') this.#timer = clock.at(clock.now(), () => this.opened(flow));
  }

  drop(): void {
    const flow = this.#flow;
    this.#forget();
    if (flow) this.#transport.drop(flow);
  }

  /** It seems open; is it? */
  check(): void {
    const flow = this.flow;
    if (!flow?.reliable) return;
    this.#beat();
    this.#transport.probe(flow);
    const { clock } = this.#core;
    // A pong is due as well as any answer: `heard` takes both.
    if (this.#pongs) this.#expect(clock.now() + this.#keepAlive.urgentDeadline);
    else this.#ask(this.#keepAlive.urgentDeadline);
  }

  /**
   * A request to `failed` got 503 or no response at all: by UDP it and all others go to the next address from now on (RFC 3263 §4.3), until `tries` have
   * been everywhere. A connection is no such matter, since a lost one is opened to the next by itself.
   */
  failOver(failed: Destination, tries: number): boolean {
    const flow = this.#flow;
    if (!flow || flow.reliable || tries >= this.#servers.length || !this.#servers.includes(failed)) return false;
    // Another request may have found out before.
    if (failed === this.server) {
      this.#at += 1;
      this.#flow = this.#transport.connect(this.server) ?? flow;
      this.#beat();
    }
    return true;
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
    const ours = seconds * 1000 * (0.8 + 0.2 * this.#core.random.number());
    this.#idle = Math.min(this.#keepAlive.idle, Math.max(1000, ours));
    this.#beat();
  }

  /** It is no use any more, whatever its state says. */
  fail(cause: string): void {
    const flow = this.#flow;
    if (!flow) return;
    this.#core.log('warn', 'flow-failed', { flow: flow.id, cause });
    this.#given = true;
    // By the way a loss comes, so that every layer hears of it.
    this.#transport.closed(flow, cause);
    if (flow === this.#flow) this.closed(flow, cause);
    if (flow.state !== 'closed') flow.close();
  }

  // From the transport.

  opened(flow: Flow): void {
    if (flow !== this.#flow || this.#isOpen) return;
    this.#isOpen = true;
    this.#beat();
    this.#user.tell({ type: 'opened' });
  }

  closed(flow: Flow, cause: string): void {
    if (flow !== this.#flow) return;
    // One that never opened, or was given up since nobody answers.
    if (!this.#isOpen || this.#given) this.#at += 1;
    this.#given = false;
    this.#forget();
    this.#user.tell({ type: 'lost', cause });
  }

  /** Anything that arrives proves life; a lone CRLF that the server answers pings. */
  heard(flow: Flow, bytes: Uint8Array): void {
    if (flow !== this.#flow) return;
    this.#deadline?.cancel();
    this.#deadline = undefined;
    if (bytes.length === 2 && bytes[0] === 13 && bytes[1] === 10) this.#pongs = true;
  }

  /** Sets the rhythm: pings by the transport, and questions by us as long as the server owes us its first pong. */
  #beat(): void {
    const flow = this.flow;
    if (!flow) return;
    if (!flow.reliable) {
      this.#timer?.cancel();
      this.#timer = undefined;
      if (this.#inCall || this.#reachable) this.#holdOpen(flow);
      return;
    }
    const { interval, pongTimeout } = this.#rhythm;
    const { random } = this.#core;
    this.#transport.keepAlive(flow, { interval, pongTimeout, random, expectPong: 'once seen' });
    this.#schedule();
  }

  /**
   * Two CRLF now and then keep the way through a NAT open, which forgets UDP after 30 s. STUN (RFC 5626 §4.4.2) would tell of a lost way too,
   * but it needs a STUN server behind the SIP port, which few servers have, while all skip CRLF (§7.5); that nobody answers any more is
   * found by the next REGISTER.
   */
  #holdOpen(flow: Flow): void {
    const { clock } = this.#core;
    this.#timer = clock.at(clock.now() + this.#idle, () => {
      flow.send(PING);
      this.#holdOpen(flow);
    });
  }

  #schedule(): void {
    const { interval, pongTimeout } = this.#rhythm;
    const { clock } = this.#core;
    this.#timer?.cancel();
    this.#timer = undefined;
    // Who answers pings need not be asked besides.
    if (this.#pongs) return;
    this.#timer = clock.at(clock.now() + interval, () => {
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

  #ask(patience: number): void {
    if (this.#pongs || this.#deadline || !this.flow) return;
    this.#expect(this.#core.clock.now() + patience);
    this.#user.probe();
  }

  #expect(deadline: number): void {
    this.#deadline?.cancel();
    this.#deadline = this.#core.clock.at(deadline, () => {
      this.#deadline = undefined;
      this.#user.tell({ type: 'silent', cause: 'no answer' });
    });
  }

  #forget(): void {
    this.#timer?.cancel();
    this.#deadline?.cancel();
    this.#timer = undefined;
    this.#deadline = undefined;
    this.#flow = undefined;
    this.#isOpen = false;
  }
}
