import { equalHost } from '../message/host.ts';
import type { SipRequest } from '../message/message.ts';
import { printVia, type Via, withViaParam } from '../message/via.ts';
import { defaultPort, type Flow, type TransportName } from './flow.ts';

/**
 * What a server writes into the top Via of a request (§18.2.1, RFC 3581 §4): `received` when the sent-by is not the
 * source address, so always for a host name and for `.invalid`; with an empty `rport` both, unconditionally.
 */
export function stamp(request: SipRequest, flow: Flow): SipRequest {
  const stamped = stampedVia(request.via, flow);
  if (stamped === request.via) return request;
  return request.with({ headers: request.headers.withFirst('Via', printVia(stamped)) });
}

function stampedVia(via: Via, { remote }: Flow): Via {
  const symmetric = via.params.has('rport');
  // A `received` or a filled `rport` that the sender wrote is no better than its sent-by: it is overwritten.
  if (!symmetric && via.received === undefined && equalHost(via.host, remote.host)) return via;
  const received = withViaParam(via, 'received', remote.host);
  return symmetric ? withViaParam(received, 'rport', String(remote.port)) : received;
}

/** Whether a response answers something we sent from here; others are dropped (§18.1.2). */
export function isSentBy(via: Via, sentBy: SentBy, transport: TransportName): boolean {
  const port = defaultPort(transport);
  return equalHost(via.host, sentBy.host) && (via.port ?? port) === (sentBy.port ?? port);
}

/** The sent-by of a Via. */
export interface SentBy {
  readonly host: string;
  readonly port?: number;
}
