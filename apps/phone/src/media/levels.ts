/**
 * Levels for the meters, without an AudioContext: the receiver knows the level of what it plays, the statistics of the
 * sender know the microphone's. Nothing is measured unless somebody looks.
 */
export class Levels {
  #here = 0;
  #asked = 0;

  read(peer: RTCPeerConnection, now: number): { here: number; there: number } {
    const [audio] = peer.getTransceivers();
    if (!audio) return { here: 0, there: 0 };
    if (now - this.#asked >= REFRESH) {
      this.#asked = now;
      void audio.sender.getStats().then(
        (report) => {
          this.#here = microphoneLevel(report);
        },
        () => undefined,
      );
    }
    const source = audio.receiver.getSynchronizationSources()[0];
    const fresh = source !== undefined && performance.timeOrigin + now - source.timestamp < STALE;
    return { here: this.#here, there: fresh ? (source.audioLevel ?? 0) : 0 };
  }
}

/** Milliseconds. */
const REFRESH = 100;
/** A source that has not been heard for so long is silent (`timestamp` is epoch milliseconds in Chromium). */
const STALE = 1000;

function microphoneLevel(report: RTCStatsReport): number {
  let level = 0;
  report.forEach((entry: { type: string; kind?: string; audioLevel?: number }) => {
    if (entry.type === 'media-source' && entry.kind === 'audio') level = entry.audioLevel ?? 0;
  });
  return level;
}
