import type { MediaResult } from '../bridge/protocol.ts';

type MediaFailure = Extract<MediaResult, { ok: false }>;

/** The microphone did not open. `failure` is what the engine is told: 480, for a person is there but cannot talk. */
export class MicrophoneError extends Error {
  readonly failure: MediaFailure;
  constructor(name: string, detail: string) {
    super(detail);
    this.failure = { ok: false, status: 480, error: name, detail };
  }
}

/**
 * Opens the microphone. Called only because somebody pressed Call or Answer: the browser may ask for permission.
 * A page that is not a secure context has no `mediaDevices` at all.
 */
export async function openMicrophone(): Promise<MediaStreamTrack> {
  if (!navigator.mediaDevices) {
    throw new MicrophoneError(
      'InsecureContext',
      'Browsers give a microphone only to https pages and to this computer.',
    );
  }
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const track = stream.getAudioTracks()[0];
    if (!track) throw new MicrophoneError('NotFoundError', 'The stream has no audio track.');
    return track;
  } catch (error) {
    if (error instanceof MicrophoneError) throw error;
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    throw new MicrophoneError(name, message);
  }
}
