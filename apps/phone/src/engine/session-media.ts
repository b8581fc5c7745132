import type { MediaRefusal, OfferWish, SessionDescriptionHandler } from '@ringback/sip';
import { fingerprints, parseSdp } from '@ringback/sip/sdp';
import type { MediaRequest, MediaResult } from '../bridge/protocol.ts';
import type { Call } from './call.ts';
import type { Tabs } from './tabs.ts';

/** Makes the offers and answers of one call in the tab that owns it. */
export class SessionMedia implements SessionDescriptionHandler {
  readonly #call: () => Call | undefined;
  readonly #tabs: Tabs;

  /** The call is looked up when it is needed: the core asks for this handler before the session is complete. */
  constructor(call: () => Call | undefined, tabs: Tabs) {
    this.#call = call;
    this.#tabs = tabs;
  }

  createOffer({ hold, iceRestart = false }: OfferWish): Promise<string> {
    // Media that is cut at this moment does not come back on the old path.
    const cut = this.#call()?.mediaState === 'interrupted';
    return this.#describe({ op: 'offer', hold, iceRestart: iceRestart || cut });
  }

  async createAnswer(offer: string, { hold }: { readonly hold: boolean }): Promise<string> {
    this.#refusePlain(offer);
    const sdp = await this.#describe({ op: 'answer', offer, hold });
    this.#agreed();
    return sdp;
  }

  async acceptAnswer(answer: string): Promise<void> {
    this.#refusePlain(answer);
    const result = await this.#ask({ op: 'accept-answer', answer, early: false });
    if (!result.ok) throw this.#refusal(result);
    this.#agreed();
  }

  async acceptEarlyAnswer(answer: string): Promise<void> {
    if (isBrowserMedia(answer)) await this.#ask({ op: 'accept-answer', answer, early: true });
  }

  rollback(): void {
    void this.#ask({ op: 'rollback', hold: this.#call()?.session.held.wanted ?? false });
  }

  close(): void {
    void this.#ask({ op: 'close' });
  }

  async #describe(request: MediaRequest): Promise<string> {
    const result = await this.#ask(request);
    if (!result.ok) throw this.#refusal(result);
    if (result.sdp === undefined) throw { status: 488 } satisfies MediaRefusal;
    // Muted before there was a microphone: it opens silent.
    if (this.#call()?.muted) await this.#ask({ op: 'mute', on: true });
    return result.sdp;
  }

  #ask(request: MediaRequest): Promise<MediaResult> {
    const call = this.#call();
    return call ? this.#tabs.ask(call.owner, call.id, request) : Promise.resolve(GONE);
  }

  /** A browser takes DTLS-SRTP only (RFC 8827 §6.5): plain RTP is refused at once, before anybody is disturbed. */
  #refusePlain(description: string): void {
    if (isBrowserMedia(description)) return;
    const call = this.#call();
    if (call && !call.agreed) call.cause = { kind: 'no-common-media', detail: PLAIN };
    throw { status: 488, warning: `399 ringback "${PLAIN}"` } satisfies MediaRefusal;
  }

  #refusal({ status, error, detail }: Extract<MediaResult, { ok: false }>): MediaRefusal {
    const call = this.#call();
    if (call && !call.agreed) {
      if (status === 480) call.cause = { kind: 'microphone', name: error, detail };
      if (status === 488) call.cause = { kind: 'no-common-media', detail };
    }
    // 487 is the tab's way to say that there is nobody any more; to the far side we are just not there.
    return { status: status === 488 ? 488 : 480 };
  }

  #agreed(): void {
    const call = this.#call();
    if (call) call.agreed = true;
  }
}

/**
 * Has the description a voice a browser can hear? Only with a certificate fingerprint there is DTLS; the profile is not
 * asked, since peers write it in half a dozen ways (RFC 8829 §5.1.2 has browsers accept them all).
 */
export function isBrowserMedia(description: string): boolean {
  const parsed = parseSdp(description);
  if (!parsed.ok) return false;
  const voice = parsed.value.media.find(({ media, port }) => media === 'audio' && port !== 0);
  return voice !== undefined && fingerprints(parsed.value, voice).length > 0;
}

const PLAIN = 'Only encrypted media (DTLS-SRTP with ICE) is possible in a browser';

const GONE: MediaResult = { ok: false, status: 487, error: 'Gone', detail: 'The call has ended.' };
