import type { GatewayConfig } from './gateway.ts';

/** The WebSocket URL to use: as typed, or guessed from the domain when nothing was. Undefined: what was typed is none. */
export function chosenServer(
  typed: string,
  domain: string,
  own: GatewayConfig | undefined,
  origin: string,
): string | undefined {
  const text = typed.trim();
  if (text !== '') {
    if (!URL.canParse(text)) return undefined;
    const { protocol } = new URL(text);
    return protocol === 'ws:' || protocol === 'wss:' ? text : undefined;
  }
  const host = domain.replace(/:\d+$/, '');
  const ours = own !== undefined && (own.domain === host || new URL(origin).hostname === host);
  return ours ? asThisPage(own.wsUrl, origin) : `wss://${host}/ws`;
}

/** Is the SIP server the one this page came from? Only then does its HTTP side know our cookie. */
export function servesThisPage(server: string, origin: string): boolean {
  const page = new URL(origin);
  return URL.canParse(server) && new URL(server).host === page.host;
}

/** The WebSocket of the gateway by the name the page came by: a proxy in front of it may have added TLS, or a port. */
export function asThisPage(wsUrl: string, origin: string): string {
  const { protocol, host } = new URL(origin);
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}${new URL(wsUrl).pathname}`;
}
