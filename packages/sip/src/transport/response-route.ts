import { equalHost, isIPv4, isIPv6 } from '../message/host.ts';
import type { Via } from '../message/via.ts';
import { type Destination, defaultPort, type Flow, isWebSocket } from './flow.ts';

/**
 * Where a response goes (§18.2.2, RFC 3581 §4): by its top Via, which the request's arrival has stamped, and the flow
 * the request came on. A name in the sent-by is not looked up here, `.invalid` never: it is nowhere.
 */
export function responseRoute(via: Via, flow: Flow): 'same flow' | Destination | undefined {
  return flow.reliable ? overConnection(via, flow) : overDatagram(via, flow);
}

/** The connection the request came on; when that is gone, a new one to where its sender listens. */
function overConnection(via: Via, flow: Flow): 'same flow' | Destination | undefined {
  const { transport } = flow;
  if (flow.state !== 'closed') return 'same flow';
  // Nobody listens behind a WebSocket client: it can only come back itself (RFC 7118 §5).
  if (isWebSocket(transport)) return undefined;
  return numeric({ transport, host: via.received ?? via.host, port: via.port ?? defaultPort(transport) });
}

function overDatagram(via: Via, flow: Flow): 'same flow' | Destination | undefined {
  const port = via.port ?? 5060;
  const maddr = via.params.get('maddr');
  if (maddr !== undefined && maddr !== '') return numeric({ transport: 'UDP', host: maddr, port });
  const host = via.received ?? via.host;
  const to = numeric({ transport: 'UDP', host, port: via.rport || port });
  if (to === undefined) return undefined;
  return equalHost(to.host, flow.remote.host) && to.port === flow.remote.port ? 'same flow' : to;
}

function numeric(destination: Destination): Destination | undefined {
  const host = destination.host.replace(/^\[(.*)\]$/, '$1');
  return isIPv4(host) || isIPv6(host) ? { ...destination, host } : undefined;
}
