import { createRequest } from '../message/create.ts';
import { Headers } from '../message/headers.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';

/**
 * The ACK to a non-2xx final response (§17.1.1.3): the INVITE's Request-URI, its top Via alone (the same branch), its
 * From, Call-ID, CSeq number and all its Route fields, and the To of the response, whose tag the server waits for.
 */
export function ackFor(invite: SipRequest, response: SipResponse): SipRequest {
  return sameHop(invite, 'ACK', response.headers.get('to') ?? '', []);
}

/**
 * CANCEL (§9.1): everything as in the INVITE, To included, so that the same tag or none; the top Via alone, which makes
 * it match; all Route fields and the Session-ID (RFC 7989 §6); no Require or Proxy-Require. `extra` are fields of its own, such as Reason.
 */
export function cancelFor(invite: SipRequest, extra: readonly (readonly [string, string])[]): SipRequest {
  const id = invite.headers.all('session-id').map((value): [string, string] => ['Session-ID', value]);
  return sameHop(invite, 'CANCEL', invite.headers.get('to') ?? '', [...id, ...extra]);
}

function sameHop(
  invite: SipRequest,
  method: string,
  to: string,
  extra: readonly (readonly [string, string])[],
): SipRequest {
  const { headers } = invite;
  const routes = headers.all('route').map((value): [string, string] => ['Route', value]);
  return createRequest({
    method,
    uri: invite.uriText,
    headers: Headers.of(
      ['Via', headers.list('via')[0] ?? ''],
      ['Max-Forwards', '70'],
      ...routes,
      ['From', headers.get('from') ?? ''],
      ['To', to],
      ['Call-ID', headers.get('call-id') ?? ''],
      ['CSeq', `${invite.cseq.number} ${method}`],
      ...extra,
    ),
  });
}
