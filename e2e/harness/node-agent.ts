import { setTimeout as at } from 'node:timers/promises';
import {
  type Destination,
  type Log,
  type Session,
  type SipMessage,
  SipRequest,
  type SipResponse,
  systemClock,
  UserAgent,
  type UserAgentEvents,
  utf8Decode,
} from '@ringback/sip';
import { FixedDescription, type NodeUserAgentOptions, nodeRandom, openPort, openUserAgent } from '@ringback/sip-node';

export interface NodeAgentOptions {
  /** Our port of UDP and TCP. */
  readonly port: number;
  /** Where everything is sent; absent for who is only called. */
  readonly server?: Destination | undefined;
  /** What is done about a call that comes in; default: it is answered at once. */
  readonly incoming?: ((session: Session, agent: NodeAgent) => void) | undefined;
  /** How many times faster its time goes; on the wire all goes at the usual pace. */
  readonly speed?: number | undefined;
  readonly options?: Partial<Omit<NodeUserAgentOptions, 'server' | 'port' | 'events'>> | undefined;
  readonly events?: Partial<UserAgentEvents> | undefined;
}

/** A user agent of ours in this process, driven by the public API alone, that keeps a journal of what it was told. */
export class NodeAgent {
  readonly agent: UserAgent;
  readonly journal: string[] = [];
  /** What went over the wire, `>` out and `<` in: `> INVITE`, `< 200 INVITE`. */
  readonly wire: string[] = [];
  readonly #close: () => Promise<void>;
  readonly #states = new Map<Session, string>();
  readonly #parties = new Map<Session, string>();
  /** What was sent, retransmissions of the transaction layer among it. */
  readonly sent: SipMessage[] = [];
  readonly received: SipMessage[] = [];
  #listeners: (() => void)[] = [];
  #problems: string[] = [];

  static async open(options: NodeAgentOptions): Promise<NodeAgent> {
    const { port, server, speed, options: more, events = {} } = options;
    let opened: NodeAgent | undefined;
    const self = (): NodeAgent => {
      if (opened === undefined) throw new Error('told before it is there');
      return opened;
    };
    const log: Log = (level, event, details) => {
      if (level === 'error') self().#problems.push(`${event} ${JSON.stringify(details)}`);
    };
    const all: NodeUserAgentOptions = {
      account: { aor: 'sip:agent@127.0.0.1', password: 'secret' },
      // sipp takes what is no message of the call it has in mind for a mistake.
      keepAlive: { idle: 3_600_000, inCall: 3_600_000 },
      ...more,
      port,
      ...(server && { server }),
      log,
      trace: ({ direction, message }) => {
        if (message) self().#saw(direction === 'out', message);
      },
      events: {
        ...events,
        incoming: (session) => {
          self().note('incoming');
          (options.incoming ?? ((each) => each.answer()))(session, self());
        },
        session: (session) => {
          self().#changed(session);
          events.session?.(session);
        },
        ended: (session) => self().#ended(session),
        registration: ({ state, status }) => self().note(`${state}${status === undefined ? '' : ` ${status}`}`),
        dtmf: (_, digit, duration) => self().note(`digit ${digit} for ${duration} ms`),
        transfer: (_, { state, status }) => self().note(`transfer ${state} ${status}`),
        unsolicited: (notify) => self().note(`told unasked: ${utf8Decode(notify.body).trimEnd()}`),
        message: events.message ?? (({ body }) => self().note(`message: ${body.trimEnd()}`)),
      },
    };
    if (speed === undefined) {
      const { agent, close } = await openUserAgent(all);
      opened = new NodeAgent(agent, close);
      return opened;
    }
    const sockets = await openPort({ port });
    const { account, keepAlive, events: told = {}, trace } = all;
    const agent = new UserAgent({
      ...more,
      account,
      server: server ?? { transport: 'UDP', ...sockets.local },
      log,
      events: told,
      ...(keepAlive && { keepAlive }),
      ...(trace && { trace }),
      timers: { t1: 500 * speed, t2: 4000 * speed, t4: 5000 * speed },
      clock: fast(speed),
      random: nodeRandom(),
      transportPort: sockets,
      sessionDescription: more?.sessionDescription ?? (() => new FixedDescription()),
    });
    sockets.attach(agent);
    opened = new NodeAgent(agent, async () => {
      await agent.stop();
      await sockets.close();
    });
    agent.start();
    return opened;
  }

  private constructor(agent: UserAgent, close: () => Promise<void>) {
    this.agent = agent;
    this.#close = close;
  }

  note(entry: string): void {
    this.journal.push(entry);
    this.#wake();
  }

  /** Waits until `entry` stands in the journal for the `times`th time. */
  until(entry: string, times = 1): Promise<void> {
    return this.#until(`${times} × "${entry}"`, () => this.journal.filter((each) => each === entry).length >= times);
  }

  /** Waits until this went over the wire. */
  untilWire(entry: string, times = 1): Promise<void> {
    return this.#until(`${times} × "${entry}"`, () => this.wire.filter((each) => each === entry).length >= times);
  }

  /** For a person who looks why a test failed. */
  get account(): string {
    return [`journal: ${this.journal.join('; ')}`, `wire: ${this.wire.join('; ')}`, ...this.#problems].join('\n');
  }

  /** What threw or went wrong inside. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  async close(): Promise<void> {
    await this.#close();
  }

  #saw(out: boolean, message: SipMessage): void {
    (out ? this.sent : this.received).push(message);
    const what = message instanceof SipRequest ? '' : `${(message as SipResponse).status} `;
    this.wire.push(`${out ? '>' : '<'} ${what}${message.cseq.method}`);
    this.#wake();
  }

  async #until(what: string, there: () => boolean): Promise<void> {
    const patience = new AbortController();
    const late = at(10_000, true, { signal: patience.signal }).catch(() => false);
    while (!there()) {
      const woken = new Promise<false>((wake) => this.#listeners.push(() => wake(false)));
      if (await Promise.race([woken, late])) throw new Error(`no ${what} in 10 s\n${this.account}`);
    }
    patience.abort();
  }

  #wake(): void {
    for (const wake of this.#listeners.splice(0)) wake();
  }

  #changed(session: Session): void {
    const { state, held, remote } = session;
    const known = this.#parties.get(session);
    if (known !== undefined && known !== remote.uri) this.note(`now with ${remote.uri}`);
    this.#parties.set(session, remote.uri);
    if (!['ringing', 'early', 'connected'].includes(state)) return;
    const words = [state, ...(held.local ? ['holding'] : []), ...(held.remote ? ['held'] : [])].join(', ');
    if (this.#states.get(session) === words) return;
    this.#states.set(session, words);
    this.note(words);
  }

  #ended(session: Session): void {
    // ACK and BYE in one TCP segment are one turn: the session tells by its times alone that it was answered.
    if (session.answeredAt !== undefined && !this.#states.get(session)?.startsWith('connected')) this.note('connected');
    this.#states.delete(session);
    this.#parties.delete(session);
    const { by, kind, status, reasonHeader = [] } = session.end ?? {};
    const reasons = reasonHeader.map(({ protocol, cause, text }) => `${protocol} ${cause} ${text}`);
    this.note([`ended by ${by}: ${kind}`, ...(status === undefined ? [] : [String(status)]), ...reasons].join(', '));
  }
}

function fast(speed: number) {
  const start = Date.now();
  return systemClock({
    now: () => start + (Date.now() - start) * speed,
    setTimeout: (run, delay) => setTimeout(run, delay / speed),
    clearTimeout,
  });
}
