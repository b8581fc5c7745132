import { DialogTable } from '../dialog/index.ts';
import { createRequest, Headers, isSipUri, parseUri, type SipRequest } from '../message/index.ts';
import { silent, type Timer, token } from '../runtime/index.ts';
import { defaultTimers, TransactionLayer, type TransactionUser } from '../transaction/index.ts';
import { type Flow, TransportLayer, type TransportUser } from '../transport/index.ts';
import { type CallOptions, ClientInvite } from './client-invite.ts';
import type { Core, DialogUser, Waiting } from './core.ts';
import { Credentials } from './credentials.ts';
import { Goodbyes } from './goodbyes.ts';
import { Identity } from './identity.ts';
import { InviteSession } from './invite-session.ts';
import { InviteUsage } from './invite-usage.ts';
import type { FlowState, RegistrationState, SessionSnapshot, UserAgentOptions, UserAgentSnapshot } from './options.ts';
import { product } from './own-headers.ts';
import { Reception } from './reception.ts';
import { Registration } from './registration.ts';
import { ServerFlow } from './server-flow.ts';
import type { Session } from './session.ts';
import { Turns } from './turn.ts';

/**
 * A SIP user agent for one account (§8–15): keeps a connection to its server, a registration, and calls. It does no I/O: time, dice,
 * connections and media come in through the options; the adapter of the connections reports to `opened`, `received` and `closed`.
 *
 * @example
 * const agent = new UserAgent({ clock, random, transportPort, account, server, sessionDescription, events });
 * agent.start();
 * agent.register();
 * const session = agent.call('sip:bob@example.com');
 */
export class UserAgent {
  readonly #options: UserAgentOptions;
  readonly #core: Core;
  readonly #transport: TransportLayer;
  readonly #flow: ServerFlow;
  readonly #registration: Registration;
  readonly #goodbyes: Goodbyes;
  readonly #reception: Reception;
  readonly #timers = new Set<Timer>();
  readonly #waiting = new Set<() => void>();
  #lastFlow: Flow | undefined;
  /** A new flow is up, and what lived through the old one's loss does not know yet. */
  #recovering = false;
  #stopping: Promise<void> | undefined;
  #closing: (() => void) | undefined;
  #unregistered = false;

