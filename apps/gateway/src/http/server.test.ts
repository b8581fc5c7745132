import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { silent } from '@ringback/sip';
import { RecordingUser } from '@ringback/sip/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { temporaryDirectory } from '../../test/temporary-directory.ts';
import { Directory } from '../accounts/directory.ts';
import { openInvitations, seedAccounts } from '../accounts/first-run.ts';
import { apiHost } from '../api-host.ts';
import { type GatewayOptions, parseTask } from '../options.ts';
import { Store } from '../store/store.ts';
import { TraceStore } from '../trace/trace-store.ts';
import { openWeb } from '../web-side.ts';
import { EventStreams } from './event-stream.ts';

const ALICE = 'sip:alice@ringback.local';

interface Site {
  readonly url: string;
  readonly host: string;
  readonly store: Store;
  readonly events: EventStreams;
  readonly user: RecordingUser;
  /** The unused link tokens, by user. */
  readonly tokens: Readonly<Record<string, string>>;
}

async function site(...parameters: readonly string[]): Promise<Site> {
  const options = optionsOf('--port', '0', '--data', temporaryDirectory(), ...parameters);
  const store = new Store(options.data, { now: Date.now, onWritten: () => {} });
  const directory = new Directory(store, { domain: options.domain, now: Date.now });
  seedAccounts(store, directory, [], Date.now());
  const location = { lookup: async (aor: string) => (aor === ALICE ? [REACHABLE] : []) };
  const events = new EventStreams();
  const user = new RecordingUser();
  const plan = { httpHost: '127.0.0.1', sipHost: '127.0.0.1', advertisedSip: '127.0.0.1', advertisedWeb: '127.0.0.1' };
  const registrar = options.upstream === undefined ? { directory, location } : undefined;
  const api = apiHost({
    options,
    secure: false,
    store,
    trace: new TraceStore(),
    events,
    registrar,
    counts: () => ({ bindings: 1 }),
  });
  const { http, sockets } = await openWeb({ options, plan, api, user, log: silent, phone: builtPhone() });
  onTestFinished(async () => {
    http.stop();
    events.close();
    await sockets.close();
    http.close();
    store.close();
  });
  const host = `127.0.0.1:${http.local.port}`;
  const invitations = openInvitations(store, directory, Date.now());
  const tokens = Object.fromEntries(invitations.map(({ account, token }) => [account.user, token]));
  return { url: `http://${host}`, host, store, events, user, tokens };
}

function builtPhone(): string {
  const folder = temporaryDirectory();
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><head><title>Phone</title></head>');
  writeFileSync(join(folder, 'assets', 'app-1a2b.js'), 'export {};');
  writeFileSync(join(folder, '.stamp'), 'secret');
  return folder;
}

const REACHABLE = {
  aor: ALICE,
  key: 'k',
  contact: ALICE,
  params: '',
  path: [],
  transport: 'UDP' as const,
  source: { host: '192.0.2.1', port: 5060 },
  tied: false,
  callId: 'c',
  cseq: 1,
  q: 1000,
  expiresAt: 0,
};

function optionsOf(...parameters: readonly string[]): GatewayOptions {
  const task = parseTask(parameters);
  if (task.type !== 'start') throw new Error(task.type);
  return task.options;
}

async function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: text });
}

/** Signs in by a link and gives back the cookie. */
async function signIn({ url, tokens }: Site, user: string, cookie?: string): Promise<string> {
  const headers = cookie === undefined ? {} : { Cookie: cookie };
  const response = await post(`${url}/api/sign-in`, { token: tokens[user] }, headers);
  expect(response.status).toBe(200);
  return response.headers.get('set-cookie')?.split(';')[0] ?? cookie ?? '';
}

describe('every answer', { timeout: 30_000 }, () => {
  it('carries the headers that keep other sites and scripts out', async () => {
    const { url } = await site();
    const response = await fetch(`${url}/api/config`);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('permissions-policy')).toContain('microphone=(self)');
    expect(response.headers.get('strict-transport-security')).toBeNull();
  });

  it('lets styles of a page through by a nonce that is new each time', async () => {
    const { url } = await site();
    const nonces = new Set<string>();
    for (const path of ['/', '/index.html', '/']) {
      const response = await fetch(`${url}${path}`);
      const [, nonce = ''] = /<meta name="csp-nonce" nonce="([^"]+)">/.exec(await response.text()) ?? [];
      expect(response.headers.get('content-security-policy')).toContain(`style-src 'self' 'nonce-${nonce}';`);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(3);
  });

  it('is a refusal under a name that is not ours, so that nobody can rebind theirs to us', async () => {
    const { host } = await site();
    expect((await get(host, '/api/config', { Host: 'evil.example.com' })).statusCode).toBe(421);
    expect((await get(host, '/api/config', { Host: 'localhost' })).statusCode).toBe(200);
    expect((await get(host, '/api/config', { Host: 'ringback.local:8080' })).statusCode).toBe(200);
  });

  it.each([
    ['GET', '/api/nothing', 404],
    ['GET', '/api/sign-in', 405],
    ['PUT', '/api/config', 405],
    ['DELETE', '/', 405],
    ['GET', '/ws', 426],
    ['GET', '/nothing', 404],
    ['GET', '/../../etc/passwd', 404],
    ['GET', '/%2e%2e/%2e%2e/etc/passwd', 404],
    ['GET', '/.stamp', 404],
    ['HEAD', '/', 200],
    ['GET', '//evil.example.com/', 404],
  ])('to %s %s is %i', async (method, path, status) => {
    const { host } = await site();
    expect((await get(host, path, {}, method)).statusCode).toBe(status);
  });
});

