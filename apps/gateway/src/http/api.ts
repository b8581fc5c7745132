import type { TraceEntry } from '@ringback/sip';
import { isLoopback } from '@ringback/sip-node';
import type { SignInResult } from '../accounts/sign-in.ts';
import type { Person } from '../people.ts';
import { type Rate, RateLimit } from '../rate-limit.ts';
import type { SessionId } from '../store/sessions.ts';
import { cookieHeader, readCookie } from './cookie.ts';
import type { EventStreams } from './event-stream.ts';
import { type Exchange, HttpFailure, type Route, readJson, remoteAddress, sendJson, textIn } from './exchange.ts';

/** What the API needs of the rest of the gateway. */
export interface ApiHost {
  readonly version: string;
  readonly mode: 'embedded' | 'upstream';
  readonly domain: string;
  readonly lan: boolean;
  readonly secure: boolean;
  /** False while the store cannot be written. */
  healthy(): boolean;
  /** What is going on: transactions, bindings, timers. */
  counts(): Readonly<Record<string, number>>;
  now(): number;
  findSession(cookie: string): SessionId | undefined;
  createSession(): { readonly id: SessionId; readonly cookie: string };
  holds(session: SessionId, aor: string): boolean;
  /** Absent where there are no accounts of our own. */
  signIn?(token: string, device: string, session: SessionId | undefined): SignInResult;
  signOut(session: SessionId, aor: string): boolean;
  people(): Promise<readonly Person[]>;
  trace(aor: string, callId: string): readonly TraceEntry[];
  readonly events: EventStreams;
}

const SIGN_IN_RATE: Rate = { burst: 30, interval: 1000 };
const SESSION_RATE: Rate = { burst: 60, interval: 1000 };

const LINK_MESSAGES = {
  used: 'This sign-in link has been used. Each link works once; ask for a new one.',
  expired: 'This sign-in link has expired. Links work for 24 hours; ask for a new one.',
  unknown: 'This sign-in link is not known here. Perhaps it was cut short when it was copied.',
} as const;

/** The routes of the API by method and path. */
export function apiRoutes(host: ApiHost): ReadonlyMap<string, Route> {
  const signIns = new RateLimit(SIGN_IN_RATE);
  const newSessions = new RateLimit(SESSION_RATE);

  function limited(limit: RateLimit, { request }: Exchange): void {
    const wait = limit.take(remoteAddress(request), host.now());
    if (wait === 0) return;
    throw new HttpFailure(429, 'too-many', 'Too many requests; try again in a moment.', {
      'Retry-After': String(Math.ceil(wait / 1000)),
    });
  }

  function sessionOf({ request }: Exchange): SessionId | undefined {
    const cookie = readCookie(request);
    return cookie === undefined ? undefined : host.findSession(cookie);
  }

  /** The session and the address of record of `?aor=`, which it must hold. */
  function holder(exchange: Exchange): { readonly session: SessionId; readonly aor: string } {
    const aor = exchange.url.searchParams.get('aor') ?? '';
    const session = sessionOf(exchange);
    if (session === undefined || !host.holds(session, aor)) throw notSignedIn();
    return { session, aor };
  }

  async function signIn(exchange: Exchange): Promise<void> {
    const { request, response } = exchange;
    if (host.signIn === undefined) throw new HttpFailure(404, 'no-accounts', 'This gateway keeps no accounts.');
    limited(signIns, exchange);
    const body = await readJson(request);
    const token = textIn(body, 'token');
    const device = typeof body['device'] === 'string' ? body['device'].slice(0, 100) : '';
    const result = host.signIn(token, device, sessionOf(exchange));
    if (!result.ok) {
      sendJson(response, 410, { error: result.error, message: LINK_MESSAGES[result.error] });
      return;
    }
    if (result.newCookie !== undefined) response.setHeader('Set-Cookie', cookieHeader(result.newCookie, host.secure));
    sendJson(response, 200, { ...result.login, wsUrl: webSocketUrl(exchange, host) });
  }

  /** For signing in by hand: the WebSocket upgrade shall carry a cookie, to which a successful REGISTER adds the account. */
  function openSession(exchange: Exchange): void {
    if (sessionOf(exchange) === undefined) {
      limited(newSessions, exchange);
      exchange.response.setHeader('Set-Cookie', cookieHeader(host.createSession().cookie, host.secure));
    }
    sendJson(exchange.response, 200, {});
  }

  async function signOut(exchange: Exchange): Promise<void> {
    const aor = textIn(await readJson(exchange.request), 'aor');
    const session = sessionOf(exchange);
    if (session === undefined || !host.signOut(session, aor)) throw notSignedIn();
    host.events.each((watcher) => {
      if (watcher.session === session && watcher.aor === aor) watcher.end();
    });
    sendJson(exchange.response, 200, {});
  }

  async function events(exchange: Exchange): Promise<void> {
    const { session, aor } = holder(exchange);
    const watcher = host.events.open(exchange.response, session, aor);
    watcher.send('people', { people: await host.people() });
  }

  function trace(exchange: Exchange): void {
    const { aor } = holder(exchange);
    const callId = exchange.url.searchParams.get('callId') ?? '';
    sendJson(exchange.response, 200, { entries: host.trace(aor, callId) });
  }

  async function people(exchange: Exchange): Promise<void> {
    holder(exchange);
    sendJson(exchange.response, 200, { people: await host.people() });
  }

  function config(exchange: Exchange): void {
    const { version, mode, domain, lan } = host;
    sendJson(exchange.response, 200, {
      name: 'Ringback',
      version,
      mode,
      domain,
      wsUrl: webSocketUrl(exchange, host),
      lan,
    });
  }

  /** How busy it is here is told to this machine alone. */
  function health({ request, response }: Exchange): void {
    const healthy = host.healthy();
    const counts = isLoopback(remoteAddress(request)) ? { counts: host.counts() } : {};
    sendJson(response, healthy ? 200 : 503, { status: healthy ? 'ok' : 'the store cannot be written', ...counts });
  }

  return new Map<string, Route>([
    ['GET /healthz', health],
    ['GET /api/config', config],
    ['GET /api/people', people],
    ['GET /api/events', events],
    ['GET /api/trace', trace],
    ['POST /api/session', openSession],
    ['POST /api/sign-in', signIn],
    ['POST /api/sign-out', signOut],
  ]);
}

/** As the browser that asks must write it: by the name it came by. */
function webSocketUrl({ request }: Exchange, { secure }: ApiHost): string {
  return `${secure ? 'wss' : 'ws'}://${request.headers.host}/ws`;
}

function notSignedIn(): HttpFailure {
  return new HttpFailure(401, 'not-signed-in', 'Sign in first.');
}
