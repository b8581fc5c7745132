/** Compact forms (§7.3.3, §20 and the registry of later RFCs). */
const compactForms: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  n: 'identity-info',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
};

const common =
  'Via From To Call-ID CSeq Contact Max-Forwards Content-Length Content-Type Route Record-Route Allow Supported Require ' +
  'Proxy-Require Unsupported User-Agent Server Expires Min-Expires Authorization Proxy-Authorization WWW-Authenticate ' +
  'Proxy-Authenticate Event Subscription-State Allow-Events Refer-To Referred-By Replaces Session-Expires Min-SE RSeq RAck ' +
  'Reason Retry-After Warning Date Timestamp Accept Path Service-Route Subject Organization P-Asserted-Identity Privacy ' +
  'Content-Disposition Content-Encoding Accept-Encoding Accept-Language Authentication-Info Info-Package Recv-Info';

/** Spellings met so far → canonical name. Fixed at load, so that no peer can make it grow. */
const known = new Map<string, string>();
for (const name of common.split(' ')) {
  const key = name.toLowerCase();
  known.set(name, key).set(key, key);
}
for (const [letter, key] of Object.entries(compactForms)) known.set(letter, key).set(letter.toUpperCase(), key);

/** The canonical long form of a header name in lower case: 'v', 'Via' and 'VIA' are all 'via' (§7.3.1, §7.3.3). */
export function canonicalName(name: string): string {
  const key = known.get(name);
  if (key !== undefined) return key;
  const lower = name.toLowerCase();
  return known.get(lower) ?? lower;
}

/** The canonical name where the spelling is one of the well-known ones, and so certainly a token. */
export function knownName(name: string): string | undefined {
  return known.get(name);
}

/** Their values hold commas of their own and are never joined or split (§7.3.1). */
const unsplit = new Set(['authorization', 'proxy-authorization', 'www-authenticate', 'proxy-authenticate']);

export function isCommaList(key: string): boolean {
  return !unsplit.has(key);
}
