import {
  defaultParseLimits,
  digestResponse,
  ha1,
  latin1Decode,
  parseMessage,
  printMessage,
  type Session,
  type SipRequest,
  type SipResponse,
  validate,
} from '@ringback/sip';
import { ScriptedPeer, seededRandom, type TestAgent } from '@ringback/sip/testing';
import { SERVER, World } from '../world.ts';
import { type Case, composition, prepare, type Recipe, singles } from './cases.ts';
import { name } from './draft.ts';
import { cpuMilliseconds, heapUsed } from './process.ts';

export interface FuzzReport {
  readonly messages: number;
  /** Taken by the parser. */
  readonly accepted: number;
  /** Responses to hostile messages by status. */
  readonly answers: Readonly<Record<number, number>>;
  /** Octets in use at each rest, the first after a quarter of a short run: code is compiled and tables are of their size by then. */
  readonly heap: readonly number[];
  /** The one that cost most work wherever it got: CPU time of the thread. */
  readonly slowest: { readonly name: string; readonly milliseconds: number };
  /** One sentence each; empty when all is well. */
  readonly problems: readonly string[];
}

const ATTACKER = '192.0.2.66';
const STRANGER = '192.0.2.67';

/**
 * Hostile messages at a server, at its registrar and proxy, and at a user agent, while a call is up: over UDP from a trusted address, so that what
 * is no worse than odd gets through to the phones, and over TCP and WebSocket from a stranger. Nothing may throw, answer twice, answer what has no
 * answer, let a broken request succeed, send on what is malformed, or stay behind; and the call lives on.
 */
