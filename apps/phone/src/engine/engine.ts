/**
 * The phone without its face: one user agent per account, the calls, and what this device keeps. It lives in a worker,
 * serves every tab of the profile alike, and is the only one that talks to a server.
 */
import { type Log, type Random, type SystemClock, token } from '@ringback/sip';
import type { Locks } from '../bridge/locks.ts';
import { PROTOCOL_VERSION, type RecentCall, type Snapshot, type TabId, type ToEngine } from '../bridge/protocol.ts';
import { Accounts } from './accounts.ts';
import type { Call } from './call.ts';
import { Calls } from './calls.ts';
import { type CommandContext, obey } from './commands.ts';
import { Device } from './device.ts';
import { Journal } from './journal.ts';
import type { Store } from './store.ts';
import { type TabPort, Tabs } from './tabs.ts';
import { Traces } from './trace.ts';
import { Vault } from './vault.ts';

export interface EngineHost {
  readonly store: Store;
  readonly locks: Locks | undefined;
  readonly clock: SystemClock;
  readonly random: Random;
  readonly log: Log;
  /** Origin of the pages. */
  readonly origin: string;
  /** Ends this worker. */
  close(): void;
}

export class Engine {
  readonly #host: EngineHost;
  readonly #id: string;
  readonly #tabs: Tabs;
  readonly #accounts: Accounts;
  readonly #calls: Calls;
  readonly #device: Device;
  readonly #journal: Journal;
  readonly #traces: Traces;
  readonly #commands: CommandContext;
  readonly #ports = new Map<TabPort, TabId>();
  #running: Promise<unknown> = Promise.resolve();
  #awake = false;
  #announced = false;
  /** Version of a tab that waits for this engine to make room. */
  #successor: number | undefined;

