import {
  DigestClient,
  ha1,
  latin1Encode,
  parseMessage,
  printMessage,
  type SipRequest,
  type SipResponse,
  silent,
  type TransportName,
} from '@ringback/sip';
import { MemoryNetwork, ScriptedPeer, seededRandom, TestAgent, VirtualClock } from '@ringback/sip/testing';
import { afterEach, expect } from 'vitest';
import {
  type FailedLogin,
  type LocationStore,
  MemoryLocationService,
  type RegisteredBinding,
  SipServer,
  type SipServerLimits,
  type StoredBinding,
  type TraceEvent,
} from '../src/index.ts';

export const SERVER = '192.0.2.1';
export const DOMAIN = 'example.com';
export const START = Date.UTC(2026, 0, 1);

export interface WorldOptions {
  readonly seed?: number;
  readonly loss?: number;
  readonly limits?: Partial<SipServerLimits>;
  readonly trusted?: readonly string[];
  /** Wiring B in front of this. */
  readonly upstream?: string;
  readonly store?: LocationStore;
  /** Another world's clock and network go on. */
  readonly network?: MemoryNetwork;
  readonly clock?: VirtualClock;
  readonly address?: string;
}

/** Nothing may be left of any test: no transaction, context, binding, dialog or timer. */
const worlds: World[] = [];
afterEach(async () => {
  const all = worlds.splice(0);
  for (const { agents } of all) for (const { agent } of agents) void agent.stop();
  for (const clock of new Set(all.map(({ clock }) => clock))) {
    await clock.advanceSettled(10_000);
    await clock.advanceSettled(3_600_000);
    for (const { server } of all) server.close();
    await clock.advanceSettled(1000);
  }
  for (const world of all) expect(world.leftovers).toEqual(NOTHING);
});

/** A server on the memory network, people with phones around it, and a clock that only tests move. */
export class World {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  readonly server: SipServer;
  readonly location: MemoryLocationService;
  readonly address: string;
  readonly agents: TestAgent[] = [];
  readonly traces: TraceEvent[] = [];
  readonly failedLogins: FailedLogin[] = [];
  readonly registered: { aor: string; bindings: readonly RegisteredBinding[]; held: boolean }[] = [];
  /** How often credentials were looked up: the work of a log-in. */
  lookups = 0;

