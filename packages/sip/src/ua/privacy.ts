import { printUri } from '../message/index.ts';
import type { Core } from './core.ts';

/** What of us a request shall not tell. */
export interface Hiding {
  /**
   * Who we are is kept from the far side (RFC 3323, RFC 3325 §9.3): the values of Privacy, as `id` or `header`. Unless `none` is among them
   * From is anonymous, and our server learns from P-Preferred-Identity who we are.
   */
  readonly privacy?: readonly string[] | undefined;
  /** URI of ours that our server shall assert (P-Preferred-Identity, RFC 3325 §9.2). */
  readonly preferredIdentity?: string;
}

export function isAnonymous({ privacy = ['none'] }: Hiding): boolean {
  return privacy.length > 0 && !privacy.includes('none');
}

/** `Privacy` (RFC 3323 §4.2), and for our server alone who we are (RFC 3325 §9.2). */
export function privacyHeaders(core: Core, options: Hiding): [string, string][] {
  const { privacy = [], preferredIdentity = isAnonymous(options) ? printUri(core.identity.aor) : undefined } = options;
  return [
    ...(privacy.length > 0 ? [['Privacy', privacy.join(';')] as [string, string]] : []),
    ...(preferredIdentity !== undefined
      ? [['P-Preferred-Identity', `<${preferredIdentity}>`] as [string, string]]
      : []),
  ];
}
