import * as v from 'valibot';

/** The gateway that served this page, when there is one: a phone can also be served by a plain web server. */

const Config = v.object({
  name: v.string(),
  mode: v.picklist(['embedded', 'upstream']),
  domain: v.string(),
  wsUrl: v.string(),
});
export type GatewayConfig = v.InferOutput<typeof Config>;

const Login = v.object({
  aor: v.string(),
  displayName: v.string(),
  username: v.string(),
  password: v.string(),
  realm: v.string(),
  wsUrl: v.string(),
});
export type Login = v.InferOutput<typeof Login>;

export type Redeemed =
  | { readonly ok: true; readonly login: Login }
  | { readonly ok: false; readonly error: 'used' | 'expired' | 'unknown' | 'offline' };

export interface GatewayApi {
  /** Undefined when no gateway answers. */
  config(): Promise<GatewayConfig | undefined>;
  /** Exchanges a one-time token for a login of this device. */
  redeem(token: string): Promise<Redeemed>;
  /** An anonymous session, to which a sign-in by hand binds its account. */
  openSession(): Promise<void>;
}

export function createGatewayApi(
  request: typeof fetch,
  page: { readonly host: string; readonly secure: boolean },
  device: string,
  dev = false,
): GatewayApi {
  // Under the development server the page has another origin than the gateway; its proxy passes the WebSocket on.
  const reached = (wsUrl: string) => (dev ? `${page.secure ? 'wss' : 'ws'}://${page.host}/ws` : wsUrl);
  return {
    async config() {
      try {
        const config = v.parse(Config, await (await request('/api/config')).json());
        return { ...config, wsUrl: reached(config.wsUrl) };
      } catch {
        return undefined;
      }
    },
    async redeem(token) {
      try {
        const response = await request('/api/sign-in', post({ token, device }));
        if (!response.ok) return { ok: false, error: await refusal(response) };
        const login = v.parse(Login, await response.json());
        return { ok: true, login: { ...login, wsUrl: reached(login.wsUrl) } };
      } catch {
        return { ok: false, error: 'offline' };
      }
    },
    async openSession() {
      await request('/api/session', post({})).catch(() => undefined);
    },
  };
}

function post(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

async function refusal(response: Response): Promise<'used' | 'expired' | 'unknown' | 'offline'> {
  if (response.status >= 500) return 'offline';
  const body = v.safeParse(
    v.object({ error: v.picklist(['used', 'expired', 'unknown']) }),
    await response.json().catch(() => undefined),
  );
  return body.success ? body.output.error : 'unknown';
}

/** How the gateway lists this device: "Chrome on Linux". */
export function deviceName(userAgent: string): string {
  const browser = /(Edg|Firefox|OPR|Chrome|Safari)\//.exec(userAgent)?.[1];
  const system = /(Android|iPhone|iPad|Windows|Mac OS X|CrOS|Linux)/.exec(userAgent)?.[1];
  const known: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS', CrOS: 'ChromeOS' };
  const named = (word: string | undefined, otherwise: string) =>
    word === undefined ? otherwise : (known[word] ?? word);
  return `${named(browser, 'Browser')} on ${named(system, 'unknown system')}`;
}