export class FuzzRun {
  readonly #world: World;
  readonly #random;
  readonly #problems: string[] = [];
  readonly #cases = new Map<string, Case & { readonly request: SipRequest | undefined }>();
  readonly #finals = new Map<string, string>();
  readonly #attacker: ScriptedPeer;
  readonly #stranger: ScriptedPeer;
  #alice!: TestAgent;
  #bob!: TestAgent;
  #call!: Session;
  #nonce = '';
  readonly #answers: Record<number, number> = {};
  readonly #heap: number[] = [];
  #number = 0;
  #accepted = 0;
  #slowest = { name: '', milliseconds: 0 };

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#world = new World({ seed, trusted: [ATTACKER] });
    const { network, clock } = this.#world;
    this.#attacker = new ScriptedPeer(network.host(ATTACKER), clock, 'UDP', 5060);
    this.#stranger = new ScriptedPeer(network.host(STRANGER), clock, 'TCP', 5060);
    network.tap = ({ from, to, bytes }) => {
      if (from.host === SERVER && to.host.startsWith('192.0.2.1')) this.#sentOn(bytes);
    };
  }

  /** `count` mutants, each at the server and at a phone, some over connections too: the single mutations in an order drawn by the seed, then compositions. */
  async run(count: number): Promise<FuzzReport> {
    await this.#setUp();
    const list = shuffle(singles(), () => this.#random.number());
    const restEvery = Math.min(5000, Math.ceil(count / 4));
    for (let done = 0; done < count; done++) {
      await this.#one(list[done] ?? composition(this.#random));
      if (done % 100 === 99) this.#look();
      if (done % 500 === 499) await this.#newNonce();
      if (done % restEvery === restEvery - 1 || done === count - 1) await this.#rest(done + 1);
    }
    await this.#hangUp();
    return {
      messages: this.#number,
      accepted: this.#accepted,
      answers: this.#answers,
      heap: this.#heap,
      slowest: this.#slowest,
      problems: this.#problems,
    };
  }

  async #setUp(): Promise<void> {
    const world = this.#world;
    this.#alice = await world.phone('alice', '192.0.2.10');
    this.#bob = await world.phone('bob', '192.0.2.11', 'UDP');
    this.#call = this.#alice.agent.call('sip:bob@example.com');
    await world.pass(500);
    this.#bob.session.answer();
    await world.pass(500);
    if (this.#call.state !== 'connected') throw new Error('the call did not come up');
    // From now on bob's user is of many minds.
    this.#bob.onIncoming = (session) => {
      const mind = this.#random.number();
      if (mind < 0.3) session.reject(486);
      else if (mind < 0.6) session.answer();
      world.clock.at(world.clock.now() + 20_000, () => session.hangUp());
    };
    await this.#newNonce();
  }

  async #one(recipe: Recipe): Promise<void> {
    const { clock, network } = this.#world;
    const start = cpuMilliseconds();
    const toServer = this.#case(recipe);
    this.#attacker.sendBytes(toServer.bytes, { transport: 'UDP', host: SERVER, port: 5060 });
    this.#attacker.sendBytes(this.#case(recipe).bytes, { transport: 'UDP', host: '192.0.2.11', port: 5060 });
    if (this.#random.number() < 0.12) {
      const port = this.#random.number() < 0.5 ? 5060 : 8080;
      const flow = network.host(STRANGER).connect({ transport: port === 5060 ? 'TCP' : 'WS', host: SERVER, port });
      await clock.advanceSettled(40);
      flow?.send(this.#case(recipe).bytes);
      await clock.advanceSettled(40);
      if (flow && flow.state !== 'closed') flow.close();
    }
    await clock.advanceSettled(25);
    const milliseconds = cpuMilliseconds() - start;
    if (milliseconds > this.#slowest.milliseconds) this.#slowest = { name: toServer.name, milliseconds };
  }

  /** The message under a number of its own, parsed: it must not throw, and what it prints must read the same. */
  #case(recipe: Recipe): Case {
    const number = ++this.#number;
    const hostile = prepare(recipe, number, (text) => this.#fill(text, number));
    const parsed = parseMessage(hostile.bytes);
    if (parsed.ok) {
      this.#accepted++;
      const printed = printMessage(parsed.value);
      const again = parseMessage(printed);
      if (!again.ok || latin1Decode(printMessage(again.value)) !== latin1Decode(printed))
        this.#problem(hostile, 'prints what does not read the same');
      validate(parsed.value);
    }
    const request = parsed.ok && parsed.value.kind === 'request' ? parsed.value : undefined;
    this.#cases.set(`z9hG4bK${name(number)}`, { ...hostile, request });
    return hostile;
  }

  /** What came back. */
  #look(): void {
    for (const peer of [this.#attacker, this.#stranger]) {
      for (const { message, text } of peer.heard.splice(0)) {
        if (text.trim() === '') continue;
        // A refusal gives back what it was asked, malformed fields included (§8.2.6.2).
        if (!message && !/^SIP\/2\.0 [45]/.test(text))
          this.#problems.push(`sent what is no SIP: ${JSON.stringify(text.slice(0, 200))}`);
        else if (message?.kind === 'response') this.#response(message);
      }
    }
    this.#cases.clear();
    this.#finals.clear();
  }

  #response(response: SipResponse): void {
    const hostile = this.#cases.get(response.via.params.get('branch') ?? '');
    if (!hostile) return;
    this.#answers[response.status] = (this.#answers[response.status] ?? 0) + 1;
    const { request } = hostile;
    if (request?.method === 'ACK') this.#problem(hostile, `an ACK got ${response.status}`);
    if (/^sip\//i.test(latin1Decode(hostile.bytes.subarray(0, 4))))
      this.#problem(hostile, `a response got ${response.status}`);
    if (hostile.broken && response.isSuccess) this.#problem(hostile, `a broken request got ${response.status}`);
    if (response.status < 200) return;
    const key = `${response.via.params.get('branch')} ${response.cseq.method}`;
    const final = this.#finals.get(key) ?? `${response.status} ${response.toTag}`;
    this.#finals.set(key, final);
    if (final !== `${response.status} ${response.toTag}`)
      this.#problem(hostile, `two final responses, ${final} and ${response.status}`);
  }

  /** What the proxy sends to phones must be better than what it got. */
  #sentOn(bytes: Uint8Array): void {
    if (bytes.length <= 4) return;
    // With room for the lines the proxy added.
    const parsed = parseMessage(bytes, { ...defaultParseLimits, headers: 2 * defaultParseLimits.headers });
    if (!parsed.ok)
      this.#problems.push(
        `sent on what is malformed (${parsed.error.detail}): ${latin1Decode(bytes.subarray(0, 300))}`,
      );
    if (!parsed.ok || parsed.value.kind !== 'request') return;
    const from = parsed.value.vias[1]?.params.get('branch') ?? '';
    const { request } = this.#cases.get(from) ?? {};
    if (request) this.#compare(request, parsed.value, from);
  }

  /** A proxy changes Via, Max-Forwards and routes, and nothing else (§16.6). */
  #compare(received: SipRequest, sent: SipRequest, branch: string): void {
    const rest = (request: SipRequest) =>
      request.headers.fields.filter(({ key }) => !mayChange.has(key)).map(({ name, value }) => `${name}: ${value}`);
    const [before, after] = [rest(received), rest(sent)];
    const lost = before.filter((line) => !after.includes(line));
    const added = after.filter((line) => !before.includes(line));
    const hostile = this.#cases.get(branch);
    if (hostile && lost.length + added.length > 0) {
      this.#problem(
        hostile,
        `the proxy changed ${JSON.stringify(lost.map((line) => line.slice(0, 80)))} to ${JSON.stringify(added.map((line) => line.slice(0, 80)))}`,
      );
    }
    if (hostile && latin1Decode(received.body) !== latin1Decode(sent.body))
      this.#problem(hostile, 'the proxy changed the body');
  }

  /** Lets everything run out, then counts what is left, and speaks in the call that is up. */
  async #rest(done: number): Promise<void> {
    const { clock, server } = this.#world;
    await clock.advanceSettled(600_000);
    // A phone may just be refreshing its registration and asking whether its server lives.
    if ([this.#alice, this.#bob].some(({ counts }) => counts.transactions > 1)) await clock.advanceSettled(40_000);
    this.#look();
    this.#world.traces.length = 0;
    this.#world.registered.length = 0;
    this.#world.failedLogins.length = 0;
    this.#bob.forget();
    this.#heap.push(heapUsed());
    const expected = { sessions: 1, dialogs: 1 };
    for (const { counts } of [this.#alice, this.#bob]) {
      const { sessions, dialogs, transactions } = counts;
      if (sessions !== expected.sessions || dialogs !== expected.dialogs || transactions > 1) {
        this.#problems.push(`after ${done} messages a phone has ${JSON.stringify(counts)}`);
      }
    }
    const { transactions, contexts } = server.counts;
    if (transactions + contexts > 4)
      this.#problems.push(`after ${done} messages the server has ${JSON.stringify(server.counts)}`);
    for (const hold of [true, false]) {
      if (hold) this.#call.hold();
      else this.#call.resume();
      await clock.advanceSettled(2000);
      if (this.#call.state !== 'connected' || this.#call.held.local !== hold)
        this.#problems.push(`after ${done} messages the call cannot ${hold ? 'hold' : 'resume'}`);
    }
    await this.#newNonce();
  }

  async #hangUp(): Promise<void> {
    const other = this.#bob.agent.sessions[0];
    this.#call.hangUp();
    await this.#world.pass(2000);
    if (other?.state !== 'ended' || other.end?.by !== 'remote')
      this.#problems.push('the call that was up could not be ended');
  }

  async #newNonce(): Promise<void> {
    const { clock } = this.#world;
    const peer = this.#attacker;
    const before = peer.heard.length;
    peer.send(
      `REGISTER sip:example.com SIP/2.0\nVia: SIP/2.0/UDP ${ATTACKER}:5060;branch=z9hG4bKnonce${this.#number};rport\nMax-Forwards: 70\nFrom: <sip:carol@example.com>;tag=n\nTo: <sip:carol@example.com>\nCall-ID: nonce-${this.#number}\nCSeq: 1 REGISTER\nContact: <sip:carol@${ATTACKER}>\nContent-Length: 0\n\n`,
      { transport: 'UDP', host: SERVER, port: 5060 },
    );
    await clock.advanceSettled(200);
    const text =
      peer.heard
        .slice(before)
        .map((heard) => heard.text)
        .find((each) => each.includes('algorithm=MD5') || each.includes('Digest')) ?? '';
    this.#nonce = /nonce="([^"]+)"/.exec(text)?.[1] ?? '';
    if (this.#nonce === '') throw new Error(`no challenge: ${text}`);
  }

  #fill(text: string, number: number): string {
    if (!text.includes('@nonce')) return text;
    const nc = (number % 0xffff).toString(16).padStart(8, '0');
    const response = digestResponse({
      algorithm: { hash: 'MD5', session: false },
      ha1: ha1('MD5', 'carol', 'example.com', 'carol'),
      method: 'REGISTER',
      uri: 'sip:example.com',
      nonce: this.#nonce,
      qop: 'auth',
      nc,
      cnonce: '0a4f113b',
    });
    return text.replace('@nonce', this.#nonce).replace('@response', response).replace('@nc', nc);
  }

  #problem({ name }: Case, what: string): void {
    this.#problems.push(`${name}: ${what}`);
  }
}

/** Max-Breadth: RFC 5393 §5.3.3. */
const mayChange = new Set(['max-breadth', 'via', 'max-forwards', 'route', 'record-route', 'content-length']);

function shuffle<T>(list: readonly T[], dice: () => number): readonly T[] {
  const made = [...list];
  for (let i = made.length - 1; i > 0; i--) {
    const j = Math.floor(dice() * (i + 1));
    [made[i], made[j]] = [made[j] as T, made[i] as T];
  }
  return made;
}
