import type { Page } from '@playwright/test';
import { type Audio, silentSeconds, toneSeconds } from './tones.ts';

/** What the page's ears give away to the test; installed before the page's own scripts. */
interface Ears {
  /** Remote audio since `clear()`, 30 s at most: octets of 8 kHz, 16-bit samples, base64. */
  take(): string;
  clear(): void;
  /** Is every remote track that should be heard played by an element that is not muted? */
  audible(): boolean;
  /** Of the open connections, since they were made. */
  sent(): Promise<Sent>;
  openConnections(): number;
  liveMicrophones(): number;
}

/** The sound of an open call, by the clock of its samples. */
export interface Sent {
  /** Seconds of sound that came from the microphone, and the energy in them. */
  readonly made: number;
  readonly energy: number;
  /** Packets of 20 ms that left, and those of the far side that did not arrive. */
  readonly packets: number;
  readonly lost: number;
}

declare global {
  interface Window {
    ears: Ears;
  }
}

const RATE = 8000;

/**
 * Gives the page a microphone that hums at `hz`, and ears at the far end of every peer connection.
 * Runs inside the page, before any script of it; so it may use nothing from outside.
 */
export function installAudio({ hz, rate }: { readonly hz: number; readonly rate: number }): void {
  const microphones: MediaStreamTrack[] = [];
  const players = new Set<HTMLMediaElement>();
  const connections: RTCPeerConnection[] = [];
  const remote: MediaStreamTrack[] = [];
  let context: AudioContext | undefined;
  let listener: AudioContext | undefined;
  const kept = new Int16Array(rate * 30);
  let [written, from] = [0, 0];

  const hum = (): MediaStream => {
    context ??= new AudioContext();
    void context.resume();
    const destination = context.createMediaStreamDestination();
    const oscillator = context.createOscillator();
    const volume = context.createGain();
    oscillator.frequency.value = hz;
    volume.gain.value = 0.3;
    oscillator.connect(volume).connect(destination);
    oscillator.start();
    microphones.push(...destination.stream.getAudioTracks());
    return destination.stream;
  };
  if (navigator.mediaDevices !== undefined) navigator.mediaDevices.getUserMedia = async () => hum();

  const listen = (track: MediaStreamTrack): void => {
    // A track that was held and goes on is announced again.
    if (remote.includes(track)) return;
    remote.push(track);
    listener ??= new AudioContext({ sampleRate: rate });
    void listener.resume();
    const recorder = listener.createScriptProcessor(512, 1, 1);
    recorder.onaudioprocess = ({ inputBuffer }) => {
      for (const sample of inputBuffer.getChannelData(0)) kept[written++ % kept.length] = sample * 32767;
    };
    listener.createMediaStreamSource(new MediaStream([track])).connect(recorder);
    recorder.connect(listener.destination);
    // Held by the page, else it is collected as garbage and stops.
    Object.assign(track, { recorder });
  };

  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
      this.addEventListener('track', ({ track }) => {
        if (track.kind === 'audio') listen(track);
      });
    }
  };

  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    players.add(this);
    return play.call(this);
  };
  const plays = (track: MediaStreamTrack): boolean =>
    [...players, ...document.querySelectorAll('audio')].some(
      ({ srcObject, paused, muted, volume }) =>
        srcObject instanceof MediaStream && srcObject.getTracks().includes(track) && !paused && !muted && volume > 0,
    );

  window.ears = {
    take() {
      const count = Math.min(written - from, kept.length);
      const samples = Int16Array.from({ length: count }, (_, n) => kept[(written - count + n) % kept.length] ?? 0);
      const octets = new Uint8Array(samples.buffer);
      let text = '';
      for (let at = 0; at < octets.length; at += 8192) text += String.fromCharCode(...octets.subarray(at, at + 8192));
      return btoa(text);
    },
    clear() {
      from = written;
    },
    audible: () => {
      const live = remote.filter(({ readyState }) => readyState === 'live');
      return live.length > 0 && live.every(plays);
    },
    async sent() {
      const sum = { made: 0, energy: 0, packets: 0, lost: 0 };
      for (const connection of connections.filter(({ connectionState }) => connectionState !== 'closed')) {
        (await connection.getStats()).forEach((report) => {
          sum.made += report.type === 'media-source' ? report.totalSamplesDuration : 0;
          sum.energy += report.type === 'media-source' ? report.totalAudioEnergy : 0;
          sum.packets += report.type === 'outbound-rtp' ? report.packetsSent : 0;
          sum.lost += report.type === 'inbound-rtp' ? report.packetsLost : 0;
        });
      }
      return sum;
    },
    openConnections: () => connections.filter(({ connectionState }) => connectionState !== 'closed').length,
    liveMicrophones: () => microphones.filter(({ readyState }) => readyState === 'live').length,
  };
}

/** Ears at a page: everything asked is about what its remote audio sounded like since `forget()`. */
export class PageAudio {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  static async install(page: Page, hz: number): Promise<PageAudio> {
    await page.addInitScript(installAudio, { hz, rate: RATE });
    return new PageAudio(page);
  }

  /** Forgets what was heard so far. */
  async forget(): Promise<void> {
    await this.#page.evaluate(() => window.ears.clear());
  }

  async toneSeconds(hz: number): Promise<number> {
    return toneSeconds(await this.#heard(), hz);
  }

  /** What this end has made and sent so far, whatever is forgotten. */
  sent(): Promise<Sent> {
    return this.#page.evaluate(() => window.ears.sent());
  }

  async silentSeconds(): Promise<number> {
    return silentSeconds(await this.#heard());
  }

  audible(): Promise<boolean> {
    return this.#page.evaluate(() => window.ears.audible());
  }

  /** Peer connections not closed and microphone tracks not stopped. */
  async leftOpen(): Promise<number> {
    return this.#page.evaluate(() => window.ears.openConnections() + window.ears.liveMicrophones());
  }

  async #heard(): Promise<Audio> {
    const octets = Buffer.from(await this.#page.evaluate(() => window.ears.take()), 'base64');
    const samples = Float32Array.from({ length: octets.length / 2 }, (_, n) => octets.readInt16LE(2 * n) / 32768);
    return { rate: RATE, samples };
  }
}

/**
 * Seconds of sound that a page made since `before` and did not send, or sent as silence, or that got lost on the way to it.
 * All of it is counted on the clock of the samples: on a busy machine the ear has gaps of its own.
 */
export function missing(before: Sent, after: Sent): number {
  const made = after.made - before.made;
  const sounding = (after.energy - before.energy) / (before.energy / before.made);
  const sent = 0.02 * (after.packets - before.packets);
  return Math.max(made - sounding, made - sent, 0.02 * (after.lost - before.lost));
}
