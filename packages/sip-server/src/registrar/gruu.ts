import { isSipUri, parseUri, printUri, type Uri, withParams } from '@ringback/sip';

/**
 * Public GRUUs (RFC 5627 §3.1): the AOR with the instance in `gr`. They need no table, are the same at each registration,
 * and lead to that one instance. Temporary ones are not given out.
 */
export function publicGruu(aor: string, instance: string): string | undefined {
  const uri = parseUri(aor);
  if (!uri.ok || !isSipUri(uri.value)) return undefined;
  return printUri(withParams(uri.value, uri.value.params.with('gr', instance)));
}

/** The instance a URI asks for; `undefined` when it is no GRUU. */
export function gruuInstance(uri: Uri): string | undefined {
  return isSipUri(uri) && uri.params.has('gr') ? uri.params.get('gr') : undefined;
}
