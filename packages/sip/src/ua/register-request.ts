import { createRequest, Headers, type SipRequest } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import type { Core } from './core.ts';
import { abilities, product } from './own-headers.ts';

export interface RegisterParts {
  readonly flow: Flow;
  readonly callId: string;
  readonly fromTag: string;
  readonly cseq: number;
  /** Seconds; 0 removes the binding. */
  readonly expires: number;
  /** Names the flow (RFC 5626 §4.2). */
  readonly outbound: boolean;
}

/** REGISTER for our one binding (§10.2, RFC 5626 §4.2.1). */
export function registerRequest(core: Core, parts: RegisterParts): SipRequest {
  const { identity, options } = core;
  const { aor } = identity;
  const domain = aor.port === undefined ? aor.host : `${aor.host}:${aor.port}`;
  const regId = parts.outbound ? ';reg-id=1' : '';
  const parameters = `;+sip.instance="<${identity.instanceId}>"${regId};expires=${parts.expires}`;
  return createRequest({
    method: 'REGISTER',
    uri: options.registrar ?? `${aor.scheme}:${domain}`,
    headers: Headers.of(
      ['Max-Forwards', '70'],
      ['From', identity.from(parts.fromTag)],
      ['To', `<${options.account.aor}>`],
      ['Call-ID', parts.callId],
      ['CSeq', `${parts.cseq} REGISTER`],
      // Never a GRUU (RFC 5627 §4.2), and never `*`: other phones of the AOR are not ours to unregister.
      ['Contact', `<${identity.contactUri(parts.flow)}>${parameters}`],
      ['Supported', parts.outbound ? 'path, outbound, gruu' : 'path, gruu'],
      ...abilities(core).slice(0, 1),
      ...product(core),
    ),
  });
}
