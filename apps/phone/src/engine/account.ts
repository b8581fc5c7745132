import {
  type FlowState,
  type Log,
  type Random,
  type RegistrationState,
  type Session,
  type SessionDescriptionHandler,
  type SystemClock,
  UserAgent,
  type UserAgentSnapshot,
} from '@ringback/sip';
import type { AccountSnapshot, Person } from '../bridge/protocol.ts';
import { type AccountState, accountState } from './problem.ts';
import type { StoredAccount } from './store.ts';
import type { WireEvent } from './trace.ts';
import { destinationOf, WebSocketTransport } from './websocket-transport.ts';

export interface AccountHost {
  readonly clock: SystemClock;
  readonly random: Random;
  readonly log: Log;
  /** Status, problem or flow changed. */
  changed(account: Account): void;
  media(account: Account, session: Session): SessionDescriptionHandler;
  incoming(account: Account, session: Session): void;
  session(account: Account, session: Session): void;
  ended(account: Account, session: Session): void;
  wire(account: Account, event: WireEvent): void;
}

/** What is stored, opened. */
export interface Login {
  readonly account: StoredAccount;
  readonly password: string;
  /** `+sip.instance`. */
  readonly instance: string;
}

/** One account: a user agent of its own over a WebSocket of its own. */
export class Account {
  readonly login: Login;
  people: readonly Person[] = [];
  readonly #host: AccountHost;
  #userAgent: UserAgent | undefined;
  #flow: FlowState = { state: 'closed' };
  #registration: RegistrationState = { state: 'unregistered' };

  constructor(login: Login, host: AccountHost) {
    this.login = login;
    this.#host = host;
  }

  get id(): string {
    return this.login.account.id;
  }

  get domain(): string {
    return this.id.slice(this.id.indexOf('@') + 1);
  }

  get userAgent(): UserAgent | undefined {
    return this.#userAgent;
  }

  get flowOpen(): boolean {
    return this.#flow.state === 'open';
  }

  /** The login came from a sign-in link; one typed by hand has no user name of its own. */
  get byLink(): boolean {
    const { gateway, username } = this.login.account;
    return gateway && username !== undefined;
  }

  get state(): AccountState {
    return this.#userAgent ? accountState(this.#flow, this.#registration, this.byLink) : { status: 'signed-out' };
  }

  snapshot(): AccountSnapshot {
    const { id, displayName, server, gateway } = this.login.account;
    return { id, displayName, server, gateway, ...this.state };
  }

  /** `before`: what an engine that ended in mid-call left behind. */
  start(before?: UserAgentSnapshot): void {
    if (this.#userAgent) return;
    this.#userAgent = this.#create(before);
    this.#userAgent.start();
    this.#userAgent.register();
    this.#host.changed(this);
  }

  /** Ends what is up, unregisters and closes the connection. */
  async stop(): Promise<void> {
    const userAgent = this.#userAgent;
    this.#userAgent = undefined;
    await userAgent?.stop();
    this.#flow = { state: 'closed' };
    this.#registration = { state: 'unregistered' };
    this.#host.changed(this);
  }

  #create(before: UserAgentSnapshot | undefined): UserAgent {
    const host = this.#host;
    const { account, password, instance } = this.login;
    const transport = new WebSocketTransport(account.server, {
      opened: (flow) => userAgent.opened(flow),
      received: (flow, bytes) => userAgent.received(flow, bytes),
      closed: (flow, cause) => userAgent.closed(flow, cause),
    });
    const current = (run: () => void) => {
      if (this.#userAgent === userAgent) run();
    };
    const userAgent: UserAgent = new UserAgent(
      {
        clock: host.clock,
        random: host.random,
        log: host.log,
        transportPort: transport,
        account: {
          aor: account.id,
          ...(account.displayName !== '' && { displayName: account.displayName }),
          ...(account.username !== undefined && { username: account.username }),
          ...(account.realm !== undefined && { realms: [account.realm] }),
          password,
        },
        server: destinationOf(account.server),
        instanceId: instance,
        userAgent: 'Ringback',
        sessionDescription: (session) => host.media(this, session),
        trace: (event) => host.wire(this, event),
        events: {
          registration: (state) =>
            current(() => {
              this.#registration = state;
              host.changed(this);
            }),
          flow: (state) =>
            current(() => {
              this.#flow = state;
              host.changed(this);
            }),
          incoming: (session) => host.incoming(this, session),
          session: (session) => host.session(this, session),
          ended: (session) => host.ended(this, session),
        },
      },
      before,
    );
    return userAgent;
  }
}
