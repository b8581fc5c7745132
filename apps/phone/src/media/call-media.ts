import type { MediaEvent, MediaRequest, MediaResult } from '../bridge/protocol.ts';
import { sendDigit } from './dtmf.ts';
import { candidatesIn, DEFAULT_RULE, type IceSendingRule, mayLeave, timeoutDelay } from './gathering.ts';
import { Levels } from './levels.ts';
import { MicrophoneError, openMicrophone } from './microphone.ts';
import { RemoteAudio } from './remote-audio.ts';

export interface CallMediaOptions {
  readonly call: string;
  readonly emit: (event: MediaEvent) => void;
  readonly rule?: IceSendingRule;
  readonly iceServers?: readonly RTCIceServer[];
}

/**
 * Microphone, peer connection and loudspeaker of one call.
 *
 * What the engine asks is done one after the other, in the order asked; a person's actions (mute, a digit, the end) never
 * wait. `close()` is final: whatever is still under way finds the call closed and lets go of what it holds.
 */
export class CallMedia {
  readonly #options: CallMediaOptions;
  readonly #rule: IceSendingRule;
  readonly #peer: RTCPeerConnection;
  readonly #audio: RemoteAudio;
  readonly #levels = new Levels();
  #queue: Promise<unknown> = Promise.resolve();
  #track: MediaStreamTrack | undefined;
  #muted = false;
  #held = false;
  #closed = false;
  #late = false;
  #lateTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CallMediaOptions) {
    this.#options = options;
    const servers = options.iceServers ?? [];
    this.#rule = options.rule ?? { ...DEFAULT_RULE, needsReflexive: servers.length > 0 };
    // No `max-bundle`: it refuses every phone that knows no BUNDLE, and a call has one media section anyway.
    this.#peer = new RTCPeerConnection({ iceServers: [...servers] });
    this.#audio = new RemoteAudio(options.call);
    this.#peer.addEventListener('track', ({ track }) => {
      if (track.kind === 'audio') this.#audio.play(new MediaStream([track]));
    });
    this.#peer.addEventListener('connectionstatechange', () => this.#connectionChanged());
    this.#peer.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate && candidate.protocol !== 'tcp') this.#late = true;
    });
  }

  async request(request: MediaRequest): Promise<MediaResult> {
    if (this.#closed) return CLOSED;
    switch (request.op) {
      case 'mute':
        this.#muted = request.on;
        if (this.#track) this.#track.enabled = !request.on;
        return { ok: true };
      case 'dtmf': {
        const sender = this.#voice()?.sender;
        return { ok: true, sent: sender !== undefined && sendDigit(sender, request.digit) };
      }
      case 'close':
        this.close();
        return { ok: true };
      case 'offer':
        return this.#inTurn(() => this.#offer(request.hold, request.iceRestart));
      case 'answer':
        return this.#inTurn(() => this.#answer(request.offer, request.hold));
      case 'accept-answer':
        return this.#inTurn(() => this.#acceptAnswer(request.answer, request.early));
      case 'rollback':
        return this.#inTurn(() => this.#rollback(request.hold));
    }
  }

  levels(): { here: number; there: number } {
    return this.#closed ? { here: 0, there: 0 } : this.#levels.read(this.#peer, performance.now());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#lateTimer);
    this.#track?.stop();
    this.#peer.close();
    this.#audio.close();
  }

  #inTurn(step: () => Promise<MediaResult>): Promise<MediaResult> {
    const turn = this.#queue.then(async (): Promise<MediaResult> => {
      if (this.#closed) return CLOSED;
      try {
        const result = await step();
        return this.#closed ? CLOSED : result;
      } catch (error) {
        if (this.#closed) return CLOSED;
        if (error instanceof MicrophoneError) return error.failure;
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        return { ok: false, status: 488, error: name, detail: message };
      }
    });
    this.#queue = turn;
    return turn;
  }

  async #offer(hold: boolean, iceRestart: boolean): Promise<MediaResult> {
    await this.#openTrack();
    if (this.#closed) return CLOSED;
    if (!this.#voice() && this.#track) this.#peer.addTransceiver(this.#track, { direction: 'sendrecv' });
    await this.#want(hold);
    await this.#peer.setLocalDescription(await this.#peer.createOffer({ iceRestart }));
    return this.#leave();
  }

  async #answer(offer: string, hold: boolean): Promise<MediaResult> {
    await this.#peer.setRemoteDescription({ type: 'offer', sdp: offer });
    for (const transceiver of this.#peer.getTransceivers()) {
      // Only sound is taken: any other kind is refused with port 0 (RFC 3264 §6).
      if (transceiver.receiver.track.kind !== 'audio' && transceiver.currentDirection === null) transceiver.stop();
    }
    await this.#openTrack();
    if (this.#closed) return CLOSED;
    const voice = this.#voice();
    if (!voice) return { ok: false, status: 488, error: 'NoAudio', detail: 'The offer has no audio.' };
    await this.#want(hold);
    await this.#peer.setLocalDescription(await this.#peer.createAnswer());
    const result = await this.#leave();
    this.#agree();
    return result;
  }

  async #acceptAnswer(answer: string, early: boolean): Promise<MediaResult> {
    // An answer that comes again has been taken already.
    if (this.#peer.signalingState === 'stable') return { ok: true };
    await this.#peer.setRemoteDescription({ type: early ? 'pranswer' : 'answer', sdp: answer });
    await this.#want(this.#held);
    this.#agree();
    return { ok: true };
  }

  async #rollback(hold: boolean): Promise<MediaResult> {
    const { signalingState } = this.#peer;
    // The very first offer has nothing to go back to; the call ends after it.
    if (signalingState === 'have-local-offer') await this.#peer.setLocalDescription({ type: 'rollback' });
    if (signalingState === 'have-remote-offer') await this.#peer.setRemoteDescription({ type: 'rollback' });
    await this.#want(hold);
    return { ok: true };
  }

  async #openTrack(): Promise<void> {
    if (this.#track?.readyState === 'live') return;
    const track = await this.#microphone();
    if (!track) return;
    if (this.#closed) {
      track.stop();
      return;
    }
    track.enabled = !this.#muted;
    track.addEventListener('ended', () => void this.#replaceLostTrack());
    this.#track = track;
  }

  /** In a call that is up a microphone that is gone is no failure: it can still be held, resumed and listened to. */
  async #microphone(): Promise<MediaStreamTrack | undefined> {
    try {
      return await openMicrophone();
    } catch (error) {
      if (this.#track) return undefined;
      throw error;
    }
  }

  /** The microphone was unplugged: the default one takes its place, without a new offer. */
  async #replaceLostTrack(): Promise<void> {
    if (this.#closed) return;
    // Without another microphone the call goes on, and we only listen.
    await this.#openTrack();
    await this.#want(this.#held);
  }

  /** Hold takes effect here at once, whatever the far side thinks of it: not one more packet of the microphone leaves. */
  async #want(hold: boolean): Promise<void> {
    this.#held = hold;
    this.#audio.silence(hold);
    const voice = this.#voice();
    if (!voice || this.#closed) return;
    voice.direction = hold ? 'sendonly' : 'sendrecv';
    await voice.sender.replaceTrack(hold ? null : (this.#track ?? null));
  }

  #agree(): void {
    clearTimeout(this.#lateTimer);
    this.#lateTimer = setTimeout(() => this.#tellLate(), LATE);
  }

  #tellLate(): void {
    if (this.#closed || !this.#late || this.#peer.connectionState === 'connected') return;
    this.#late = false;
    this.#options.emit({ type: 'late-candidates' });
  }

  async #leave(): Promise<MediaResult> {
    await mayLeave(this.#peer, this.#rule, timeoutDelay);
    const sdp = this.#peer.localDescription?.sdp;
    if (this.#closed || !sdp) return CLOSED;
    this.#late = candidatesIn(sdp).length === 0;
    return { ok: true, sdp };
  }

  #voice(): RTCRtpTransceiver | undefined {
    return this.#peer.getTransceivers().find((one) => one.receiver.track.kind === 'audio');
  }

  #connectionChanged(): void {
    const { emit } = this.#options;
    switch (this.#peer.connectionState) {
      case 'connecting':
        emit({ type: 'state', state: 'connecting' });
        break;
      case 'connected':
        emit({ type: 'state', state: 'connected' });
        break;
      case 'disconnected':
        emit({ type: 'state', state: 'interrupted' });
        break;
      case 'failed':
        emit({ type: 'state', state: 'interrupted' });
        emit({ type: 'failed' });
        break;
      case 'new':
      case 'closed':
        break;
    }
  }
}

/** Milliseconds after offer and answer are exchanged until late candidates are worth a re-INVITE. */
const LATE = 1000;

const CLOSED: MediaResult = { ok: false, status: 487, error: 'Closed', detail: 'The call has ended.' };
