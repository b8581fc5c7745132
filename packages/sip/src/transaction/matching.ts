import type { SipRequest, SipResponse } from '../message/message.ts';
import { MAGIC_COOKIE, printVia } from '../message/via.ts';

/**
 * How messages find their transaction (§17.1.3, §17.2.3). A key joins its parts with a character that none of them can
 * contain.
 */

/** A response is for the request with its branch and method: a CANCEL shares the branch of its INVITE. */
export function clientKey(branch: string, method: string): string {
  return `${branch} ${method}`;
}

export function clientKeyOf(response: SipResponse): string {
  return clientKey(response.via.branch ?? '', response.cseq.method);
}

/**
 * A request belongs to the transaction with its branch, sent-by and method. `method` stands in for the request's own: an
 * ACK looks for its INVITE, and so does a CANCEL for what it cancels.
 */
export function serverKey(request: SipRequest, method: string = request.method): string {
  const { branch, host, port } = request.via;
  if (branch?.startsWith(MAGIC_COOKIE)) return `${branch} ${host.toLowerCase()}:${port ?? ''} ${method}`;
  return rfc2543Key(request, method);
}

/**
 * Clients of RFC 2543 make no unique branches; there, equality of Request-URI, From tag, Call-ID, CSeq number and top Via
 * makes the same transaction. The To tag is left out of the key because an ACK has the one of the response; see
 * `toTagFits`.
 */
function rfc2543Key(request: SipRequest, method: string): string {
  const { uriText, fromTag, callId, cseq, via } = request;
  return ['RFC 2543', method, uriText, fromTag ?? '', callId, cseq.number, printVia(via)].join('\n');
}

/** The part of RFC 2543 matching that a key cannot hold. Requests with a branch of RFC 3261 always fit. */
export function toTagFits(request: SipRequest, invite: SipRequest, response: SipResponse | undefined): boolean {
  if (request.via.branch?.startsWith(MAGIC_COOKIE)) return true;
  return request.toTag === (request.method === 'ACK' ? response?.toTag : invite.toTag);
}
