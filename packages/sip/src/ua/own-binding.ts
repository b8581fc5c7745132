import { equalUri, type NameAddr, parseUri, type SipResponse } from '../message/index.ts';

export interface OwnContact {
  readonly uri: string;
  readonly user: string;
  readonly instanceId: string;
  readonly regId: number;
}

/**
 * Our binding among all of the AOR in the 200 (§10.2.4): by instance and flow, which survive a proxy that rewrites Contact, then by URI equality, and
 * at last by the random user part if one binding alone has it.
 */
export function ownBinding(response: SipResponse, own: OwnContact): NameAddr | undefined {
  const { contacts } = response;
  const instance = `<${own.instanceId}>`.toLowerCase();
  const uri = parseUri(own.uri);
  const byUser = contacts.filter(({ uri: each }) => 'user' in each && each.user === own.user);
  return (
    contacts.find(
      ({ params }) =>
        params.get('+sip.instance')?.toLowerCase() === instance &&
        Number(params.get('reg-id') ?? own.regId) === own.regId,
    ) ??
    (uri.ok ? contacts.find((contact) => equalUri(contact.uri, uri.value)) : undefined) ??
    (byUser.length === 1 ? byUser[0] : undefined)
  );
}

/** Seconds granted: of the binding, else of the response, else what we asked for. Shorter or longer than that, never NaN. */
export function grantedExpiry(binding: NameAddr, response: SipResponse, asked: number): number {
  const own = binding.params.get('expires');
  if (own !== undefined && /^\d{1,10}$/.test(own)) return Math.min(Number(own), longest);
  return Math.min(response.expires ?? asked, longest);
}

/** A day; more would outlast any network. */
const longest = 86_400;
