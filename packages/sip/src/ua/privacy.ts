import { printUri } from '../message/index.ts';
import type { CallOptions } from './client-invite.ts';
import type { Core } from './core.ts';

export function isAnonymous({ privacy = ['none'] }: CallOptions): boolean {
  return privacy.length > 0 && !privacy.includes('none');
}

/** `Privacy` (RFC 3323 §4.2), and for our server alone who we are (RFC 3325 §9.2). */
export function privacyHeaders(core: Core, options: CallOptions): [string, string][] {
  const { privacy = [], preferredIdentity = isAnonymous(options) ? printUri(core.identity.aor) : undefined } = options;
  return [
    ...(privacy.length > 0 ? [['Privacy', privacy.join(';')] as [string, string]] : []),
    ...(preferredIdentity !== undefined
      ? [['P-Preferred-Identity', `<${preferredIdentity}>`] as [string, string]]
      : []),
  ];
}
