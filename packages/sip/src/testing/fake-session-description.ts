import { answerDirection, type Direction, effectiveDirection, parseSdp, printSdp, setDirection } from '../sdp/index.ts';
import type { MediaRefusal, OfferWish, SessionDescriptionHandler } from '../ua/index.ts';

/**
 * A description handler without media: one audio stream with real-looking SDP, and every way to misbehave. Like a peer connection it takes an
 * answer only to an offer of its own that has none yet, and an offer only when it has none.
 */
export class FakeSessionDescription implements SessionDescriptionHandler {
  /** What was asked, in order: `offer`, `offer hold`, `answer`, `accept`, `early`, `rollback`, `close`. */
  readonly calls: string[] = [];
  /** The next call rejects with this. */
  refuse: MediaRefusal | undefined;
  /** While set, calls wait until `release`. */
  blocked = false;
  closed = false;
  remote: string | undefined;
  readonly #address: string;
  readonly #sessionId: number;
  #version = 1;
  #offered = false;
  #waiting: (() => void)[] = [];

  constructor(address = '192.0.2.1', sessionId = 1) {
    this.#address = address;
    this.#sessionId = sessionId;
  }

  /** Lets what waits go on. */
  release(): void {
    this.blocked = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  async createOffer({ hold, iceRestart }: OfferWish): Promise<string> {
    await this.#step(`offer${hold ? ' hold' : ''}${iceRestart ? ' restart' : ''}`);
    const far = this.remote === undefined ? 'sendrecv' : firstDirection(this.remote);
    const held = far === 'sendonly' || far === 'inactive';
    this.#offered = true;
    return this.#describe(hold ? (held ? 'inactive' : 'sendonly') : 'sendrecv');
  }

  async createAnswer(offer: string, { hold }: { readonly hold: boolean }): Promise<string> {
    await this.#step(`answer${hold ? ' hold' : ''}`);
    const parsed = parseSdp(offer);
    if (!parsed.ok) throw { status: 488, warning: '399 192.0.2.1 "Not a session description"' } satisfies MediaRefusal;
    if (this.#offered) throw new Error('an offer while ours has no answer');
    this.remote = offer;
    return this.#describe(answerDirection(firstDirection(offer), hold ? 'sendonly' : 'sendrecv'));
  }

  async acceptAnswer(answer: string): Promise<void> {
    await this.#step('accept');
    if (!this.#offered) throw new Error('an answer without an offer');
    this.#offered = false;
    this.remote = answer;
  }

  async acceptEarlyAnswer(_answer: string): Promise<void> {
    await this.#step('early');
  }

  rollback(): void {
    this.calls.push('rollback');
    this.#offered = false;
  }

  close(): void {
    this.calls.push('close');
    this.closed = true;
  }

  async #step(name: string): Promise<void> {
    this.calls.push(name);
    if (this.blocked) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    const refusal = this.refuse;
    this.refuse = undefined;
    if (refusal) throw refusal;
  }

  #describe(direction: Direction): string {
    const sdp = parseSdp(
      [
        'v=0',
        `o=- ${this.#sessionId} ${this.#version++} IN IP4 ${this.#address}`,
        's=-',
        `c=IN IP4 ${this.#address}`,
        't=0 0',
        'm=audio 40000 RTP/AVP 0 8 101',
        'a=rtpmap:0 PCMU/8000',
        'a=rtpmap:8 PCMA/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-15',
        'a=sendrecv',
        '',
      ].join('\r\n'),
    );
    if (!sdp.ok) throw new Error(`the fake's own description does not parse: ${JSON.stringify(sdp.error)}`);
    return printSdp(setDirection(sdp.value, direction));
  }
}

function firstDirection(text: string): Direction {
  const sdp = parseSdp(text);
  const stream = sdp.ok ? sdp.value.media[0] : undefined;
  return sdp.ok && stream ? effectiveDirection(sdp.value, stream) : 'sendrecv';
}
