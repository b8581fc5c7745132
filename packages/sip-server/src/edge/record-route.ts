import { isWebSocket, type SipRequest, type TransportName } from '@ringback/sip';
import { type Listener, uriHost } from '../domains.ts';
import type { FlowToken, FlowTokens } from './flow-token.ts';
import { prependRouting } from './header-place.ts';

/** One side of us as a peer on it sees us: our address there, and the way to that peer. */
export interface Side {
  readonly listener: Listener;
  readonly token: FlowToken;
}

/**
 * Two Record-Routes, one for each side (RFC 5658 §3), each with the way to the peer on that side. On top stands the side
 * the request leaves by. In a later request of either party the first of the two is therefore its own side, and the
 * second says where to go: no Contact needs to be reachable, a browser's `.invalid` least of all.
 *
 * A leg that is TCP for the size of one request keeps `transport=udp` (RFC 5658 §6.2), else every BYE would pay for it.
 */
export function recordRoute(request: SipRequest, tokens: FlowTokens, outgoing: Side, incoming: Side): SipRequest {
  const scheme = request.uriText.slice(0, 5).toLowerCase() === 'sips:' ? 'sips' : 'sip';
  const top = `<${ownUri(tokens, outgoing, request.callId, scheme)};lr>`;
  const below = `<${ownUri(tokens, incoming, request.callId, scheme)};lr>`;
  const headers = prependRouting(request.headers, 'Record-Route', below).prepend('Record-Route', top);
  return request.with({ headers });
}

/** Path (RFC 3327 §5.1): how the registrar's side reaches this flow. `ob` as RFC 5626 §5.1 says. */
export function pathValue(tokens: FlowTokens, listener: Listener, token: FlowToken): string {
  return `<${ownUri(tokens, { listener, token }, '', 'sip')};lr${token.outbound === true ? ';ob' : ''}>`;
}

function ownUri(tokens: FlowTokens, { listener, token }: Side, callId: string, scheme: string): string {
  const { host, port, transport } = listener;
  return `${scheme}:${tokens.print(token, callId)}@${uriHost(host)}:${port};transport=${uriTransport(transport)}`;
}

/** RFC 7118 §5.4 knows only `ws`, with TLS or without. */
function uriTransport(transport: TransportName): string {
  return isWebSocket(transport) ? 'ws' : transport.toLowerCase();
}