  constructor(options: WorldOptions = {}) {
    const { seed = 1, loss = 0, limits, trusted = [], upstream, store } = options;
    this.clock = options.clock ?? new VirtualClock(START);
    const random = seededRandom(seed);
    this.network = options.network ?? new MemoryNetwork({ clock: this.clock, random, loss });
    this.address = options.address ?? SERVER;
    const host = this.network.host(this.address);
    const listeners = (['UDP', 'TCP', 'WS'] as const).map((transport) => {
      const port = transport === 'WS' ? 8080 : 5060;
      host.listen(transport, port);
      return { transport, host: this.address, port };
    });
    this.location = new MemoryLocationService({
      clock: this.clock,
      log: silent,
      ...(store === undefined ? undefined : { store }),
    });
    const common = {
      clock: this.clock,
      random: seededRandom(seed + 1000),
      log: silent,
      transportPort: host,
      listeners,
      domains: {
        primary: DOMAIN,
        isLocal: (name: string, port?: number) =>
          upstream === undefined && (name === DOMAIN || (name === this.address && (port ?? 5060) === 5060)),
      },
      secret: new Uint8Array(32).fill(this.address === SERVER ? 7 : 8),
      resolver: { resolve: async (name: string, port = 5060) => [{ host: name, port }] },
      trusted: (flow: { remote: { host: string } }) => trusted.includes(flow.remote.host),
      ...(limits === undefined ? undefined : { limits }),
      events: {
        registered: (aor: string, bindings: readonly RegisteredBinding[], _flow: unknown, held: boolean) => {
          this.registered.push({ aor, bindings, held });
        },
        failedLogin: (event: FailedLogin) => {
          this.failedLogins.push(event);
        },
      },
      trace: (event: TraceEvent) => {
        this.traces.push(event);
      },
    };
    this.server = new SipServer(
      upstream === undefined
        ? {
            ...common,
            realm: DOMAIN,
            location: this.location,
            credentials: { find: (username) => this.#credential(username) },
            directory: {
              exists: (aor) => USERS.some((user) => aor === `sip:${user}@${DOMAIN}`),
              alias: (user) => EXTENSIONS.get(user),
            },
          }
        : { ...common, upstream: { uri: upstream } },
    );
    host.attach(this.server);
    worlds.push(this);
  }

  /** A browser's phone, or with UDP a desk phone; registered when `register` has been awaited. */
  agent(user: string, address: string, transport: TransportName = 'WS', options: AgentOptions = {}): TestAgent {
    const agent = new TestAgent(this.network, address, {
      user,
      domain: DOMAIN,
      server: { transport, host: this.address, port: transport === 'WS' ? 8080 : 5060 },
      listen: transport === 'UDP' ? [['UDP', 5060]] : [],
      ...options,
    });
    this.agents.push(agent);
    return agent;
  }

  async phone(
    user: string,
    address: string,
    transport: TransportName = 'WS',
    options: AgentOptions = {},
  ): Promise<TestAgent> {
    const agent = this.agent(user, address, transport, options);
    agent.agent.start();
    agent.agent.register();
    await this.pass(2000);
    if (agent.agent.registration.state !== 'registered') {
      throw new Error(`${user} is not registered: ${JSON.stringify(agent.agent.registration)}`);
    }
    return agent;
  }

  peer(address: string, transport: TransportName = 'UDP', port = 5060): Peer {
    return new Peer(this, address, transport, port);
  }

  pass(milliseconds: number): Promise<void> {
    return this.clock.advanceSettled(milliseconds);
  }

  /** What is still held by the server, its phones and the clock. */
  get leftovers(): Readonly<Record<string, number>> {
    const left: Record<string, number> = { dialogs: 0, sessions: 0, ...this.server.counts };
    for (const { counts } of this.agents)
      for (const [name, count] of Object.entries(counts)) left[name] = (left[name] ?? 0) + count;
    return { ...left, pendingTimers: this.clock.pendingTimers };
  }

  async #credential(username: string) {
    this.lookups++;
    if (!USERS.includes(username)) return undefined;
    return {
      username,
      aor: `sip:${username}@${DOMAIN}`,
      ha1: { md5: ha1('MD5', username, DOMAIN, username), sha256: ha1('SHA-256', username, DOMAIN, username) },
    };
  }
}

type AgentOptions = Partial<ConstructorParameters<typeof TestAgent>[2]>;

const EXTENSIONS = new Map([
  ['1001', `sip:alice@${DOMAIN}`],
  ['1002', `sip:bob@${DOMAIN}`],
]);
export const USERS = ['alice', 'bob', 'carol', 'dave'];

const NOTHING = {
  transactions: 0,
  contexts: 0,
  bindings: 0,
  timers: 0,
  pendingTimers: 0,
  dialogs: 0,
  sessions: 0,
};

/** A peer that says exactly what the test wrote. */
export class Peer {
  readonly scripted: ScriptedPeer;
  readonly #world: World;
  readonly #transport: TransportName;

