import { createAck, DialogTable } from '../dialog/index.ts';
import type { EventPackage } from '../events/index.ts';
import { Headers, printMultipart, type SipRequest, type SipResponse } from '../message/index.ts';
import { silent } from '../runtime/index.ts';
import { LazyMap, LazySet } from '../runtime/lazy.ts';
import { defaultTimers, TransactionLayer, type TransactionUser } from '../transaction/index.ts';
import type { Flow, TransportOptions } from '../transport/index.ts';
import { Alarms } from './alarms.ts';
import { type CallOptions, ClientInvite } from './client-invite.ts';
import type { Core } from './core.ts';
import { Credentials } from './credentials.ts';
import { Departure } from './departure.ts';
import { dialTarget } from './dial-target.ts';
import { EndpointTransport } from './endpoint-transport.ts';
import type { NotifierOptions } from './events/incoming-subscription.ts';
import { ClientPublication, type Publication, type PublishOptions } from './events/publication.ts';
import { ClientSubscription, type SubscribeOptions, type Subscription } from './events/subscription.ts';
import { Subscriptions } from './events/subscriptions.ts';
import { Flows } from './flows.ts';
import { Goodbyes } from './goodbyes.ts';
import { Identity } from './identity.ts';
import { InviteSession, userToUserHeaders } from './invite-session.ts';
import { InviteUsage } from './invite-usage.ts';
import { type DialogUsage, LiveDialog } from './live-dialog.ts';
import { type MessageOutcome, type MessageParts, sendMessage } from './messages.ts';
import { methodsOf } from './method-table.ts';
import type {
  Bindings,
  FlowState,
  RegistrationState,
  SessionSnapshot,
  UserAgentOptions,
  UserAgentSnapshot,
} from './options.ts';
import { privacyHeaders } from './privacy.ts';
import { Reception } from './reception.ts';
import type { Session } from './session.ts';
import { SessionIds } from './session-ids.ts';
import { takingHeaders, targetDialog } from './transfer/replaces.ts';
import { referOutside, type TransferProgress } from './transfer/transfer.ts';
import { Turns } from './turn.ts';

