import type { TransportName } from '../transport/index.ts';
import {
  type FlowState,
  type RegistrationState,
  type Session,
  UserAgent,
  type UserAgentOptions,
  type UserAgentSnapshot,
} from '../ua/index.ts';
import { FakeSessionDescription } from './fake-session-description.ts';
import type { MemoryHost } from './memory-host.ts';
import type { MemoryNetwork } from './memory-network.ts';

export interface TestAgentOptions {
  /** User part of the AOR; also the password. */
  readonly user: string;
  readonly domain?: string;
  readonly server: UserAgentOptions['server'];
  /** UDP agents need a port to send from. Default: UDP 5060. */
  readonly listen?: readonly (readonly [TransportName, number])[];
  readonly options?: Partial<UserAgentOptions>;
  readonly before?: UserAgentSnapshot;
}

/** A user agent on the memory network, with media of air, that writes down what it is told. */
export class TestAgent {
  readonly agent: UserAgent;
  readonly host: MemoryHost;
  readonly incoming: Session[] = [];
  readonly digits: string[] = [];
  readonly registrations: RegistrationState[] = [];
  readonly flows: FlowState[] = [];
  /** Each session's states in order, without repetition. */
  readonly states: Map<Session, string[]> = new Map();
  /** Called with each new incoming session. */
  onIncoming: ((session: Session) => void) | undefined;
  readonly #media: Map<Session, FakeSessionDescription> = new Map();

  constructor(network: MemoryNetwork, address: string, { user, server, ...rest }: TestAgentOptions) {
    this.host = network.host(address);
    for (const [transport, port] of rest.listen ?? [['UDP', 5060]]) this.host.listen(transport, port);
    this.agent = new UserAgent(
      {
        clock: network.clock,
        random: network.random,
        transportPort: this.host,
        account: { aor: `sip:${user}@${rest.domain ?? 'example.com'}`, password: user },
        server,
        sessionDescription: (session) => {
          const media = new FakeSessionDescription(address);
          this.#media.set(session, media);
          return media;
        },
        events: {
          incoming: (session) => {
            this.incoming.push(session);
            this.onIncoming?.(session);
          },
          session: (session) => this.#note(session),
          dtmf: (_session, digit) => this.digits.push(digit),
          registration: (state) => this.registrations.push(state),
          flow: (state) => this.flows.push(state),
        },
        ...rest.options,
      },
      rest.before,
    );
    this.host.attach(this.agent);
  }

  /** The last incoming session. */
  get session(): Session {
    const session = this.incoming.at(-1);
    if (!session) throw new Error('no incoming session');
    return session;
  }

  get counts(): UserAgent['counts'] {
    return this.agent.counts;
  }

  media(session: Session): FakeSessionDescription {
    const media = this.#media.get(session);
    if (!media) throw new Error('no media for this session');
    return media;
  }

  /** Lets go of what was written down of sessions that are over. */
  forget(): void {
    this.incoming.length = 0;
    for (const session of this.#media.keys()) if (session.state === 'ended') this.#media.delete(session);
    for (const session of this.states.keys()) if (session.state === 'ended') this.states.delete(session);
  }

  #note(session: Session): void {
    const states = this.states.get(session) ?? [];
    if (states.at(-1) !== session.state) states.push(session.state);
    this.states.set(session, states);
  }
}
