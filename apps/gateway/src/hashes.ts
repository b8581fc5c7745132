import type { SipRequest } from '@ringback/sip';
import type { DigestHash } from '@ringback/sip-server';

/**
 * Which digest challenges a request gets. SHA-256 goes to those known to answer it; whoever meets it unprepared is lost:
 * JsSIP 3.13 and SIP.js 0.21 read the first challenge only, baresip 1.0 refuses a response that holds one it does not
 * know (both against RFC 8760 §2.4). The User-Agent is no proof of anything, and need not be: it chooses a question,
 * the password answers it.
 */
export function hashesFor(request: SipRequest): readonly DigestHash[] {
  const able = /^Ringback\b/.test(request.headers.get('User-Agent') ?? '');
  const proved = [...request.authorization, ...request.proxyAuthorization].some(
    (credentials) => credentials.get('algorithm')?.toUpperCase() === 'SHA-256',
  );
  return able || proved ? ['SHA-256', 'MD5'] : ['MD5'];
}
