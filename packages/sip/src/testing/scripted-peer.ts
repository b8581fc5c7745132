import type { SipRequest, SipResponse } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import { latin1Decode, latin1Encode } from '../runtime/bytes.ts';
import type { Destination, Flow, TransportName } from '../transport/flow.ts';
import type { MemoryHost } from './memory-host.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One thing a peer got. */
export interface Heard {
  readonly at: number;
  readonly flow: Flow;
  readonly text: string;
  /** Undefined for what is no SIP message: keep-alives, rubbish. */
  readonly message: SipRequest | SipResponse | undefined;
}

/**
 * A peer that knows no SIP: a test writes what it sends, octet for octet, and looks at what it gets. Its streams are not
 * framed; the memory network delivers each send as one piece unless told to fragment.
 *
 * @example
 * const peer = new ScriptedPeer(network.host('192.0.2.2'), clock, 'UDP', 5060);
 * peer.send('OPTIONS sip:a@192.0.2.1 SIP/2.0\nVia: …\n\n', { transport: 'UDP', host: '192.0.2.1', port: 5060 });
 * peer.expect(/^SIP\/2.0 200/);
 */
export class ScriptedPeer {
  /** Everything heard so far, `expect`ed or not. */
  readonly heard: Heard[] = [];
  readonly #host: MemoryHost;
  readonly #clock: VirtualClock;
  #next = 0;
  #flow: Flow | undefined;

  constructor(host: MemoryHost, clock: VirtualClock, transport: TransportName, port: number) {
    this.#host = host;
    this.#clock = clock;
    host.listen(transport, port);
    host.attach({
      opened: (flow) => {
        this.#flow = flow;
      },
      received: (flow, bytes) => this.#hear(flow, bytes),
      closed: (flow) => {
        if (this.#flow === flow) this.#flow = undefined;
      },
    });
  }

  /** The flow that opened or spoke last. */
  get flow(): Flow | undefined {
    return this.#flow;
  }

  /** Opens a connection, and waits for it. */
  connect(destination: Destination): Flow {
    const flow = this.#host.connect(destination);
    if (flow === undefined || !this.#clock.advanceUntil(() => flow.state !== 'connecting', 1000)) {
      throw new Error(`no connection to ${destination.host}:${destination.port}`);
    }
    this.#flow = flow;
    return flow;
  }

  /** Sends text, each LF as CRLF, to a destination or on the flow that opened or spoke last. */
  send(text: string, to?: Destination): void {
    this.sendBytes(latin1Encode(text.replace(/\r?\n/g, '\r\n')), to);
  }

  sendBytes(bytes: Uint8Array, to?: Destination): void {
    const flow = to === undefined ? this.#flow : this.#host.connect(to);
    if (flow === undefined) throw new Error('the peer has no flow to send on');
    flow.send(bytes);
  }

  /** Lets time pass until something that matches has come, at most `within` ms, and returns it. What came before it is passed over. */
  expect(pattern: RegExp, within = 1000): Heard {
    let found: Heard | undefined;
    const look = (): boolean => {
      while (found === undefined && this.#next < this.heard.length) {
        const heard = this.heard[this.#next++];
        if (heard !== undefined && pattern.test(heard.text)) found = heard;
      }
      return found !== undefined;
    };
    this.#clock.advanceUntil(look, within);
    if (found !== undefined) return found;
    const lines = this.heard.map(({ text }) => text.split('\r\n')[0]).join(' | ');
    throw new Error(`expected ${pattern} within ${within} ms; heard: ${lines || 'nothing'}`);
  }

  /** Lets so much time pass and throws when something that matches comes. */
  expectNothing(pattern: RegExp, during: number): void {
    const from = this.heard.length;
    this.#clock.advance(during);
    const heard = this.heard.slice(from).find(({ text }) => pattern.test(text));
    if (heard !== undefined) throw new Error(`expected nothing like ${pattern}, heard ${heard.text.split('\r\n')[0]}`);
  }

  #hear(flow: Flow, bytes: Uint8Array): void {
    this.#flow = flow;
    const parsed = parseMessage(bytes);
    const message = parsed.ok ? parsed.value : undefined;
    this.heard.push({ at: this.#clock.now(), flow, text: latin1Decode(bytes), message });
  }
}
