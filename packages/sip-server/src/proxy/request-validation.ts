import { isSipUri, type SipRequest, sha256, utf8Encode } from '@ringback/sip';
import type { Listeners } from '../edge/listeners.ts';
import { base64url } from '../keyed-hash.ts';

export interface Refusal {
  readonly status: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly reason?: string;
}

/**
 * §16.3, in its order: syntax of what a proxy reads, Request-URI scheme, Max-Forwards, loop, Proxy-Require.
 * Authentication comes after it. A proxy looks neither at unknown methods nor at Require.
 */
export function validateRequest(request: SipRequest, listeners: Listeners): Refusal | undefined {
  if (request.headers.has('route') && request.routes.length === 0) return { status: 400, reason: 'Malformed Route' };
  if (!isSipUri(request.uri)) return { status: 416 };
  if (request.maxForwards === 0 && !isForUs(request, listeners)) return { status: 483 };
  if (isLoop(request, listeners)) return { status: 482 };
  const unknown = request.proxyRequire;
  if (unknown.length > 0) return { status: 420, headers: [['Unsupported', unknown.join(', ')]] };
  return undefined;
}

/** §16.3 step 3, §11: what we answer ourselves goes no further, so it may have come to its last hop. */
function isForUs({ method, uri, routes }: SipRequest, listeners: Listeners): boolean {
  if (routes.length > 0 || !listeners.isOwnUri(uri)) return false;
  return method === 'REGISTER' || (method === 'OPTIONS' && isSipUri(uri) && uri.user === undefined);
}

/**
 * §16.6 step 8 as RFC 5393 §4.2.1 sharpened it: whatever decides where a request goes. Our branches end with it, so a
 * request that comes back with the same value has gone in a circle; with another one it is a spiral, which is legal.
 */
export function loopMark(request: SipRequest): string {
  const { uriText, callId, fromTag, toTag, cseq, headers } = request;
  const routing = [uriText, ...headers.list('route'), ...headers.list('proxy-require')];
  const text = [callId, fromTag ?? '', toTag ?? '', String(cseq.number), ...routing].join('\n');
  return base64url(sha256(utf8Encode(text)).subarray(0, 9)).toLowerCase();
}

function isLoop(request: SipRequest, listeners: Listeners): boolean {
  const own = request.vias.filter(({ host, port }) => listeners.isOwn(host, port));
  if (own.length === 0) return false;
  const mark = loopMark(request);
  return own.some(({ branch }) => branch?.endsWith(mark) === true);
}
