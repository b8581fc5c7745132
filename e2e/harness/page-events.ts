import type { Page } from '@playwright/test';

/** Named events by their code, 0…15 (RFC 4733 §3.2). */
const KEYS = '0123456789*#ABCD';

/** Chromium's door to the RTP payloads of a connection, which the types of the DOM do not know. */
interface Encoded {
  createEncodedStreams(): { readonly readable: ReadableStream<Payload>; readonly writable: WritableStream<Payload> };
}

interface Payload {
  readonly data: ArrayBuffer;
  getMetadata(): { readonly mimeType?: string; readonly rtpTimestamp?: number };
}

declare global {
  interface Window {
    /** Code of each named event received, by when it began on the clock of its RTP stream. */
    namedEvents: Map<number, number>;
  }
}

/**
 * Reads the named events in the RTP that comes in: each has a timestamp of its own, which all packets of it repeat
 * (RFC 4733 §2.5.1.2), so each is counted once, however late it comes. What becomes of it in the loudspeaker says less: a
 * jitter buffer that lags plays an event in pieces, or not at all.
 * Runs inside the page, before any script of it; so it may use nothing from outside.
 */
function installEvents(): void {
  window.namedEvents = new Map();
  const read = new WeakSet<object>();

  // Both directions have to be passed on, once the connection has this door at all.
  const pass = (end: object, look: (payload: Payload) => void): void => {
    if (read.has(end)) return;
    read.add(end);
    const { readable, writable } = (end as Encoded).createEncodedStreams();
    const through = new TransformStream<Payload, Payload>({
      transform(payload, controller) {
        look(payload);
        controller.enqueue(payload);
      },
    });
    // It ends with its connection.
    readable
      .pipeThrough(through)
      .pipeTo(writable)
      .catch(() => undefined);
  };

  const note = (payload: Payload): void => {
    const { mimeType, rtpTimestamp } = payload.getMetadata();
    if (mimeType !== 'audio/telephone-event' || rtpTimestamp === undefined) return;
    window.namedEvents.set(rtpTimestamp, new DataView(payload.data).getUint8(0));
  };

  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super({ ...configuration, encodedInsertableStreams: true } as RTCConfiguration);
      this.addEventListener('track', ({ receiver, transceiver }) => {
        pass(receiver, note);
        pass(transceiver.sender, () => undefined);
      });
    }
  };
}

/** The digits a page receives as named events, in calls that come in to it. */
export class PageEvents {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Before the page is opened. */
  static async install(page: Page): Promise<PageEvents> {
    await page.addInitScript(installEvents);
    return new PageEvents(page);
  }

  /** In the order they came, each as often as it was sent. */
  async digits(): Promise<string> {
    const codes = await this.#page.evaluate(() => [...window.namedEvents.values()]);
    return codes.map((code) => KEYS[code] ?? `(${code})`).join('');
  }
}