  constructor(world: World, address: string, transport: TransportName, port: number) {
    this.#world = world;
    this.#transport = transport;
    this.scripted = new ScriptedPeer(world.network.host(address), world.clock, transport, port);
    if (transport !== 'UDP') this.scripted.connect(this.#server);
  }

  /** Sends, lets 200 ms pass, and gives what came meanwhile. */
  async say(text: string, wait = 200): Promise<readonly (SipRequest | SipResponse)[]> {
    const from = this.scripted.heard.length;
    const body = text.includes('\n\n') ? text : `${text.trimEnd()}\n\n`;
    this.scripted.send(body, this.#transport === 'UDP' ? this.#server : undefined);
    await this.#world.pass(wait);
    return this.messages.slice(from);
  }

  /** Asks, and once more with the credentials of `user`, whose password is the name unless told. */
  async askAs(user: string, text: string, password: string = user): Promise<SipResponse> {
    const challenge = await this.ask(text);
    if (challenge.status !== 401 && challenge.status !== 407) return challenge;
    return this.ask(signed(text, challenge, user, password));
  }

  /** The same, without waiting for an answer to the second. */
  async sayAs(user: string, text: string): Promise<readonly (SipRequest | SipResponse)[]> {
    return this.say(signed(text, await this.ask(text), user));
  }

  /** The final or last response to what was said. */
  async ask(text: string, wait = 200): Promise<SipResponse> {
    const callId = /^(?:Call-ID|i): (.*)$/m.exec(text)?.[1]?.trim();
    const heard = (await this.say(text, wait)).filter((message) => message.callId === callId);
    const response = heard.filter((message): message is SipResponse => message.kind === 'response').at(-1);
    if (response === undefined) throw new Error(`no response to ${text.split('\n')[0]}`);
    return response;
  }

  get messages(): readonly (SipRequest | SipResponse)[] {
    return this.scripted.heard.flatMap(({ message }) => (message === undefined ? [] : [message]));
  }

  get #server() {
    const port = this.#transport.startsWith('WS') ? 8080 : 5060;
    return { transport: this.#transport, host: this.#world.address, port };
  }
}

/** The request again, next CSeq and branch, with an answer to the challenge. */
export function signed(text: string, challenge: SipResponse, user: string, password: string = user): string {
  const again = text
    .replace(/CSeq: (\d+)/, (_, n) => `CSeq: ${Number(n) + 1}`)
    .replace(/branch=([^;\s]+)/, 'branch=$1a');
  const whole = (again.includes('\n\n') ? again : `${again.trimEnd()}\n\n`).replace(/\r?\n/g, '\r\n');
  const request = parseMessage(latin1Encode(whole));
  if (!request.ok || request.value.kind !== 'request') throw new Error(`not a request: ${text}`);
  const client = new DigestClient({ random: seededRandom(9), credentials: { username: user, password } });
  const answer = client.answer(request.value, challenge);
  if ('failed' in answer) throw new Error(answer.failed);
  return new TextDecoder('latin1').decode(printMessage(answer)).replace(/\r\n/g, '\n');
}

/** A REGISTER as a phone would write it. */
export function register(
  user: string,
  lines = '',
  parts: { callId?: string; cseq?: number; branch?: string } = {},
): string {
  const { callId = `reg-${user}`, cseq = 1, branch = `${callId}${cseq}` } = parts;
  return `REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bK${branch};rport
Max-Forwards: 70
From: <sip:${user}@example.com>;tag=f1
To: <sip:${user}@example.com>
Call-ID: ${callId}
CSeq: ${cseq} REGISTER
${lines.trim()}
Content-Length: 0
`.replace(/\n\n/g, '\n');
}

/** Any other request; `lines` are further header fields. */
export function request(
  method: string,
  uri: string,
  parts: {
    from?: string;
    to?: string;
    callId?: string;
    cseq?: number;
    branch?: string;
    lines?: string;
    via?: string;
  } = {},
): string {
  const { from = 'alice', callId = `${method}-1`, cseq = 1, to = `<${uri}>`, via = 'UDP 192.0.2.20:5060' } = parts;
  const { branch = `${callId}${cseq}${method}`, lines = '' } = parts;
  return `${method} ${uri} SIP/2.0
Via: SIP/2.0/${via};branch=z9hG4bK${branch};rport
Max-Forwards: 70
From: <sip:${from}@example.com>;tag=f${from}
To: ${to}
Call-ID: ${callId}
CSeq: ${cseq} ${method}
Contact: <sip:${from}@192.0.2.20:5060>
${lines.trim()}
Content-Length: 0
`.replace(/\n\n/g, '\n');
}

/** A store that is a list. */
export function listStore(bindings: StoredBinding[] = []): LocationStore & { readonly bindings: StoredBinding[] } {
  return {
    bindings,
    load: () => [...bindings],
    write(changes) {
      for (const change of changes) {
        const { aor, key } = change.type === 'put' ? change.binding : change;
        const at = bindings.findIndex((binding) => binding.aor === aor && binding.key === key);
        if (at >= 0) bindings.splice(at, 1);
        if (change.type === 'put') bindings.push(change.binding);
      }
    },
  };
}