  constructor(host: EngineHost) {
    const { clock, random, log, store, locks, origin } = host;
    this.#host = host;
    this.#id = token(random);
    this.#tabs = new Tabs(locks, (tab) => this.#tabGone(tab));
    this.#device = new Device(store);
    this.#journal = new Journal(store);
    this.#traces = new Traces((tab, message) => this.#tabs.post(tab, message));
    this.#calls = new Calls({
      tabs: this.#tabs,
      now: () => clock.now(),
      later: (milliseconds, run) => void clock.at(clock.now() + milliseconds, run),
      flowOpen: (account) => this.#accounts.get(account)?.flowOpen ?? false,
      changed: () => this.#changed(),
      up: (call) => this.#up(call),
      ended: (call) => this.#ended(call),
    });
    this.#accounts = new Accounts({
      store,
      vault: new Vault(store),
      clock,
      random,
      log,
      origin,
      changed: () => this.#changed(),
      gatewayTrace: (account, entries) => {
        for (const entry of entries) this.#traces.add(account, entry);
      },
      media: (account, session) => this.#calls.media(account.id, session),
      incoming: (account, session) => this.#calls.incoming(account.id, session),
      session: (account, session) => this.#calls.sessionChanged(account.id, session),
      ended: (_account, session) => this.#calls.ended(session),
      wire: (account, event) => this.#traces.wire(account.id, event, clock.now()),
    });
    this.#commands = {
      accounts: this.#accounts,
      calls: this.#calls,
      device: this.#device,
      traces: this.#traces,
      newId: () => token(random, 8),
      changed: () => this.#changed(),
      dismissDropped: () => this.#journal.dismiss(),
    };
  }

  /** Reads what this device keeps. Before it has, no tab is heard. */
  async load(): Promise<void> {
    await this.#device.load();
    await this.#journal.load(this.#host.clock.now());
    for (const call of this.#journal.cut) await this.#device.addRecent(call);
    await this.#accounts.load();
  }

  received(port: TabPort, message: ToEngine): void {
    if (message.type === 'hello') {
      this.#hello(port, message);
      return;
    }
    const tab = this.#ports.get(port);
    if (tab === undefined) return;
    switch (message.type) {
      case 'command':
        void this.#obey(tab, message.id, message.command);
        break;
      case 'media-result':
        this.#tabs.answered(tab, message.id, message.result);
        break;
      case 'media-event':
        this.#calls.mediaEvent(tab, message.call, message.event);
        break;
      case 'wake':
        this.#host.clock.wake();
        this.#accounts.wake(message.cause === 'online' ? 'online' : 'wake');
        break;
      case 'bye':
        this.#tabs.leave(tab);
        break;
    }
  }

  #hello(port: TabPort, { tab, version, lock }: Extract<ToEngine, { type: 'hello' }>): void {
    port.post({ type: 'welcome', version: PROTOCOL_VERSION, engine: this.#id });
    if (version < PROTOCOL_VERSION) return;
    if (version > PROTOCOL_VERSION) {
      this.#successor = version;
      this.#changed();
      this.#retireWhenIdle((message) => port.post(message));
      return;
    }
    this.#ports.set(port, tab);
    this.#tabs.arrive(tab, lock, port);
    this.#wakeUp();
    port.post({ type: 'snapshot', snapshot: this.#snapshot() });
  }

  async #obey(tab: TabId, id: number, command: Extract<ToEngine, { type: 'command' }>['command']): Promise<void> {
    try {
      const result = await obey(this.#commands, tab, command);
      this.#tabs.post(tab, { type: 'result', id, result });
    } catch (error) {
      this.#host.log('error', 'command-threw', { command: command.type, error: String(error) });
      const result = { ok: false, problem: { kind: 'other', detail: String(error) }, message: WENT_WRONG } as const;
      this.#tabs.post(tab, { type: 'result', id, result });
    }
  }

  /** Somebody is there: accounts connect and register. A call an engine before this one left up gets its BYE. */
  #wakeUp(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#running = this.#running.then(() => {
      if (!this.#awake) return;
      for (const account of this.#accounts.all) {
        const before = this.#journal.takeUserAgent(account.id);
        this.#calls.bury(before?.sessions.map(({ id }) => id) ?? []);
        account.start(before);
        for (const session of before ? (account.userAgent?.sessions ?? []) : []) session.hangUp();
      }
    });
  }

  #tabGone(tab: TabId): void {
    for (const [port, id] of [...this.#ports]) if (id === tab) this.#ports.delete(port);
    this.#traces.unwatch(tab);
    for (const call of this.#calls.ownerGone(tab)) {
      if (call.session.answeredAt !== undefined) void this.#journal.cutNow(call.recent(this.#host.clock.now()));
    }
    if (this.#tabs.size > 0) return;
    // Nobody is left to ring for: only now is anything unregistered.
    this.#awake = false;
    this.#running = this.#running.then(() => (this.#awake ? undefined : this.#accounts.stop()));
  }

  #up(call: Call): void {
    const userAgent = this.#accounts.get(call.account)?.userAgent;
    if (userAgent) void this.#journal.up(call.recent(this.#host.clock.now()), userAgent.snapshot());
  }

  #ended(call: Call): void {
    const recent = call.recent(this.#host.clock.now());
    void this.#device.addRecent(recent).then(() => this.#changed());
    if (call.cause?.kind !== 'owner-gone' || recent.answeredAt === undefined) void this.#journal.over(call.id);
    if (this.#successor !== undefined) this.#retireWhenIdle();
  }

  /** "Update after this call": an engine of another build starts when this one has none left. */
  #retireWhenIdle(alsoTo?: TabPort['post']): void {
    const version = this.#successor;
    if (version === undefined || this.#calls.live.length > 0) return;
    const { close } = this.#host;
    this.#awake = false;
    void this.#accounts.stop().finally(() => {
      this.#tabs.broadcast({ type: 'retire', version });
      alsoTo?.({ type: 'retire', version });
      close();
    });
  }

  /** Several changes in one turn are one snapshot. */
  #changed(): void {
    if (this.#announced) return;
    this.#announced = true;
    queueMicrotask(() => {
      this.#announced = false;
      this.#tabs.broadcast({ type: 'snapshot', snapshot: this.#snapshot() });
    });
  }

  #snapshot(): Snapshot {
    const accounts = this.#accounts.all;
    const dropped: RecentCall | undefined = this.#journal.dropped;
    return {
      accounts: accounts.map((account) => account.snapshot()),
      calls: this.#calls.snapshots(),
      recents: this.#device.recents,
      contacts: this.#device.contacts,
      people: Object.fromEntries(
        accounts.filter(({ login }) => login.account.gateway).map(({ id, people }) => [id, people]),
      ),
      ...(dropped && { dropped }),
      updateAfterCall: this.#successor !== undefined,
    };
  }
}

const WENT_WRONG = 'Something went wrong in the phone.';