  /** `before`: what another user agent, or this one before a restart, left with `snapshot`. */
  constructor(options: UserAgentOptions, before?: UserAgentSnapshot) {
    const { clock, random, log = silent } = options;
    this.#options = options;
    const identity = new Identity(options, before);
    const credentials = new Credentials(random, options.account);
    if (before) credentials.learn(before.registration.realms);
    this.#transport = new EndpointTransport({
      port: options.transportPort,
      clock,
      log,
      sentBy: (flow) => identity.sentBy(flow),
      ...(options.trace && { trace: options.trace }),
      ...(options.reconnect?.connect !== undefined && { limits: { connectTimeout: options.reconnect.connect } }),
    });
    const transactions = new TransactionLayer({
      clock,
      random,
      log,
      transport: this.#transport,
      user: this.#transactionUser(),
      ...(options.timers && { timers: options.timers }),
    });
    this.#core = {
      options,
      clock,
      random,
      log,
      timers: { ...defaultTimers, ...options.timers },
      turns: new Turns(log),
      transactions,
      identity,
      credentials,
      dialogs: new DialogTable<DialogUser>(),
      sessions: new Map(),
      sessionsChanged: () => this.#sessionsChanged(),
      openFlow: () => this.#flow.flow,
      target: () => this.#target(),
      contact: () => (this.#lastFlow ? identity.dialogContact(this.#lastFlow) : ''),
      sendAck: (ack) => this.#ackSender(ack),
      after: (delay, run) => this.#after(delay, run),
      whenOpen: (patience, ready, late) => this.#whenOpen(patience, ready, late),
      sayGoodbye: (goodbye) => this.#goodbyes.say(goodbye),
    };
    this.#goodbyes = new Goodbyes(this.#core, () => this.#closeIfQuiet());
    this.#reception = new Reception(this.#core);
    this.#flow = new ServerFlow({
      clock,
      random,
      log,
      transport: this.#transport,
      server: options.server,
      keepAlive: options.keepAlive,
      reconnect: options.reconnect,
      user: {
        opened: (flow) => this.#opened(flow),
        changed: (state) => this.#core.turns.after(() => options.events.flow?.(state)),
        probe: () => this.#probe(),
      },
    });
    this.#registration = new Registration(
      this.#core,
      {
        settled: () => this.#recover(),
        unanswered: () => this.#flow.fail('REGISTER without answer'),
        flowTimer: (seconds) => {
          this.#flow.flowTimer = seconds;
        },
      },
      before?.registration,
    );
    for (const session of before?.sessions ?? []) this.#restore(session);
  }

  /** Opens the connection and keeps it up. */
  start(): void {
    this.#core.turns.run(() => this.#flow.start());
  }

  /** Ends all calls, unregisters, and closes the connection; takes at most two seconds of the clock. */
  stop(): Promise<void> {
    this.#stopping ??= new Promise((resolve) => {
      this.#core.turns.run(() => this.#leave(resolve));
    });
    return this.#stopping;
  }

  register(): void {
    this.#core.turns.run(() => this.#registration.register());
  }

  unregister(): void {
    this.#core.turns.run(() => this.#registration.unregister());
  }

  /**
   * Calls a SIP URI, or a user of our own domain by name or number. The session is there at once; how it goes on comes by events. Throws
   * when `target` is neither.
   */
  call(target: string, options: CallOptions = {}): Session {
    const uri = this.#resolve(target);
    return this.#core.turns.run(() => new ClientInvite(this.#core, uri, options).session);
  }

  get sessions(): readonly Session[] {
    return [...this.#core.sessions.values()];
  }

  get registration(): RegistrationState {
    return this.#registration.state;
  }

  get flow(): FlowState {
    return this.#flow.state;
  }

  /** The network came back, or the machine woke up: tries again at once, and checks what seems open. */
  network(_event: 'online' | 'wake'): void {
    this.#core.turns.run(() => {
      this.#flow.retryNow();
      this.#registration.retryNow();
    });
  }

  /** Registration and confirmed dialogs as plain data: another user agent can go on with it, even end a call from either side. */
  snapshot(): UserAgentSnapshot {
    const { identity, sessions } = this.#core;
    return {
      version: 1,
      contactUser: identity.contactUser,
      contactHost: identity.contactHost,
      instanceId: identity.instanceId,
      registration: this.#registration.snapshot(),
      sessions: [...sessions.values()].flatMap((session) => session.snapshot() ?? []),
    };
  }

  /** What is under way. All zero after `stop`. */
  get counts(): {
    readonly transactions: number;
    readonly dialogs: number;
    readonly sessions: number;
    readonly timers: number;
  } {
    const { client, server, timers } = this.#core.transactions.counts;
    return {
      transactions: client + server,
      dialogs: this.#core.dialogs.size,
      sessions: this.#core.sessions.size,
      timers: timers + this.#timers.size + this.#flow.timers,
    };
  }

  // From the adapter of the connections.

  opened(flow: Flow): void {
    this.#core.turns.run(() => this.#transport.opened(flow));
  }

  received(flow: Flow, bytes: Uint8Array): void {
    this.#core.turns.run(() => {
      this.#flow.heard(flow, bytes);
      this.#transport.received(flow, bytes);
    });
  }

  closed(flow: Flow, cause: string): void {
    this.#core.turns.run(() => this.#transport.closed(flow, cause));
  }

  // From below.

  #transactionUser(): TransactionUser {
    return {
      request: (transaction) => this.#core.turns.run(() => this.#reception.request(transaction)),
      cancel: (transaction, invite) => this.#core.turns.run(() => this.#reception.cancel(transaction, invite)),
      ack: (ack) => this.#core.turns.run(() => this.#reception.ack(ack)),
      strayResponse: (response) =>
        this.#core.log('debug', 'stray-response', { callId: response.callId, status: response.status }),
      flowOpened: (flow) => this.#core.turns.run(() => this.#flow.opened(flow)),
      flowClosed: (flow, cause) => this.#core.turns.run(() => this.#lost(flow, cause)),
    };
  }

  #opened(flow: Flow): void {
    this.#lastFlow = flow;
    this.#recovering = true;
    for (const ready of [...this.#waiting]) ready();
    this.#registration.flowOpened();
    // Dialogs follow the registration: the server finds us by it.
    if (!this.#registration.wanted) this.#recover();
  }

  #lost(flow: Flow, cause: string): void {
    const ours = flow === this.#flow.flow;
    this.#flow.closed(flow, cause);
    for (const session of [...this.#core.sessions.values()]) session.stage?.flowLost?.(flow);
    if (ours) this.#registration.flowLost();
  }

  #recover(): void {
    if (!this.#recovering || !this.#flow.flow) return;
    this.#recovering = false;
    this.#goodbyes.resume();
    for (const session of [...this.#core.sessions.values()]) session.stage?.recover?.();
  }

  // For the parts.

  #target(): ReturnType<Core['target']> {
    const { flow } = this.#flow;
    if (!flow) return undefined;
    // By destination over UDP, so that a large request can go by TCP (§18.1.1).
    return flow.reliable ? { flow } : { destination: this.#options.server };
  }

  #ackSender(ack: SipRequest): () => void {
    let sending: ReturnType<TransactionLayer['send']>;
    return () => {
      if (sending && this.#transport.resend(sending)) return;
      const target = this.#target();
      sending = target && this.#core.transactions.send(ack, target);
    };
  }

  #after(delay: number, run: () => void): Timer {
    const { clock, turns } = this.#core;
    const timer = clock.at(clock.now() + delay, () => {
      this.#timers.delete(mine);
      turns.run(run);
    });
    const mine: Timer = {
      cancel: () => {
        this.#timers.delete(mine);
        timer.cancel();
      },
    };
    this.#timers.add(mine);
    return mine;
  }

  #whenOpen(patience: number, ready: () => void, late: () => void): Waiting {
    if (this.#flow.flow) {
      ready();
      return { cancel() {} };
    }
    const settle = (step?: () => void) => {
      this.#waiting.delete(open);
      timer.cancel();
      step?.();
    };
    const open = () => settle(ready);
    const timer = this.#after(patience, () => settle(late));
    this.#waiting.add(open);
    return { cancel: () => settle() };
  }

  /** OPTIONS to our own domain; any answer will do, so it needs no credentials. */
  #probe(): void {
    const target = this.#target();
    if (!target) return;
    const { identity, random, transactions } = this.#core;
    const { scheme, host } = identity.aor;
    const request = createRequest({
      method: 'OPTIONS',
      uri: `${scheme}:${host}`,
      headers: Headers.of(
        ['Max-Forwards', '70'],
        ['From', identity.from(token(random))],
        ['To', `<${scheme}:${host}>`],
        ['Call-ID', token(random, 16)],
        ['CSeq', '1 OPTIONS'],
        ['Accept', 'application/sdp'],
        ...product(this.#core),
      ),
    });
    transactions.request(request, target, { response() {}, failed() {} });
  }

  #resolve(target: string): string {
    const text = target.trim();
    const { aor } = this.#core.identity;
    const port = aor.port === undefined ? '' : `:${aor.port}`;
    const full = /^[a-z][a-z0-9+.-]*:/i.test(text)
      ? text
      : text.includes('@')
        ? `${aor.scheme}:${text}`
        : `${aor.scheme}:${text}@${aor.host}${port}`;
    const uri = parseUri(full);
    if (!uri.ok || !isSipUri(uri.value) || text === '') throw new TypeError(`not a SIP address: ${target}`);
    return full;
  }

  #sessionsChanged(): void {
    this.#flow.inCall = this.#core.sessions.size > 0;
    this.#closeIfQuiet();
  }

  #restore(snapshot: SessionSnapshot): void {
    const { dialog } = snapshot;
    const session = new InviteSession(this.#core, { ...snapshot, callId: dialog.callId, state: 'connected' });
    new InviteUsage(this.#core, session, dialog).resume();
  }

  #leave(done: () => void): void {
    const deadline = this.#after(2000, () => this.#closing?.());
    this.#closing = () => {
      this.#closing = undefined;
      deadline.cancel();
      this.#close();
      done();
    };
    for (const session of this.sessions) session.hangUp();
    this.#registration.unregister(() => {
      this.#unregistered = true;
      this.#closeIfQuiet();
    });
  }

  #closeIfQuiet(): void {
    if (this.#closing && this.#unregistered && this.#goodbyes.size === 0 && this.#core.sessions.size === 0) {
      this.#core.turns.after(() => this.#core.turns.run(() => this.#closing?.()));
    }
  }

  #close(): void {
    this.#goodbyes.close();
    this.#registration.close();
    for (const session of [...this.#core.sessions.values()]) session.finish({ by: 'local', kind: 'hangup' });
    this.#core.transactions.close();
    this.#flow.stop();
    this.#transport.close();
    for (const timer of [...this.#timers]) timer.cancel();
  }
}

/** A response with more than one Via was meant for somebody behind us, and a user agent has nobody there (§8.1.3.3). */
class EndpointTransport extends TransportLayer {
  override attach(user: TransportUser): void {
    super.attach({
      ...user,
      response: (response, flow) => {
        if (response.vias.length === 1) user.response(response, flow);
      },
    });
  }
}
