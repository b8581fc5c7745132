import { cryptoRandom, type Flow, systemClock, UserAgent, type UserAgentEvents } from '@ringback/sip';
import { FakeSessionDescription } from '@ringback/sip/testing';
import type { FlowUser } from '@ringback/sip-node';
import { WebSocketPort } from '@ringback/sip-node';
import { onTestFinished } from 'vitest';

/** The packages' own user agent over a WebSocket; resolves when it is registered. */
export async function phone(
  url: string,
  account: { readonly user: string; readonly password: string },
  events: UserAgentEvents = {},
): Promise<UserAgent> {
  let agent: UserAgent | undefined;
  const user: FlowUser = {
    opened: (flow: Flow) => agent?.opened(flow),
    received: (flow, bytes) => agent?.received(flow, bytes),
    closed: (flow, cause) => agent?.closed(flow, cause),
  };
  const { hostname, port } = new URL(url);
  const registered = happening();
  agent = new UserAgent({
    clock: systemClock({ now: Date.now, setTimeout, clearTimeout }),
    random: cryptoRandom(crypto),
    transportPort: new WebSocketPort(user),
    account: { aor: `sip:${account.user}@ringback.local`, password: account.password },
    server: { transport: 'WS', host: hostname, port: Number(port) },
    sessionDescription: () => new FakeSessionDescription('127.0.0.1'),
    events: {
      ...events,
      registration: ({ state }) => {
        if (state === 'registered') registered.happened();
      },
    },
  });
  agent.start();
  agent.register();
  await registered.once;
  onTestFinished(() => agent.stop());
  return agent;
}

/** Something a test waits for. */
export function happening(): { readonly once: Promise<void>; happened(): void } {
  let happened = (): void => {};
  const once = new Promise<void>((resolve) => {
    happened = resolve;
  });
  return { once, happened };
}
