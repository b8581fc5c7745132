import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  DigestClient,
  ha1,
  isSipUri,
  latin1Decode,
  parseMessage,
  printUri,
  type SipRequest,
  silent,
  systemClock,
  UserAgent,
  withUriParts,
} from '@ringback/sip';
import { FakeSessionDescription, seededRandom } from '@ringback/sip/testing';
import { FlowInbox, SocketPort, UdpListener } from '@ringback/sip-node';
import { type LocationUpdate, MemoryLocationService, SipServer } from '@ringback/sip-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Verdict {
  readonly file: string;
  readonly fixed_file?: string;
  readonly section: string;
  readonly title: string;
  readonly valid: boolean;
  readonly kind: 'request' | 'response';
  readonly proxy?: string | null;
  readonly uas_status_any_of?: readonly number[] | null;
  readonly registrar_status_any_of?: readonly number[] | null;
  readonly status_any_of?: readonly number[];
}

/** Loopback addresses of this file alone, so that the ports the messages name are free. */
const PEER = '127.0.91.1';
const AGENT = '127.0.91.2';
const SERVER = '127.0.91.3';
const SINK = '127.0.91.4';
/** How long silence must last to be silence, in milliseconds. */
const QUIET = 150;

const fixtures = new URL('../../../packages/sip/test/fixtures/', import.meta.url);
const read = (folder: string, file: string) => new Uint8Array(readFileSync(new URL(`${folder}/${file}`, fixtures)));
const verdicts = (folder: string): readonly Verdict[] =>
  JSON.parse(readFileSync(new URL(`${folder}/verdicts.json`, fixtures), 'utf8')).messages;
const all = ['rfc4475', 'rfc5118'].flatMap((folder) =>
  verdicts(folder).map((verdict) => ({
    ...verdict,
    name: `RFC ${folder.slice(3)} §${verdict.section} ${verdict.title} (${verdict.file})`,
    bytes: read(folder, verdict.fixed_file ?? verdict.file),
    wanted: verdict.uas_status_any_of ?? verdict.status_any_of,
  })),
);
const bare = (host: string) => host.replace(/^\[|\]$/g, '').toLowerCase();
const LOGIN = {
  username: 'torture',
  password: 'secret',
  ha1: {
    md5: ha1('MD5', 'torture', 'example.com', 'secret'),
    sha256: ha1('SHA-256', 'torture', 'example.com', 'secret'),
  },
};
const clock = systemClock({ now: Date.now, setTimeout, clearTimeout });
type Torture = (typeof all)[number];

const requestOf = (bytes: Uint8Array): SipRequest | undefined => {
  const parsed = parseMessage(bytes);
  const message = parsed.ok ? parsed.value : parsed.error.message;
  return message?.kind === 'request' ? message : undefined;
};
/** Is it for somebody, not for the domain itself? */
const hasUser = (bytes: Uint8Array): boolean => {
  const uri = requestOf(bytes)?.uri;
  return uri !== undefined && isSipUri(uri) && uri.user !== undefined;
};
const requests = all.filter(({ kind }) => kind === 'request');

describe('a user agent on real UDP', () => {
  const agents: { readonly agent: UserAgent; readonly socket: UdpListener }[] = [];
  afterEach(async () => {
    for (const { agent, socket } of agents.splice(0)) {
      await agent.stop();
      await socket.close();
    }
  });

  /** The one the message is for, who answers every call. */
  async function agentFor(request: SipRequest | undefined): Promise<void> {
    const uri = request?.uri;
    const ours = uri && isSipUri(uri) && uri.user !== undefined ? uri : undefined;
    const inbox = new FlowInbox();
    const socket = await UdpListener.listen({ host: AGENT, port: 5060, user: inbox, log: silent });
    const agent = new UserAgent({
      clock,
      random: seededRandom(1),
      transportPort: new SocketPort([socket], []),
      account: { aor: ours ? printUri(withUriParts(ours, { scheme: 'sip' })) : 'sip:user@example.com' },
      server: { transport: 'UDP', host: PEER, port: 5060 },
      sessionDescription: () => new FakeSessionDescription(AGENT),
      events: { incoming: (session) => session.answer() },
    });
    inbox.attach(agent);
    agent.start();
    agents.push({ agent, socket });
  }

  it.each(requests)('answers $name', async ({ bytes, file, wanted, valid }) => {
    await agentFor(requestOf(bytes));
    const final = await ask(bytes, AGENT);
    expect(wanted).toContain(final?.status);
    // Processed, not merely refused, where it is valid, for somebody, and a call has a Contact (§8.1.1.8).
    const processed = valid && wanted?.includes(200) && !wanted.includes(481) && !wanted.includes(405);
    if (processed && hasUser(bytes) && file !== 'inv2543.dat') expect(final?.status).toBe(200);
  });

  it.each(all.filter(({ kind }) => kind === 'response'))('is silent to $name', async ({ bytes }) => {
    await agentFor(undefined);
    expect(await ask(bytes, AGENT)).toBeUndefined();
  });

  it('is silent to the fiftieth file of the archive, which is no SIP message, and lives on', async () => {
    await agentFor(undefined);
    expect(await ask(read('rfc4475', 'test.dat'), AGENT)).toBeUndefined();
    const options = all.find(({ file }) => file === 'lwsdisp.dat') as Torture;
    expect((await ask(options.bytes, AGENT))?.status).toBe(200);
  });
});

