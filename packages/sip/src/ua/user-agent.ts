import { createAck, DialogTable } from '../dialog/index.ts';
import type { EventPackage } from '../events/index.ts';
import { Headers, type SipRequest, type SipResponse } from '../message/index.ts';
import { silent } from '../runtime/index.ts';
import { defaultTimers, TransactionLayer, type TransactionUser } from '../transaction/index.ts';
import type { Flow } from '../transport/index.ts';
import { Alarms } from './alarms.ts';
import { type CallOptions, ClientInvite } from './client-invite.ts';
import type { Core, Waiting } from './core.ts';
import { Credentials } from './credentials.ts';
import { Departure } from './departure.ts';
import { dialTarget } from './dial-target.ts';
import { EndpointTransport } from './endpoint-transport.ts';
import type { NotifierOptions } from './events/incoming-subscription.ts';
import { ClientPublication, type Publication, type PublishOptions } from './events/publication.ts';
import { ClientSubscription, type SubscribeOptions, type Subscription } from './events/subscription.ts';
import { Subscriptions } from './events/subscriptions.ts';
import { Goodbyes } from './goodbyes.ts';
import { Identity } from './identity.ts';
import { InviteSession } from './invite-session.ts';
import { InviteUsage } from './invite-usage.ts';
import { type DialogUsage, LiveDialog } from './live-dialog.ts';
import { type MessageOutcome, type MessageParts, sendMessage, takeMessages } from './messages.ts';
import type {
  Bindings,
  FlowState,
  RegistrationState,
  SessionSnapshot,
  UserAgentOptions,
  UserAgentSnapshot,
} from './options.ts';
import { optionsProbe } from './options-probe.ts';
import { privacyHeaders } from './privacy.ts';
import { Reception } from './reception.ts';
import { Registration } from './registration.ts';
import { ServerFlow } from './server-flow.ts';
import type { Session } from './session.ts';
import { takeReferrals } from './transfer/referral.ts';
import { Transfer, type TransferProgress } from './transfer/transfer.ts';
import { Turns } from './turn.ts';
import { WaitingRoom } from './waiting-room.ts';

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
  readonly #transport: EndpointTransport;
  readonly #flow: ServerFlow;
  readonly #registration: Registration;
  readonly #goodbyes: Goodbyes;
  readonly #reception: Reception;
  readonly #alarms: Alarms;
  readonly #waiting: WaitingRoom;
  #lastFlow: Flow | undefined;
  /** A new flow is up, and what lived through the old one's loss does not know yet. */
  #recovering = false;
  #departure: Departure | undefined;

  /**
   * `before`: what another user agent, or this one before a restart, left with `snapshot`. Throws a TypeError when that is of a version not
   * known here, or the account has no address of record.
   */
  constructor(options: UserAgentOptions, before?: UserAgentSnapshot) {
    const { clock, random, log = silent } = options;
    this.#options = options;
    if (before && before.version !== 1) throw new TypeError(`unknown version of a snapshot: ${before.version}`);
    const identity = new Identity(options, before);
    const credentials = new Credentials(random, log, options.account, before?.registration);
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
    const turns = new Turns(log);
    const methods = new Map();
    this.#alarms = new Alarms(clock, turns);
    this.#waiting = new WaitingRoom(this.#alarms);
    this.#core = {
      options,
      clock,
      random,
      log,
      timers: { ...defaultTimers, ...options.timers },
      turns,
      transactions,
      identity,
      credentials,
      dialogs: new DialogTable<LiveDialog>(),
      methods,
      subscriptions: new Subscriptions(() => this.#core, methods),
      extensions: new Set([
        'outbound',
        'from-change',
        'gruu',
        '199',
        'replaces',
        'tdialog',
        'norefersub',
        ...(options.sessionExpires === 0 ? [] : ['timer']),
        ...(options.reliableProvisional === 'off' ? [] : ['100rel']),
        ...(options.join ? ['join'] : []),
        ...(options.infoPackages ?? []).flatMap(({ option }) => option ?? []),
      ]),
      sessions: new Map(),
      gone: [],
      closing: new Set(),
      sessionsChanged: () => this.#sessionsChanged(),
      openFlow: () => this.#flow.flow,
      target: () => this.#target(),
      contact: (hidden) => (this.#lastFlow ? identity.dialogContact(this.#lastFlow, hidden) : ''),
      sendAck: (ack) => this.#ackSender(ack),
      after: (delay, run) => this.#alarms.after(delay, run),
      whenOpen: (patience, ready, late) => this.#whenOpen(patience, ready, late),
      sayGoodbye: (goodbye) => this.#goodbyes.say(goodbye),
    };
    this.#goodbyes = new Goodbyes(this.#core, () => this.#departure?.look());
    this.#reception = new Reception(this.#core);
    takeReferrals(this.#core);
    takeMessages(this.#core);
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
    this.#flow.reachable = this.#registration.wanted;
    for (const session of before?.sessions ?? []) this.#restore(session);
  }

  /** Opens the connection and keeps it up. */
  start(): void {
    this.#core.turns.run(() => this.#flow.start());
  }

  /** Ends all calls, unregisters, and closes the connection; takes at most two seconds of the clock. */
  stop(): Promise<void> {
    return this.#core.turns.run(() => {
      this.#departure ??= new Departure(this.#core, this.#registration, this.#goodbyes, () => this.#close());
      return this.#departure.done;
    });
  }

  register(): void {
    this.#core.turns.run(() => {
      this.#registration.register();
      this.#flow.reachable = true;
    });
  }

  unregister(): void {
    this.#core.turns.run(() => {
      this.#registration.unregister();
      this.#flow.reachable = false;
    });
  }

  /**
   * Asks the registrar which contacts our address has (§10.2.3): the other phones of the user, and us. Status 408 or 503 when no answer came.
   */
  fetchBindings(): Promise<Bindings> {
    return new Promise((resolve) => this.#core.turns.run(() => this.#registration.fetch(resolve)));
  }

  /**
   * Calls a SIP URI, or a user of our own domain by name or number. The session is there at once; how it goes on comes by events. Throws
   * when `target` is neither.
   */
  call(target: string, options: CallOptions = {}): Session {
    const uri = dialTarget(target, this.#core.identity.aor);
    // Misuse is told to the one who misuses, not found when the INVITE is written.
    Headers.of(...(options.headers ?? []), ...privacyHeaders(this.#core, options));
    return this.#core.turns.run(() => new ClientInvite(this.#core, uri, options).session);
  }

  /**
   * Subscribes to the state of an address (RFC 6665 §4.1), or of the far side inside the dialog of a call. It is there at once, and kept up
   * over lost flows until it is ended; what comes is told to the functions of `options`. Throws when `target` is neither.
   *
   * @example
   * agent.subscribe('sip:bob@example.com', presence, { value: (state) => show(state) });
   */
  subscribe<T>(target: string | Session, pack: EventPackage<T>, options: SubscribeOptions<T> = {}): Subscription<T> {
    const core = this.#core;
    const place =
      typeof target === 'string' ? dialTarget(target, core.identity.aor) : core.sessions.get(target.id)?.stage?.dialog;
    if (place === undefined) throw new TypeError('no dialog to subscribe in');
    Headers.of(...(options.headers ?? []));
    return core.turns.run(() => new ClientSubscription(core, place, pack, options));
  }

  /** Takes subscriptions to a package (RFC 6665 §4.2). Before it is called for one, that is answered 489. */
  notifier<T>(pack: EventPackage<T>, options: NotifierOptions<T>): void {
    this.#core.subscriptions.serve(pack, options);
  }

  /** Publishes state of ours (RFC 3903) and keeps it there, over lost flows, until it is removed. */
  publish<T>(pack: EventPackage<T>, value: T, options: PublishOptions = {}): Publication<T> {
    Headers.of(...(options.headers ?? []));
    return this.#core.turns.run(() => new ClientPublication(this.#core, pack, value, options));
  }

  /** Asks somebody outside of any call to call `target` (RFC 3515). `told` hears how it goes. Throws when either is no address. */
  refer(who: string, target: string, told: (progress: TransferProgress) => void = () => {}): void {
    const [place, uri] = [who, target].map((each) => dialTarget(each, this.#core.identity.aor)) as [string, string];
    this.#core.turns.run(() => new Transfer(this.#core, place, uri, told));
  }

  /**
   * Sends a message (RFC 3428) outside of any call, and gives what the next hop says. Rejects when `target` is no address, or when the message
   * is larger than 1300 octets and would go over UDP (§8).
   *
   * @example
   * const { status } = await agent.sendMessage('sip:bob@example.com', { contentType: 'text/plain', body: 'Lunch?' });
   */
  async sendMessage(target: string, parts: MessageParts): Promise<MessageOutcome> {
    const uri = dialTarget(target, this.#core.identity.aor);
    return this.#core.turns.run(() => sendMessage(this.#core, uri, parts));
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
      timers: timers + this.#alarms.size + this.#flow.timers,
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
      strayResponse: (response) => this.#core.turns.run(() => this.#stray(response)),
      flowOpened: (flow) => this.#core.turns.run(() => this.#flow.opened(flow)),
      flowClosed: (flow, cause) => this.#core.turns.run(() => this.#lost(flow, cause)),
    };
  }

  /** A 2xx to a re-INVITE of an earlier life: without an ACK the far side would end the call (§13.3.1.4). */
  #stray(response: SipResponse): void {
    const { callId, status, cseq, fromTag = '', toTag = '' } = response;
    this.#core.log('debug', 'stray-response', { callId, status });
    const dialog = this.#core.dialogs.get({ callId, localTag: fromTag, remoteTag: toTag });
    if (dialog && response.isSuccess && cseq.method === 'INVITE') this.#ackSender(createAck(dialog.state, response))();
  }

  #opened(flow: Flow): void {
    this.#lastFlow = flow;
    this.#recovering = true;
    this.#registration.flowOpened();
    // Calls and dialogs follow the registration: the server finds us by it.
    if (!this.#registration.wanted) this.#recover();
  }

  #lost(flow: Flow, cause: string): void {
    const ours = flow === this.#flow.flow;
    this.#flow.closed(flow, cause);
    this.#usages((usage) => usage.flowLost?.(flow));
    if (ours) this.#core.subscriptions.flowLost();
    if (ours) this.#registration.flowLost();
  }

  #recover(): void {
    if (!this.#recovering || !this.#flow.flow) return;
    this.#recovering = false;
    this.#waiting.callAll();
    this.#usages((usage) => usage.recover?.());
    this.#core.subscriptions.recover();
  }

  #usages(tell: (usage: DialogUsage) => void): void {
    for (const dialog of [...this.#core.dialogs.values()]) for (const usage of dialog.usages) tell(usage);
  }

  // For the parts.

  #target(): ReturnType<Core['target']> {
    const { flow } = this.#flow;
    if (!flow) return undefined;
    // By destination over UDP, so that a large request can go by TCP (§18.1.1).
    return flow.reliable ? { flow } : { destination: this.#options.server };
  }

  #whenOpen(patience: number, ready: () => void, late: () => void): Waiting {
    if (!this.#flow.flow || this.#recovering) return this.#waiting.enter(patience, ready, late);
    ready();
    return { cancel() {} };
  }

  /** Any answer will do. */
  #probe(): void {
    const target = this.#target();
    if (target) this.#core.transactions.request(optionsProbe(this.#core), target, { response() {}, failed() {} });
  }

  #ackSender(ack: SipRequest): () => void {
    let sending: ReturnType<TransactionLayer['send']>;
    return () => {
      if (sending && this.#transport.resend(sending)) return;
      const target = this.#target();
      sending = target && this.#core.transactions.send(ack, target);
    };
  }

  #sessionsChanged(): void {
    this.#flow.inCall = this.#core.sessions.size > 0;
    this.#departure?.look();
  }

  #restore(snapshot: SessionSnapshot): void {
    const { dialog } = snapshot;
    const session = new InviteSession(this.#core, { ...snapshot, callId: dialog.callId, state: 'connected' });
    new InviteUsage(this.#core, session, new LiveDialog(this.#core, dialog)).resume(snapshot.timer);
  }

  #close(): void {
    this.#goodbyes.close();
    this.#registration.close();
    for (const close of [...this.#core.closing]) close();
    this.#core.subscriptions.close();
    for (const session of [...this.#core.sessions.values()]) session.finish({ by: 'local', kind: 'hangup' });
    this.#core.transactions.close();
    this.#flow.stop();
    this.#transport.close();
    this.#alarms.cancelAll();
  }
}
