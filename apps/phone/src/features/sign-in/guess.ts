import { domainOf, guessServer } from '../../words/address.ts';
import type { GatewayConfig } from './gateway-api.ts';

/**
 * The server for an address: the gateway that served this page when the address belongs there, when its link named the
 * domain, or when it stands in front of an upstream; else the usual place at the domain itself.
 */
export function serverFor(address: string, config: GatewayConfig | undefined, invited: string | undefined): string {
  const domain = domainOf(address);
  if (
    config !== undefined &&
    (domain === '' || domain === config.domain || domain === invited || config.mode === 'upstream')
  ) {
    return config.wsUrl;
  }
  return guessServer(address);
}

/** True when the server is the gateway that served this page: people, traces and sessions exist there. */
export function isGateway(server: string, config: GatewayConfig | undefined): boolean {
  if (config === undefined || !URL.canParse(server) || !URL.canParse(config.wsUrl)) return false;
  return new URL(server).host === new URL(config.wsUrl).host;
}

export interface Wrong {
  address?: string;
  password?: string;
  server?: string;
}

/** What is missing before anything is sent. */
export function checked(form: { readonly address: string; readonly password: string; readonly server: string }): Wrong {
  const wrong: Wrong = {};
  const user = form.address.trim().replace(/^sips?:/i, '');
  if (!/^[^@\s]+@[^@\s]+$/.test(user)) wrong.address = 'An address looks like alice@example.com.';
  if (form.password === '') wrong.password = 'The password is missing.';
  const url = URL.canParse(form.server.trim()) ? new URL(form.server.trim()) : undefined;
  if (url === undefined || !/^wss?:$/.test(url.protocol)) wrong.server = 'A server begins with wss:// or ws://.';
  return wrong;
}
