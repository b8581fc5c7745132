import {
  type Flow,
  ha1,
  type LadderEntry,
  ladder,
  latin1Decode,
  parseMessage,
  printMessage,
  type Session,
  SipRequest,
  SipResponse,
  silent,
  type TransportName,
  type UserAgentOptions,
} from '@ringback/sip';
import {
  MemoryNetwork,
  ScriptedPeer,
  StatelessProxy,
  seededRandom,
  TestAgent,
  TestElement,
  type TestElementOptions,
  VirtualClock,
} from '@ringback/sip/testing';
import { MemoryLocationService, SipServer } from '../../src/index.ts';

/** Who there is; a phone's address ends in its place here. */
const users = ['alice', 'bob', 'carol', 'left', 'right'];
const server = '192.0.2.1';
export const upstream = '192.0.2.2';
const via = '192.0.2.3';

/** A network in virtual time, those who talk on it, and what they said: what a ladder is printed from. */
export class Scene {
  readonly clock: VirtualClock = new VirtualClock(Date.UTC(2026, 0, 1));
  readonly network: MemoryNetwork = new MemoryNetwork({ clock: this.clock, random: seededRandom(1) });
  readonly #said: Said[] = [];
  readonly #names: Record<string, string> = {};

  constructor() {
    this.network.tap = ({ transport, from, to, bytes }) => {
      const parsed = parseMessage(bytes);
      const message = parsed.ok ? parsed.value : latin1Decode(bytes);
      this.#said.push({ at: this.clock.now(), from: from.host, to: to.host, transport, message });
    };
  }

  /** The SIP server of the gateway: with its own registrar, or as the edge of an upstream server. */
  server({ kind = 'embedded', address = server, trusts = [] }: ServerOptions = {}): SipServer {
    const { clock } = this;
    const host = this.network.host(address);
    const listeners = (['UDP', 'TCP', 'WS'] as const).map((transport) => {
      const port = transport === 'WS' ? 8080 : 5060;
      host.listen(transport, port);
      return { transport, host: address, port };
    });
    const common = {
      clock,
      random: seededRandom(2),
      log: silent,
      transportPort: host,
      listeners,
      domains: {
        primary: 'example.com',
        isLocal: (name: string) => kind === 'embedded' && (name === 'example.com' || name === address),
      },
      secret: new Uint8Array(32).fill(7),
      resolver: { resolve: async (name: string, port = 5060) => [{ host: name, port }] },
      trusted: (flow: Flow) => trusts.includes(flow.remote.host),
    };
    const made = new SipServer(
      kind === 'edge'
        ? { ...common, upstream: { uri: `sip:${upstream}` } }
        : {
            ...common,
            realm: 'example.com',
            location: new MemoryLocationService({ clock, log: silent }),
            credentials: { find: async (username) => credential(username) },
            directory: { exists: (aor) => users.some((user) => aor === aorOf(user)), alias: () => undefined },
          },
    );
    host.attach(made);
    this.#names[address] = kind === 'edge' ? 'edge' : address === upstream ? 'upstream' : 'server';
    return made;
  }

  /** A phone at the server, registered. A browser's (WS) unless told. */
  async phone(user: string, options: PhoneOptions = {}): Promise<TestAgent> {
    const phone = this.agent(user, { transport: 'WS', at: server, ...options });
    phone.agent.register();
    await this.pass(2000);
    if (phone.agent.registration.state !== 'registered') throw new Error(`${user} is not registered`);
    return phone;
  }

  /** A user agent, started. Over UDP, through a stateless proxy, unless told. */
  agent(user: string, options: PhoneOptions = {}): TestAgent {
    const { transport = 'UDP', at = via, second = false, events, ...rest } = options;
    const address = addressOf(user, second);
    this.#names[address] = second ? `${user} 2` : user;
    const incoming = (session: Session): void => {
      agent.incoming.push(session);
    };
    const agent: TestAgent = new TestAgent(this.network, address, {
      user,
      server: { transport, host: at, port: transport === 'WS' ? 8080 : 5060 },
      listen: transport === 'UDP' ? [['UDP', 5060]] : [],
      options: { ...rest, ...(events && { events: { incoming, ...events } }) },
    });
    agent.agent.start();
    return agent;
  }

  /** Two user agents that send to each other. */
  pair(own: PhoneOptions = {}, others: PhoneOptions = {}): readonly [TestAgent, TestAgent] {
    const [first, second] = ['alice', 'bob'] as const;
    return [
      this.agent(first, { at: addressOf(second), ...own }),
      this.agent(second, { at: addressOf(first), ...others }),
    ];
  }

