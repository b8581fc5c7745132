import { createRequest, Headers, type SipRequest } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import type { Core } from './core.ts';
import type { UserAgentOptions } from './options.ts';
import { abilities } from './own-headers.ts';

export interface RegisterParts {
  readonly flow: Flow;
  readonly callId: string;
  readonly fromTag: string;
  readonly cseq: number;
  /** Seconds; 0 removes the binding. Absent: only asks which bindings there are (§10.2.3). */
  readonly expires?: number;
  /** Names the flow (RFC 5626 §4.2); absent: no outbound. */
  readonly regId?: number | undefined;
}

/** REGISTER for our one binding (§10.2, RFC 5626 §4.2.1). */
export function registerRequest(core: Core, parts: RegisterParts): SipRequest {
  const { identity, options } = core;
  const { aor } = identity;
  const domain = aor.port === undefined ? aor.host : `${aor.host}:${aor.port}`;
  const { expires } = parts;
  const regId = parts.regId ? `;reg-id=${parts.regId}` : '';
  const parameters = `;+sip.instance="<${identity.instanceId}>"${regId};expires=${expires}`;
  // Never a GRUU (RFC 5627 §4.2), and never `*`: other phones of the AOR are not ours to unregister.
  const contact = `<${identity.contactUri(parts.flow)}${push(options, expires)}>${parameters}`;
  return createRequest({
    method: 'REGISTER',
    uri: options.registrar ?? `${aor.scheme}:${domain}`,
    headers: Headers.of(
      ['Max-Forwards', '70'],
      ['From', identity.from(parts.fromTag)],
      ['To', `<${options.account.aor}>`],
      ['Call-ID', parts.callId],
      ['CSeq', `${parts.cseq} REGISTER`],
      ...(expires === undefined ? [] : [['Contact', contact] as const]),
      ['Supported', parts.regId ? 'path, outbound, gruu' : 'path, gruu'],
      ...abilities(core).slice(0, 1),
    ),
  });
}

/** Parameters of the URI in a Contact of REGISTER, and nowhere else (RFC 8599 §4.1); a binding that is removed is not to be woken for. */
function push({ push: wanted }: UserAgentOptions, expires: number | undefined): string {
  if (!wanted) return '';
  const { provider, param, prid } = wanted;
  return [
    ['provider', provider],
    ['param', param],
    ['prid', expires ? prid : undefined],
  ]
    .map(([name, value]) => (value === undefined ? '' : `;pn-${name}=${encodeURIComponent(value)}`))
    .join('');
}
