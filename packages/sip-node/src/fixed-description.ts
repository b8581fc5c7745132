import type { MediaRefusal, OfferWish, SessionDescriptionHandler } from '@ringback/sip';
import {
  answerDirection,
  codecs,
  type Direction,
  direction,
  type MediaSection,
  parseSdp,
  type SessionDescription,
} from '@ringback/sip/sdp';

export interface FixedDescriptionOptions {
  /** Numeric address of `c=` and `o=`; default `127.0.0.1`. */
  readonly host?: string;
  /** RTP port of the audio stream; default 9, the port of discard. */
  readonly port?: number;
}

/**
 * Descriptions without media, for user agents that only signal, or whose media somebody else moves: one stream of G.711 at a given
 * address. Of an offer it takes the first audio stream of plain RTP and refuses the others (RFC 3264 §6); without one it refuses
 * with 488. Hold is answered by direction (RFC 3264 §8.4).
 */
export class FixedDescription implements SessionDescriptionHandler {
  readonly #host: string;
  readonly #port: number;
  readonly #id: number;
  #version = 0;
  /** How the far side's streams are directed, as it said last. */
  #far: Direction = 'sendrecv';

  constructor({ host = '127.0.0.1', port = 9 }: FixedDescriptionOptions = {}) {
    this.#host = host;
    this.#port = port;
    this.#id = Date.now();
  }

  async createOffer({ hold }: OfferWish): Promise<string> {
    const heldThere = this.#far === 'sendonly' || this.#far === 'inactive';
    return this.#print([this.#audio('0 8', hold ? (heldThere ? 'inactive' : 'sendonly') : 'sendrecv')]);
  }

  async createAnswer(offer: string, { hold }: { readonly hold: boolean }): Promise<string> {
    const sdp = read(offer);
    const taken = sdp.media.find(isPlainAudio);
    if (!taken) throw { status: 488, warning: '304 localhost "Media type not available"' } satisfies MediaRefusal;
    this.#far = direction(sdp, taken);
    const formats = g711(taken).map(({ payloadType }) => payloadType);
    const own = answerDirection(this.#far, hold ? 'sendonly' : 'sendrecv');
    return this.#print(
      sdp.media.map((section) =>
        section === taken
          ? this.#audio(formats.join(' '), own)
          : [`m=${section.media} 0 ${section.protocol} ${section.formats.join(' ')}`],
      ),
    );
  }

  async acceptAnswer(answer: string): Promise<void> {
    const sdp = read(answer);
    const [stream] = sdp.media;
    if (stream) this.#far = direction(sdp, stream);
  }

  rollback(): void {}

  close(): void {}

  #audio(formats: string, way: Direction): readonly string[] {
    return [`m=audio ${this.#port} RTP/AVP ${formats}`, `a=${way}`];
  }

  #print(media: readonly (readonly string[])[]): string {
    const at = `IN ${this.#host.includes(':') ? 'IP6' : 'IP4'} ${this.#host}`;
    this.#version += 1;
    const session = ['v=0', `o=- ${this.#id} ${this.#version} ${at}`, 's=-', `c=${at}`, 't=0 0'];
    return `${[...session, ...media.flat()].join('\r\n')}\r\n`;
  }
}

function read(text: string): SessionDescription {
  const sdp = parseSdp(text);
  if (!sdp.ok) throw { status: 488 } satisfies MediaRefusal;
  return sdp.value;
}

function isPlainAudio(section: MediaSection): boolean {
  return section.media === 'audio' && section.protocol === 'RTP/AVP' && section.port !== 0 && g711(section).length > 0;
}

function g711(section: MediaSection): ReturnType<typeof codecs> {
  return codecs(section).filter(({ encoding }) => /^pcm[ua]$/i.test(encoding));
}