describe('the phone', { timeout: 30_000 }, () => {
  it('is asked for anew each time, but for files whose name tells their content', async () => {
    const { url } = await site();
    const page = await fetch(url);
    expect(await page.text()).toContain('<title>Phone</title>');
    expect(page.headers.get('cache-control')).toBe('no-store');
    const script = await fetch(`${url}/assets/app-1a2b.js`);
    expect(script.headers.get('content-type')).toMatch(/javascript/);
    expect(script.headers.get('cache-control')).toContain('immutable');
  });
});

describe('/healthz', () => {
  it('tells this machine that all is well, and how much goes on', async () => {
    const { url } = await site();
    const response = await fetch(`${url}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok', counts: { bindings: 1 } });
  });
});

describe('/api/config', { timeout: 30_000 }, () => {
  it('names the WebSocket as the browser that asks must write it', async () => {
    const { url, host } = await site();
    const answer = await (await fetch(`${url}/api/config`)).json();
    expect(answer).toEqual({
      name: 'Ringback',
      version: '0.1.0',
      mode: 'embedded',
      domain: 'ringback.local',
      wsUrl: `ws://${host}/ws`,
      lan: false,
    });
  });

  it('says that there are no accounts here in front of an upstream server', async () => {
    const { url } = await site('--upstream', 'sip:pbx.example.com');
    const answer = await (await fetch(`${url}/api/config`)).json();
    expect(answer).toMatchObject({ mode: 'upstream', domain: 'pbx.example.com' });
    expect((await post(`${url}/api/sign-in`, { token: 'x' })).status).toBe(404);
  });
});

