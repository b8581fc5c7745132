import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  createRequest,
  cryptoRandom,
  DigestClient,
  Headers,
  parseMessage,
  printMessage,
  type SipRequest,
  SipResponse,
  token,
} from '@ringback/sip';
import { WebSocket } from 'ws';

const random = cryptoRandom(crypto);

export interface Login {
  readonly user: string;
  readonly username: string;
  readonly password: string;
}

/** Registers over some wire and says what the final answer was: as little of a phone as a test of the gateway needs. */
export class SipClient {
  readonly #wire: Wire;
  readonly #login: Login;
  readonly #digest: DigestClient;
  readonly #callId = token(random);
  readonly #tag = token(random);
  #cseq = 0;

  constructor(wire: Wire, login: Login) {
    this.#wire = wire;
    this.#login = login;
    this.#digest = new DigestClient({ random, credentials: login });
  }

  get callId(): string {
    return this.#callId;
  }

  async register(domain = 'ringback.local', expires = 600): Promise<SipResponse> {
    const request = this.#request(domain, expires);
    const response = await this.#exchange(request);
    if (response.status !== 401) return response;
    const answer = this.#digest.answer(request, response);
    if ('failed' in answer) throw new Error(answer.failed);
    this.#cseq += 1;
    return this.#exchange(
      answer.with({ headers: answer.headers.with('CSeq', `${this.#cseq} REGISTER`).with('Via', this.#via()) }),
    );
  }

  #request(domain: string, expires: number): SipRequest {
    this.#cseq += 1;
    const aor = `<sip:${this.#login.user}@${domain}>`;
    return createRequest({
      method: 'REGISTER',
      uri: `sip:${domain}`,
      headers: Headers.of(
        ['Via', this.#via()],
        ['Max-Forwards', '70'],
        ['From', `${aor};tag=${this.#tag}`],
        ['To', aor],
        ['Call-ID', this.#callId],
        ['CSeq', `${this.#cseq} REGISTER`],
        ['Contact', `<sip:${this.#login.user}@${this.#wire.contact}>`],
        ['Expires', String(expires)],
      ),
    });
  }

  #via(): string {
    return `SIP/2.0/${this.#wire.transport} ${this.#wire.sentBy};branch=z9hG4bK${token(random)}`;
  }

  async #exchange(request: SipRequest): Promise<SipResponse> {
    this.#wire.send(printMessage(request));
    for (;;) {
      const parsed = parseMessage(await this.#wire.receive());
      if (!parsed.ok || !(parsed.value instanceof SipResponse)) continue;
      if (parsed.value.status >= 200 && parsed.value.cseq.number === request.cseq.number) return parsed.value;
    }
  }
}

export interface Wire {
  readonly transport: 'UDP' | 'WS';
  readonly sentBy: string;
  /** Host, port and parameters of the Contact. */
  readonly contact: string;
  send(bytes: Uint8Array): void;
  receive(): Promise<Uint8Array>;
  close(): void;
}

export async function udpWire(gateway: string): Promise<Wire & { readonly socket: Socket }> {
  const [, host = '', port = ''] = /^sip:(.*):(\d+)$/.exec(gateway) ?? [];
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const own = `127.0.0.1:${socket.address().port}`;
  return {
    transport: 'UDP',
    sentBy: own,
    contact: own,
    socket,
    send: (bytes) => socket.send(bytes, Number(port), host),
    receive: inOrder((put) => socket.on('message', put)),
    close: () => socket.close(),
  };
}

export async function webSocketWire(url: string, cookie?: string): Promise<Wire & { readonly socket: WebSocket }> {
  const socket = new WebSocket(url, 'sip', cookie === undefined ? {} : { headers: { Cookie: cookie } });
  const receive = inOrder((put) => socket.on('message', (data) => put(Buffer.from(data.toString()))));
  await once(socket, 'open');
  return {
    transport: 'WS',
    sentBy: 'client.invalid',
    contact: 'client.invalid;transport=ws',
    socket,
    send: (bytes) => socket.send(bytes, { binary: false }),
    receive,
    close: () => socket.close(),
  };
}

function inOrder(subscribe: (put: (bytes: Uint8Array) => void) => void): () => Promise<Uint8Array> {
  const messages: Uint8Array[] = [];
  const waiting: ((bytes: Uint8Array) => void)[] = [];
  subscribe((bytes) => {
    const next = waiting.shift();
    if (next === undefined) messages.push(bytes);
    else next(bytes);
  });
  return () => {
    const message = messages.shift();
    return message === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(message);
  };
}
