import { createRequest, Headers, type SipRequest } from '../message/index.ts';
import { token } from '../runtime/index.ts';
import type { Core } from './core.ts';

export interface OutsideRequest {
  readonly method: string;
  /** Request-URI. */
  readonly target: string;
  /** URI of To; default: the target. */
  readonly to?: string;
  readonly fromTag?: string;
  /** From does not tell who we are. */
  readonly anonymous?: boolean;
  readonly callId?: string;
  /** CSeq number; default 1. */
  readonly cseq?: number;
  /** Route values; default: the service route (RFC 3608 §6.1). */
  readonly routes?: readonly string[];
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: Uint8Array | string | undefined;
  /** Written only with a body. */
  readonly contentType?: string;
}

/** A request outside of any dialog (§8.1.1): a new From tag and Call-ID unless given, and our service route. */
export function createOutsideRequest(core: Core, parts: OutsideRequest): SipRequest {
  const { identity, random } = core;
  const { method, target, body, routes = identity.serviceRoutes } = parts;
  return createRequest({
    method,
    uri: target,
    headers: Headers.of(
      ['Max-Forwards', '70'],
      ...routes.map((route) => ['Route', route] as const),
      ['From', identity.from(parts.fromTag ?? token(random), parts.anonymous)],
      ['To', `<${parts.to ?? target}>`],
      ['Call-ID', parts.callId ?? token(random, 16)],
      ['CSeq', `${parts.cseq ?? 1} ${method}`],
      ...(parts.headers ?? []),
      ...(body === undefined ? [] : [['Content-Type', parts.contentType ?? 'application/sdp'] as const]),
    ),
    body,
  });
}