/** The parts that are given the core before it has them. */
type Late = 'subscriptions' | 'flows' | 'goodbyes';
type Building = Omit<Core, Late> & { -readonly [K in Late]: Core[K] };

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
  readonly #core: Core;
  readonly #transport: EndpointTransport;
  readonly #reception: Reception;
  readonly #alarms: Alarms;
  #departure: Departure | undefined;

  /**
   * `before`: what another user agent, or this one before a restart, left with `snapshot`. Throws a TypeError when that is of a version not
   * known here, or the account has no address of record.
   */
  constructor(options: UserAgentOptions, before?: UserAgentSnapshot) {
    const { clock, random, log = silent } = options;
    if (before && before.version !== 1) throw new TypeError(`unknown version of a snapshot: ${before.version}`);
    const identity = new Identity(options, before);
    const credentials = new Credentials(random, log, options.account, before?.registration);
    const sessionIds = new SessionIds(random, (callId) => this.sessions.some((session) => session.callId === callId));
    const transportOptions: TransportOptions = {
      port: options.transportPort,
      clock,
      log,
      sentBy: (flow) => identity.sentBy(flow),
      trace: options.trace,
      limits: options.reconnect && { connectTimeout: options.reconnect.connect },
    };
    this.#transport = new EndpointTransport(transportOptions, sessionIds, options.userAgent);
    const transactions = new TransactionLayer({
      clock,
      random,
      log,
      transport: this.#transport,
      user: this.#transactionUser(),
      timers: options.timers,
    });
    const turns = new Turns(log);
    this.#alarms = new Alarms(clock, turns);
    const core = {
      options,
      clock,
      random,
      log,
      timers: options.timers ? { ...defaultTimers, ...options.timers } : defaultTimers,
      turns,
      transactions,
      identity,
      credentials,
      sessionIds,
      dialogs: new DialogTable<LiveDialog>(),
      methods: methodsOf(options),
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
      sessions: new LazyMap(),
      gone: [],
      closing: new LazySet(),
      sessionsChanged: () => {
        this.#core.flows.inCall = this.#core.sessions.size > 0;
        this.#departure?.look();
      },
      sendAck: (ack, choice, dialog) => this.#ackSender(ack, choice, dialog),
      after: (delay, run) => this.#alarms.after(delay, run),
    } satisfies Omit<Core, Late> as Partial<Core> as Building;
    this.#core = core;
    core.subscriptions = new Subscriptions(core);
    core.goodbyes = new Goodbyes(core, () => this.#departure?.look());
    core.flows = new Flows(core, this.#transport, (stalled) => this.#recover(stalled), before?.registration);
    this.#reception = new Reception(core);
    for (const session of before?.sessions ?? []) this.#restore(session);
  }

  /** Opens the connection and keeps it up. */
  start(): void {
    this.#core.turns.run(() => this.#core.flows.start());
  }

  /** Ends all calls, unregisters, and closes the connection; takes at most two seconds of the clock. */
  stop(): Promise<void> {
    return this.#core.turns.run(() => {
      this.#departure ??= new Departure(this.#core, () => this.#close());
      return this.#departure.done;
    });
  }

  register(): void {
    this.#core.turns.run(() => this.#core.flows.register());
  }

  unregister(): void {
    this.#core.turns.run(() => this.#core.flows.unregister());
  }

  /**
   * Asks the registrar which contacts our address has (§10.2.3): the other phones of the user, and us. Status 408 or 503 when no answer came.
   */
  fetchBindings(): Promise<Bindings> {
    return new Promise((resolve) => this.#core.turns.run(() => this.#core.flows.fetch(resolve)));
  }

  /**
   * Calls a SIP URI, or a user of our own domain by name or number (without spaces). The session is there at once; how it goes on comes by
   * events. Throws a TypeError when `target` is neither, or when a call to replace or join has no dialog yet.
   */
  call(target: string, options: CallOptions = {}): Session {
    const core = this.#core;
    const uri = dialTarget(target, core.identity.aor);
    const headers = [
      ...takingHeaders(core, options),
      ...targetDialog(core, options.targetDialog),
      ...userToUserHeaders(options.userToUser),
      ...(options.headers ?? []),
    ];
    // Misuse is told to the one who misuses, not found when the INVITE is written.
    Headers.of(...headers, ...privacyHeaders(core, options));
    printMultipart(options.parts ?? [], core.identity.instanceId);
    return core.turns.run(() => new ClientInvite(core, uri, { ...options, headers }, options.replaces?.callId).session);
  }

  /**
   * Subscribes to the state of an address (RFC 6665 §4.1), written as for `call`, or of the far side inside the dialog of a call. It is there
   * at once, and kept up over lost flows until it is ended; what comes is told to the functions of `options`. Throws when `target` is neither.
   *
   * @example
   * agent.subscribe('sip:bob@example.com', presence, { value: (state) => show(state) });
   */
  subscribe<T>(target: string | Session, pack: EventPackage<T>, options: SubscribeOptions<T> = {}): Subscription<T> {
    const core = this.#core;
    const place =
      typeof target === 'string' ? dialTarget(target, core.identity.aor) : core.sessions.get(target.id)?.stage?.dialog;
    if (place === undefined) throw new TypeError('no dialog to subscribe in');
    const headers = [...targetDialog(core, options.targetDialog), ...(options.headers ?? [])];
    Headers.of(...headers);
    return core.turns.run(() => new ClientSubscription(core, place, pack, { ...options, headers }));
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

  /**
   * Asks somebody outside of any dialog to call `target` (RFC 3515): an address, or the far side of a call, which then knows by Target-Dialog
   * who asks (RFC 4538) and may end the call once it made the other. `told` hears how it goes; without it nobody is to tell (RFC 4488). A 420 when the far side does not know Target-Dialog, and then nothing is
   * sent. Throws when either is no address.
   */
  refer(who: string | Session, target: string, told?: (progress: TransferProgress) => void): void {
    const core = this.#core;
    const uri = dialTarget(target, core.identity.aor);
    const place = typeof who === 'string' ? dialTarget(who, core.identity.aor) : who;
    core.turns.run(() => referOutside(core, place, uri, told));
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
    return this.#core.flows.registration;
  }

  get flow(): FlowState {
    return this.#core.flows.state;
  }

  /** The network came back, or the machine woke up: tries again at once, and checks what seems open. */
  network(_event: 'online' | 'wake'): void {
    this.#core.turns.run(() => this.#core.flows.network());
  }

  /** Registration and confirmed dialogs as plain data: another user agent can go on with it, even end a call from either side. */
  snapshot(): UserAgentSnapshot {
    const { identity, sessions } = this.#core;
    return {
      version: 1,
      contactUser: identity.contactUser,
      contactHost: identity.contactHost,
      instanceId: identity.instanceId,
      registration: this.#core.flows.snapshot(),
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
      timers: timers + this.#alarms.size + this.#core.flows.timers,
    };
  }

  // From the adapter of the connections.

  opened(flow: Flow): void {
    this.#core.turns.run(() => this.#transport.opened(flow));
  }

  received(flow: Flow, bytes: Uint8Array): void {
    this.#core.turns.run(() => {
      this.#core.flows.heard(flow, bytes);
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
      flowOpened: (flow) => this.#core.turns.run(() => this.#core.flows.opened(flow)),
      flowClosed: (flow, cause) => this.#core.turns.run(() => this.#lost(flow, cause)),
    };
  }

  /** A 2xx to a re-INVITE of an earlier life: without an ACK the far side would end the call (§13.3.1.4). */
  #stray(response: SipResponse): void {
    const { callId, status, cseq, fromTag = '', toTag = '' } = response;
    this.#core.log('debug', 'stray-response', { callId, status });
    const dialog = this.#core.dialogs.get({ callId, localTag: fromTag, remoteTag: toTag });
    if (dialog && response.isSuccess && cseq.method === 'INVITE')
      this.#ackSender(createAck(dialog.state, response), 0, dialog)();
  }

  #lost(flow: Flow, cause: string): void {
    this.#core.flows.closed(flow, cause, (main) => {
      this.#usages((usage) => usage.flowLost?.(flow));
      if (main) this.#core.subscriptions.flowLost();
    });
  }

  #recover(stalled: readonly string[]): void {
    this.#usages((usage) => usage.recover?.(stalled));
    this.#core.subscriptions.recover();
  }

  #usages(tell: (usage: DialogUsage) => void): void {
    for (const dialog of [...this.#core.dialogs.values()]) for (const usage of dialog.usages) tell(usage);
  }

  // For the parts.

  #ackSender(ack: SipRequest, choice = 0, dialog?: LiveDialog): () => void {
    let sending: ReturnType<TransactionLayer['send']>;
    return () => {
      if (sending && this.#transport.resend(sending)) return;
      const target = this.#core.flows.target(choice, dialog);
      sending = target && this.#core.transactions.send(ack, target);
    };
  }

  #restore(snapshot: SessionSnapshot): void {
    const { dialog, sessionId } = snapshot;
    if (sessionId) this.#core.sessionIds.restore(dialog.callId, dialog.remoteTag, sessionId);
    const session = new InviteSession(this.#core, { ...snapshot, callId: dialog.callId, state: 'connected' });
    new InviteUsage(this.#core, session, new LiveDialog(this.#core, dialog)).resume(snapshot.timer);
  }

  #close(): void {
    this.#core.goodbyes.close();
    for (const close of [...this.#core.closing]) close();
    this.#core.subscriptions.close();
    for (const session of [...this.#core.sessions.values()]) session.finish({ by: 'local', kind: 'hangup' });
    this.#core.transactions.close();
    this.#core.flows.stop();
    this.#transport.close();
    this.#alarms.cancelAll();
  }
}
