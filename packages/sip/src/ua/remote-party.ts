import { type NameAddr, parseNameAddr, type SipMessage } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import type { Flow } from '../transport/index.ts';
import type { Core } from './core.ts';
import type { InviteSession } from './invite-session.ts';
import type { Party } from './session.ts';

/** Who our server says that it is (RFC 3325 §9.1), if it is to be believed. A response came where its request went: through our server. */
export function assertedParty(core: Core, message: SipMessage, flow: Flow | undefined): Party | undefined {
  const trusted = core.options.trustAsserted && (flow === undefined || core.flows.leadsHome(flow));
  const asserted = trusted ? message.assertedIdentities[0] : undefined;
  return asserted && party(asserted);
}

/** Who sends it. */
export function callerOf(core: Core, { request, flow }: ServerTransaction): Party {
  return assertedParty(core, request, flow) ?? party(request.from);
}

function party({ uriText, displayName }: NameAddr): Party {
  return { uri: uriText, ...(displayName !== undefined && { displayName }) };
}

/**
 * The far side became another one, as after a transfer: a server says so (RFC 5876), or it calls itself otherwise than before (RFC 4916).
 * `before`: To of our requests until then.
 */
export function identify(core: Core, session: InviteSession, message: SipMessage, flow?: Flow, before?: string): void {
  const known = before === undefined ? undefined : parseNameAddr(before);
  const renamed = message.kind === 'request' && known?.ok && known.value.uriText !== message.from.uriText;
  const remote = assertedParty(core, message, flow) ?? (renamed ? party(message.from) : session.remote);
  if (remote.uri !== session.remote.uri || remote.displayName !== session.remote.displayName)
    session.change({ remote });
}
