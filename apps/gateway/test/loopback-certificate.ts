import { localCertificate } from '../src/tls/authority.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A certificate for this machine's loopback, and the authority a client must trust. */
export function loopbackCertificate(): { readonly cert: string; readonly key: string; readonly ca: string } {
  const made = localCertificate(temporaryDirectory(), { needed: ['localhost', '127.0.0.1'], others: [] }, Date.now());
  return { cert: made.chain, key: made.key, ca: made.authority };
}
