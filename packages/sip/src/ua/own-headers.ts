import type { SipRequest } from '../message/index.ts';
import type { Core } from './core.ts';

/** `Allow` and `Supported`: what we can do. */
export function abilities(core: Core): [string, string][] {
  return [
    ['Allow', [...core.methods.keys()].join(', ')],
    ['Supported', [...core.extensions].join(', ')],
  ];
}

/**
 * The INFO packages we take; empty, too, it says that we know of them (RFC 6086 §5.2.2). A response tells it who did so in `request`
 * (RFC 6086 §5.2.3).
 */
export function recvInfo({ options }: Core, request?: SipRequest): [string, string][] {
  if (request && !request.headers.has('recv-info')) return [];
  return [['Recv-Info', (options.infoPackages ?? []).map(({ name }) => name).join(', ')]];
}

/** What INVITEs, UPDATEs and their 2xx carry to tell who we are and what we can do (§13.2.1). */
export function ownHeaders(core: Core, hidden?: boolean, request?: SipRequest): [string, string][] {
  return [
    ['Contact', core.flows.contact(hidden)],
    ...abilities(core),
    ['Accept', 'application/sdp'],
    ...recvInfo(core, request),
  ];
}
