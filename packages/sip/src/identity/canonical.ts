import { addressOfRecord, isSipUri, parseUri, type Uri, unescapeUser } from '../message/index.ts';

/** Telephone numbers and URIs as a PASSporT holds them. */
export interface Identities {
  readonly tn: readonly string[];
  readonly uri: readonly string[];
}

/** A telephone number without "+" and separators (RFC 8224 §8.3), or the URI without what does not name its owner (RFC 8224 §8.5). */
export function canonicalIdentity(uri: Uri): { readonly tn: string } | { readonly uri: string } {
  const number = isSipUri(uri) ? unescapeUser(uri.user ?? '') : uri.scheme === 'tel' ? uri.rest : '';
  const tn = (number.split(';')[0] ?? '').replace(/[-.() ]/g, '').replace(/^\+/, '');
  const isPhone = /^[\d*#]+$/.test(tn) && (!isSipUri(uri) || number.startsWith('+') || tn.length >= 3);
  return isPhone ? { tn } : { uri: addressOfRecord(uri) };
}

export function isSameIdentity({ tn, uri }: Identities, address: Uri): boolean {
  const own = canonicalIdentity(address);
  if ('tn' in own && tn.includes(own.tn)) return true;
  return uri.some((each) => {
    const signed = parseUri(each);
    return signed.ok && addressOfRecord(signed.value) === addressOfRecord(address);
  });
}
