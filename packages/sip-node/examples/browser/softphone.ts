// A softphone in a page: one account over a WebSocket, the sound by WebRTC. Bundle it, or serve it beside its packages.
import type { Flow, MediaRefusal, OfferWish, SessionDescriptionHandler, UserAgentEvents } from '@ringback/sip';
import { cryptoRandom, systemClock, UserAgent } from '@ringback/sip';

/** The session descriptions of one call are those of a peer connection. */
class Media implements SessionDescriptionHandler {
  readonly #connection = new RTCPeerConnection();
  readonly #sound = Object.assign(new Audio(), { autoplay: true });
  #microphone: MediaStream | undefined;

  constructor() {
    this.#connection.ontrack = ({ streams: [stream = null] }) => {
      this.#sound.srcObject = stream;
    };
  }

  async createOffer({ hold, iceRestart = false }: OfferWish): Promise<string> {
    await this.#open(hold);
    return this.#describe(await this.#connection.createOffer({ iceRestart }));
  }

  async createAnswer(sdp: string, { hold }: { readonly hold: boolean }): Promise<string> {
    await this.#connection.setRemoteDescription({ type: 'offer', sdp });
    await this.#open(hold);
    return this.#describe(await this.#connection.createAnswer());
  }

  acceptAnswer = (sdp: string): Promise<void> => this.#connection.setRemoteDescription({ type: 'answer', sdp });

  rollback(): void {
    if (this.#connection.signalingState !== 'stable') void this.#connection.setLocalDescription({ type: 'rollback' });
  }

  close(): void {
    this.#connection.close();
    for (const track of this.#microphone?.getTracks() ?? []) track.stop();
  }

  async #open(hold: boolean): Promise<void> {
    if (!this.#microphone) {
      this.#microphone = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => {
        throw { status: 480 } satisfies MediaRefusal;
      });
      for (const track of this.#microphone.getTracks()) this.#connection.addTrack(track, this.#microphone);
    }
    for (const each of this.#connection.getTransceivers()) each.direction = hold ? 'sendonly' : 'sendrecv';
  }

  /** With all candidates, as the far side may know no trickling. */
  async #describe(description: RTCSessionDescriptionInit): Promise<string> {
    const connection = this.#connection;
    await connection.setLocalDescription(description);
    while (connection.iceGatheringState !== 'complete') {
      await new Promise((changed) => connection.addEventListener('icegatheringstatechange', changed, { once: true }));
    }
    return connection.localDescription?.sdp ?? '';
  }
}

/** `url`: `wss://host/path`. Register it, call with `call(target)`, and `answer()` what `events.incoming` brings. */
export function softphone(url: string, aor: string, password: string, events: UserAgentEvents): UserAgent {
  const { hostname: host, port } = new URL(url);
  const server = { transport: 'WSS', host, port: Number(port || 443) } as const;
  const connect = (): Flow => {
    const socket = new WebSocket(url, 'sip');
    socket.binaryType = 'arraybuffer';
    let state: Flow['state'] = 'connecting';
    const flow: Flow = {
      ...{ id: crypto.randomUUID(), transport: 'WSS', reliable: true, local: { host: '', port: 0 }, remote: server },
      get state() {
        return state;
      },
      send: (bytes) => socket.send(bytes as Uint8Array<ArrayBuffer>),
      close: () => socket.close(),
    };
    socket.onopen = () => {
      state = 'open';
      agent.opened(flow);
    };
    socket.onmessage = ({ data }) =>
      agent.received(flow, typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data));
    socket.onclose = ({ reason }) => {
      state = 'closed';
      agent.closed(flow, reason);
    };
    return flow;
  };
  const agent = new UserAgent({
    clock: systemClock({ now: Date.now, setTimeout, clearTimeout }),
    random: cryptoRandom(crypto),
    transportPort: { connect },
    account: { aor, password },
    server,
    sessionDescription: () => new Media(),
    events,
  });
  agent.start();
  return agent;
}
