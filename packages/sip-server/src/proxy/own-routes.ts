import { type Headers, isSipUri, type SipRequest, type Uri, withUriParts } from '@ringback/sip';
import type { FlowToken, FlowTokens } from '../edge/flow-token.ts';
import type { Listeners } from '../edge/listeners.ts';

/** What the Route header says about us, and the request without it. */
export interface OwnRoutes {
  /** After route preprocessing (§16.4). */
  readonly request: SipRequest;
  /** The side of the sender: the first of our two Record-Routes. */
  readonly sender?: FlowToken;
  /** Where it shall go: the second. */
  readonly receiver?: FlowToken;
  /** A Path of ours: where it shall go, outside of any call. */
  readonly path?: FlowToken;
  /** A Route or Request-URI at our address whose token is not ours. */
  readonly forged: boolean;
}

/**
 * Route preprocessing (§16.4): a strict router before us put our Record-Route into the Request-URI, so the real one is
 * the last Route; a `maddr` that is us goes; our own Routes on top go: one, or the two of a double Record-Route. Where the
 * next two are ours as well, the call has passed us twice with nobody in between who wanted to stay: no detour by him.
 */
export function takeOwnRoutes(request: SipRequest, tokens: FlowTokens, listeners: Listeners): OwnRoutes {
  const found: FlowToken[] = [];
  let forged = false;
  let current = request;

  const strict = readOwn(current.uri, current.callId, tokens, listeners);
  if (strict?.token?.paired === true && current.routes.length > 0) {
    found.push(strict.token);
    const routes = current.headers.list('route');
    const last = current.routes.at(-1)?.uriText ?? '';
    const rest = routes.slice(0, -1);
    const headers: Headers = rest.length === 0 ? current.headers.without('route') : current.headers.with('Route', rest);
    current = current.with({ uri: last, headers });
  }
  current = withoutOwnMaddr(current, listeners);

  for (const route of current.routes) {
    const own = readOwn(route.uri, current.callId, tokens, listeners);
    if (own === undefined) break;
    if (own.token === undefined && own.named) {
      forged = true;
      break;
    }
    const before = found.at(-1);
    if (before !== undefined && !(before.paired && own.token?.paired === true)) break;
    current = current.with({ headers: current.headers.withoutFirst('route') });
    if (own.token !== undefined) found.push(own.token);
  }
  return { request: current, forged, ...roles(found) };
}

function roles(found: readonly FlowToken[]): Pick<OwnRoutes, 'sender' | 'receiver' | 'path'> {
  const [first] = found;
  const last = found.at(-1);
  if (first === undefined || last === undefined) return {};
  if (!first.paired) return { path: first };
  return found.length % 2 === 1 ? { sender: first } : { sender: first, receiver: last };
}

/** `named`: has a user part, which at our address can only be a token. `undefined`: not ours. */
function readOwn(
  uri: Uri,
  callId: string,
  tokens: FlowTokens,
  listeners: Listeners,
): { readonly token: FlowToken | undefined; readonly named: boolean } | undefined {
  if (!isSipUri(uri)) return undefined;
  const token = uri.user === undefined ? undefined : tokens.read(uri.user, callId);
  if (token === undefined && !listeners.isOwnUri(uri)) return undefined;
  return { token, named: uri.user !== undefined };
}

function withoutOwnMaddr(request: SipRequest, listeners: Listeners): SipRequest {
  const { uri } = request;
  if (!isSipUri(uri)) return request;
  const maddr = uri.params.get('maddr');
  if (maddr === undefined || !listeners.isOwn(maddr, uri.port)) return request;
  const params = uri.params.without('maddr').without('transport');
  return request.with({ uri: withUriParts(uri, { port: undefined, params }) });
}