describe('registrar and proxy on real UDP', () => {
  let server: SipServer;
  let socket: UdpListener;
  let sink: Sink;
  /** Whom the log-in may speak for, and what of it was stored. */
  let aor: string;
  let stored: LocationUpdate[];
  /** The server's domains: every one, where a test does not say. */
  let local: (host: string) => boolean;

  /** A server whose domain is every domain; each user has one phone, the sink. A new one each time: many messages share a branch. */
  beforeEach(async () => {
    sink = await Sink.open(SINK, 5060);
    const inbox = new FlowInbox();
    socket = await UdpListener.listen({ host: SERVER, port: 5060, user: inbox, log: silent });
    const location = new MemoryLocationService({ clock, log: silent });
    const lookup = location.lookup.bind(location);
    const update = location.update.bind(location);
    stored = [];
    local = () => true;
    location.update = (of, what) => {
      stored.push(what);
      return update(of, what);
    };
    location.lookup = async (aor) => {
      const bindings = await lookup(aor);
      if (bindings.length > 0) return bindings;
      const source = { host: SINK, port: 5060 };
      return [
        {
          aor,
          key: 'sink',
          contact: `sip:phone@${SINK}`,
          params: '',
          path: [],
          transport: 'UDP',
          source,
          tied: false,
          callId: 'x',
          cseq: 1,
          q: 1000,
          expiresAt: Date.now() + 1e6,
        },
      ];
    };
    server = new SipServer({
      clock,
      random: seededRandom(2),
      log: silent,
      transportPort: new SocketPort([socket], []),
      listeners: [{ transport: 'UDP', host: SERVER, port: 5060 }],
      domains: { primary: 'example.com', isLocal: (host) => local(host) },
      secret: new Uint8Array(32).fill(7),
      resolver: { resolve: async () => [{ host: SINK, port: 5060 }] },
      trusted: () => true,
      realm: 'example.com',
      credentials: {
        find: async (username) => (username === LOGIN.username ? { username, aor, ha1: LOGIN.ha1 } : undefined),
      },
      directory: { exists: () => true, alias: () => undefined },
      location,
    });
    inbox.attach(server);
  });
  afterEach(async () => {
    server.close();
    await socket.close();
    await sink.close();
  });

  const registers = requests
    .filter(({ bytes }) => requestOf(bytes)?.method === 'REGISTER')
    .map((each) => ({ ...each, wanted: each.registrar_status_any_of ?? each.status_any_of ?? [] }));
  it.each(registers.filter(({ wanted }) => wanted.length > 0))(
    'the registrar answers $name, and binds what is sound once it is signed',
    async ({ bytes, wanted, valid, file }) => {
      const request = requestOf(bytes) as SipRequest;
      const { uri } = request;
      const domains = [uri, request.to.uri].flatMap((each) => (isSipUri(each) ? bare(each.host) : []));
      local = (host) => domains.includes(bare(host));
      aor = printUri(request.to.uri);
      const first = await ask(bytes, SERVER);
      const challenged = valid && wanted.includes(200);
      expect(challenged ? [401] : wanted).toContain(first?.status);
      if (!challenged || !first) return;
      const second = await ask(signed(bytes, request, first.text), SERVER);
      // The RFC lets the Contact of this one be the address it registers; here that is a loop, and refused.
      const loops = file === 'regescrt.dat';
      expect(second?.status).toBe(loops ? 403 : 200);
      if (loops) return;
      const contacts = stored.flatMap(({ put }) => put.map(({ contact }) => contact));
      expect(contacts).toEqual(request.contacts.map(({ uriText }) => uriText));
    },
  );

  const forwarded = requests.filter(({ valid, bytes, proxy }) => {
    const method = requestOf(bytes)?.method;
    return valid && method !== 'REGISTER' && hasUser(bytes) && (proxy === undefined || /^forward/.test(proxy ?? ''));
  });
  it.each(forwarded)('the proxy forwards $name, changed in Via, Max-Forwards and routes only', async ({ bytes }) => {
    const received = requestOf(bytes) as SipRequest;
    const final = await ask(bytes, SERVER);
    const sent = sink.take(received.callId);
    expect(sent, `answered ${final?.status}`).toBeDefined();
    if (!sent) return;
    expect(unchanged(sent)).toEqual(unchanged(received));
    expect(latin1Decode(sent.body)).toBe(latin1Decode(received.body));
    expect(sent.vias).toHaveLength(received.vias.length + 1);
    expect(final?.status).toBe(200);
  });

  const refused = requests.filter(({ proxy }) => /^[45]\d\d/.test(proxy ?? ''));
  it.each(refused)('the proxy answers $name', async ({ bytes, proxy }) => {
    const final = await ask(bytes, SERVER);
    const callId = requestOf(bytes)?.callId ?? '';
    const allowed = [...(proxy ?? '').matchAll(/\b[2-6]\d\d\b/g)].map(([status]) => Number(status));
    if (/forward/.test(proxy ?? '') && sink.take(callId)) return;
    expect(allowed).toContain(final?.status);
    expect(sink.take(callId)).toBeUndefined();
  });

  it.each(all.filter(({ kind }) => kind === 'response'))(
    'both are silent to $name, and send it nowhere',
    async ({ bytes }) => {
      const heard = sink.count;
      expect(await ask(bytes, SERVER)).toBeUndefined();
      expect(sink.count).toBe(heard);
    },
  );
});