  /** A proxy that keeps nothing between user agents. */
  proxy(): StatelessProxy {
    this.#names[via] = 'proxy';
    return new StatelessProxy(this.network, via, Object.fromEntries(users.map((user) => [user, addressOf(user)])));
  }

  /** Somebody who says what the scene wrote. */
  peer(user: string, transport: TransportName = 'UDP'): ScriptedPeer {
    this.#names[addressOf(user)] = user;
    return new ScriptedPeer(this.network.host(addressOf(user)), this.clock, transport, 5060);
  }

  /** Where somebody should be. */
  nobody(user: string): void {
    this.#names[addressOf(user)] = user;
  }

  /** An element that has transactions and nothing above. */
  element(name: string, address: string = upstream, options: TestElementOptions = {}): TestElement {
    this.#names[address] = name;
    return new TestElement(this.network, address, options);
  }

  pass(milliseconds: number): Promise<void> {
    return this.clock.advanceSettled(milliseconds);
  }

  /** What was said so far is not printed. */
  begin(): void {
    this.#said.length = 0;
  }

  /** The last request of that kind that left there, as it went over the wire. */
  text(method: string, host: string): string {
    const said = this.#said.findLast(
      ({ from, message }) =>
        from === host && typeof message !== 'string' && message instanceof SipRequest && message.method === method,
    );
    if (said === undefined || typeof said.message === 'string') throw new Error(`no ${method}`);
    return latin1Decode(printMessage(said.message)).replaceAll('\r\n', '\n').trimEnd();
  }

  /**
   * Participants from left to right, in order of appearance those not named; keep-alives only if wished for. `hidden`: messages go straight
   * to whom the proxy sent them on. `apart`: a phone's TCP is a line of its own.
   */
  ladder(order: readonly string[] = [], wish?: 'hidden' | 'apart' | 'keep-alives'): string {
    const rank = (name: string): number => order.indexOf(name) + 1 || 99;
    const named = Object.entries(this.#names).sort(([, a], [, b]) => rank(a) - rank(b));
    const apart = named.flatMap(([host, name]) => [
      [host, name],
      [`${host} TCP`, `${name} (TCP)`],
    ]);
    const all = this.#said.filter(({ message }) => wish === 'keep-alives' || `${message}`.trim() !== '');
    const entries = wish === 'hidden' ? straight(all) : wish === 'apart' ? all.map(byTcp) : all;
    return ladder(entries, { names: Object.fromEntries(wish === 'apart' ? apart : named) });
  }
}

interface Said extends LadderEntry {
  readonly transport: TransportName;
}

function byTcp(said: Said): LadderEntry {
  if (said.transport !== 'TCP') return said;
  return said.from === server ? { ...said, to: `${said.to} TCP` } : { ...said, from: `${said.from} TCP` };
}

function straight(all: readonly LadderEntry[]): readonly LadderEntry[] {
  const left = all.filter(({ from }) => from === via);
  return all.flatMap((entry) => {
    if (entry.from === via) return [];
    const at = left.findIndex((copy) => entry.to === via && isCopy(entry, copy));
    const [onward] = at < 0 ? [] : left.splice(at, 1);
    return [onward ? { ...entry, to: onward.to } : entry];
  });
}

/** What a proxy made of it: a later message of the same kind, Call-ID and CSeq. */
function isCopy(original: LadderEntry, copy: LadderEntry): boolean {
  const key = ({ message }: LadderEntry) =>
    typeof message !== 'string' &&
    [message instanceof SipResponse && message.status, message.callId, message.headers.get('CSeq')].join();
  return copy.at >= original.at && key(copy) === key(original);
}

export interface ServerOptions {
  readonly kind?: 'embedded' | 'edge';
  readonly address?: string;
  /** Addresses that are not challenged. */
  readonly trusts?: readonly string[];
}

export interface PhoneOptions extends Partial<UserAgentOptions> {
  readonly transport?: TransportName;
  /** The address it sends to. */
  readonly at?: string;
  /** Another phone of the same user. */
  readonly second?: boolean;
}

export function addressOf(user: string, second = false): string {
  const index = users.indexOf(user);
  if (index < 0) throw new Error(`nobody is called ${user}`);
  return `192.0.2.${(second ? 20 : 10) + index}`;
}

function aorOf(user: string): string {
  return `sip:${user}@example.com`;
}

function credential(username: string) {
  if (!users.includes(username)) return undefined;
  return {
    username,
    aor: aorOf(username),
    ha1: {
      md5: ha1('MD5', username, 'example.com', username),
      sha256: ha1('SHA-256', username, 'example.com', username),
    },
  };
}