describe('signing in', { timeout: 30_000 }, () => {
  it('exchanges the token for a login of this device and a cookie no script reads', async () => {
    const here = await site();
    const response = await post(`${here.url}/api/sign-in`, { token: here.tokens['alice'], device: 'Chromium' });
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toMatch(
      /^ringback=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/,
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({
      aor: ALICE,
      displayName: 'Alice',
      realm: 'ringback.local',
      domain: 'ringback.local',
      wsUrl: `ws://${here.host}/ws`,
      username: expect.stringMatching(/^alice-/),
      password: expect.stringMatching(/^.{20,}$/),
    });
  });

  it('tells a person why a link does not work', async () => {
    const here = await site();
    await signIn(here, 'alice');
    const used = await post(`${here.url}/api/sign-in`, { token: here.tokens['alice'] });
    expect(used.status).toBe(410);
    expect(await used.json()).toEqual({ error: 'used', message: expect.stringContaining('has been used') });
    const unknown = await post(`${here.url}/api/sign-in`, { token: 'cut short' });
    expect(unknown.status).toBe(410);
    expect(await unknown.json()).toMatchObject({ error: 'unknown' });
  });

  it('adds a second account to the session of the cookie', async () => {
    const here = await site();
    const cookie = await signIn(here, 'alice');
    expect(await signIn(here, 'bob', cookie)).toBe(cookie);
    for (const aor of [ALICE, 'sip:bob@ringback.local']) {
      const people = await fetch(`${here.url}/api/people?aor=${aor}`, { headers: { Cookie: cookie } });
      expect(people.status).toBe(200);
    }
  });

  it.each([
    ['{', { 'Content-Type': 'application/json' }, 400],
    ['[]', { 'Content-Type': 'application/json' }, 400],
    ['{}', { 'Content-Type': 'application/json' }, 400],
    ['{"token":"x"}', { 'Content-Type': 'text/plain' }, 415],
    [`{"token":"${'x'.repeat(20_000)}"}`, { 'Content-Type': 'application/json' }, 413],
  ])('refuses the body %.20s', async (body, headers, status) => {
    const { url } = await site();
    expect((await post(`${url}/api/sign-in`, body, headers)).status).toBe(status);
  });

  it('is refused to pages of other sites', async () => {
    const here = await site();
    const body = { token: here.tokens['alice'] };
    expect((await post(`${here.url}/api/sign-in`, body, { Origin: 'https://evil.example.com' })).status).toBe(403);
    expect((await post(`${here.url}/api/sign-in`, body, { Origin: 'null' })).status).toBe(403);
    expect((await post(`${here.url}/api/sign-in`, body, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await post(`${here.url}/api/sign-in`, body, { Origin: here.url })).status).toBe(200);
  });

  it('is limited per address, and says when to come back', async () => {
    const { url } = await site();
    const statuses = new Set<number>();
    let retryAfter: string | null = null;
    for (let n = 0; n < 60 && retryAfter === null; n += 1) {
      const response = await post(`${url}/api/sign-in`, { token: 'x' });
      statuses.add(response.status);
      retryAfter = response.headers.get('retry-after');
    }
    expect([...statuses]).toEqual([410, 429]);
    expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
  });
});

describe('signing in by hand', { timeout: 30_000 }, () => {
  it('gets a session without accounts first, and keeps one that lives', async () => {
    const here = await site();
    const first = await post(`${here.url}/api/session`, {});
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(cookie).toMatch(/^ringback=/);
    const second = await post(`${here.url}/api/session`, {}, { Cookie: cookie });
    expect(second.headers.get('set-cookie')).toBeNull();
    const people = await fetch(`${here.url}/api/people?aor=${ALICE}`, { headers: { Cookie: cookie } });
    expect(people.status).toBe(401);
  });
});

describe('people', { timeout: 30_000 }, () => {
  it('are told to a session that holds the account, with who is reachable', async () => {
    const here = await site();
    const cookie = await signIn(here, 'alice');
    const response = await fetch(`${here.url}/api/people?aor=${ALICE}`, { headers: { Cookie: cookie } });
    expect(await response.json()).toEqual({
      people: [
        { aor: ALICE, name: 'Alice', extension: '101', reachable: true },
        { aor: 'sip:bob@ringback.local', name: 'Bob', extension: '102', reachable: false },
      ],
    });
  });

  it.each(['/api/people', '/api/trace', '/api/events'])(
    'and all else under %s are 401 to anybody else',
    async (path) => {
      const here = await site();
      const cookie = await signIn(here, 'alice');
      for (const [aor, headers] of [
        [ALICE, {}],
        [ALICE, { Cookie: 'ringback=forged' }],
        ['sip:bob@ringback.local', { Cookie: cookie }],
      ] as const) {
        expect((await fetch(`${here.url}${path}?aor=${aor}`, { headers })).status).toBe(401);
      }
    },
  );

  it('come as events at once, and the stream ends with the sign-out', async () => {
    const here = await site();
    const cookie = await signIn(here, 'alice');
    const stream = await fetch(`${here.url}/api/events?aor=${ALICE}`, { headers: { Cookie: cookie } });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (reader === undefined) throw new Error('no body');
    let text = '';
    while (!text.includes('event: people\ndata: {"people":[{')) text += (await reader.read()).value ?? '';
    expect(here.events.size).toBe(1);
    expect((await post(`${here.url}/api/sign-out`, { aor: ALICE }, { Cookie: cookie })).status).toBe(200);
    while (!(await reader.read()).done);
    expect((await post(`${here.url}/api/sign-out`, { aor: ALICE }, { Cookie: cookie })).status).toBe(401);
  });
});

describe('the WebSocket', { timeout: 30_000 }, () => {
  it('opens to our own pages, to allowed origins, and to programs', async () => {
    const here = await site('--allow-origin', 'https://phone.example.com');
    for (const origin of [here.url, 'https://phone.example.com', undefined]) {
      const socket = new WebSocket(`ws://${here.host}/ws`, 'sip', origin === undefined ? {} : { origin });
      await once(socket, 'open');
      socket.close();
      await once(socket, 'close');
    }
  });

  it.each(['https://evil.example.com', 'null', 'https://127.0.0.1', 'http://127.0.0.1'])(
    'is refused with 403 before 101 to a page of %s (trap 4.2 #36)',
    async (origin) => {
      const here = await site();
      const socket = new WebSocket(`ws://${here.host}/ws`, 'sip', { origin });
      socket.on('error', () => {});
      const [, response] = await once(socket, 'unexpected-response');
      expect(response.statusCode).toBe(403);
      expect(here.user.events).toEqual([]);
    },
  );

  it('is refused under a foreign host name and on another path', async () => {
    const here = await site();
    for (const [path, headers, status] of [
      ['/ws', { Host: 'evil.example.com' }, 421],
      ['/elsewhere', {}, 404],
    ] as const) {
      const socket = new WebSocket(`ws://${here.host}${path}`, 'sip', { headers });
      socket.on('error', () => {});
      const [, response] = await once(socket, 'unexpected-response');
      expect(response.statusCode).toBe(status);
    }
  });

  it('carries the session of its cookie', async () => {
    const here = await site();
    const cookie = await signIn(here, 'alice');
    const socket = new WebSocket(`ws://${here.host}/ws`, 'sip', { origin: here.url, headers: { Cookie: cookie } });
    await once(socket, 'open');
    const { flow } = await here.user.next('opened');
    const session = 'session' in flow ? String(flow.session) : '';
    expect(here.store.sessions.holds(session, ALICE)).toBe(true);
    socket.close();
  });
});

/** A request whose path and Host stand as given: `fetch` would correct both. */
async function get(
  host: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  method = 'GET',
): Promise<IncomingMessage> {
  const [hostname, port] = host.split(':');
  const request = httpRequest({ hostname, port, path, method, headers, setHost: headers['Host'] === undefined });
  request.end();
  const [response] = await once(request, 'response');
  response.resume();
  return response;
}
