import type { SipRequest } from '../message/index.ts';
import type { Core } from './core.ts';
import { createOutsideRequest } from './outside-request.ts';

/** OPTIONS to our own domain (§11): any answer proves that the server is there, so it needs no credentials and no route. */
export function optionsProbe(core: Core): SipRequest {
  const { aor } = core.identity;
  return createOutsideRequest(core, {
    method: 'OPTIONS',
    target: `${aor.scheme}:${aor.host}`,
    routes: [],
    headers: [['Accept', 'application/sdp']],
  });
}
