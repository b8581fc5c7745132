import { readFileSync } from 'node:fs';

/** A certificate for this machine's loopback that vouches for itself: whoever connects trusts it as the authority. */
export function loopbackCertificate(): { readonly cert: string; readonly key: string; readonly ca: string } {
  const read = (name: string): string =>
    readFileSync(new URL(`fixtures/loopback-${name}.pem`, import.meta.url), 'utf8');
  return { cert: read('cert'), key: read('key'), ca: read('cert') };
}