/** The same REGISTER again as its sender would send it after that 401: the next number, another branch, credentials (§22.2). */
function signed(bytes: Uint8Array, request: SipRequest, challenge: string): Uint8Array {
  const response = parseMessage(Buffer.from(challenge, 'latin1'));
  if (!response.ok || response.value.kind !== 'response') throw new Error('the challenge is no response');
  const client = new DigestClient({ random: seededRandom(3), credentials: LOGIN });
  const again = client.answer(request, response.value);
  if ('failed' in again) throw new Error(`cannot be signed: ${again.failed}`);
  const { number } = request.cseq;
  const text = latin1Decode(bytes)
    .replace(/^(cseq[ \t]*:\s*)\d+/im, `$1${number + 1}`)
    .replace(/branch=z9hG4bK/i, 'branch=z9hG4bKagain')
    .replace('\r\n', `\r\nAuthorization: ${again.headers.all('authorization').at(-1)}\r\n`);
  return Buffer.from(text, 'latin1');
}

/** The lines a proxy leaves alone; Content-Length may be added where there was none. */
function unchanged(request: SipRequest): readonly string[] {
  const mayChange = ['via', 'max-forwards', 'max-breadth', 'route', 'record-route', 'content-length'];
  return request.headers.fields
    .filter(({ key }) => !mayChange.includes(key))
    .map(({ name, value, raw }) => raw ?? `${name}: ${value}`);
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Sends the message from the port its Via names, and gives the final response; undefined after silence. */
async function ask(bytes: Uint8Array, host: string): Promise<Answer | undefined> {
  const request = requestOf(bytes);
  const port = request?.via.port ?? 5060;
  const callId = request?.headers.get('call-id') ?? '';
  const socket = createSocket('udp4');
  socket.bind({ address: PEER, port });
  await once(socket, 'listening');
  try {
    const final = new Promise<Answer | undefined>((done) => {
      let quiet = setTimeout(() => done(undefined), 2000);
      if (request === undefined || request.method === 'ACK') {
        clearTimeout(quiet);
        quiet = setTimeout(() => done(undefined), QUIET);
      }
      socket.on('message', (octets) => {
        // It gives back what it was asked, and need not be well-formed itself.
        const status = Number(/^SIP\/2\.0 (\d{3}) /.exec(octets.toString('latin1'))?.[1]);
        if (!(status >= 200) || !octets.includes(callId)) return;
        clearTimeout(quiet);
        done({ status, text: octets.toString('latin1') });
      });
    });
    socket.send(bytes, 5060, host);
    return await final;
  } finally {
    await close(socket);
  }
}

async function close(socket: Socket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}

/** A phone that says 200 to everything and keeps what it was asked. */
class Sink {
  readonly #socket: Socket;
  readonly #heard = new Map<string, SipRequest>();
  count = 0;

  static async open(host: string, port: number): Promise<Sink> {
    const socket = createSocket('udp4');
    socket.bind({ address: host, port });
    await once(socket, 'listening');
    return new Sink(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (octets, { address, port }) => {
      const request = requestOf(octets);
      if (!request) return;
      this.count++;
      this.#heard.set(request.callId, request);
      if (request.method === 'ACK') return;
      const head = octets.toString('latin1').split('\r\n\r\n')[0] ?? '';
      const kept = head
        .split(/\r\n(?![ \t])/)
        .slice(1)
        .filter((line) => /^(?:v|via|f|from|t|to|i|call-id|cseq|record-route)\s*:/i.test(line));
      const tagged = kept.map((line) =>
        /^(?:t|to)\s*:/i.test(line) && !/;\s*tag\s*=/i.test(line) ? `${line};tag=sink` : line,
      );
      const text = `SIP/2.0 200 OK\r\n${tagged.join('\r\n')}\r\nContact: <sip:phone@${SINK}>\r\nContent-Length: 0\r\n\r\n`;
      socket.send(Buffer.from(text, 'latin1'), port, address);
    });
  }

  /** What came under that Call-ID; it is then forgotten. */
  take(callId: string): SipRequest | undefined {
    const request = this.#heard.get(callId);
    this.#heard.delete(callId);
    return request;
  }

  close(): Promise<void> {
    return close(this.#socket);
  }
}
