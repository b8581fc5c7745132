import { octetsOf } from './characters.ts';

/** Compact forms by their letter (§7.3.3, §20 and the registry of later RFCs). */
const compact: readonly (string | undefined)[] =
  'accept-contact referred-by content-type request-disposition content-encoding from - - call-id reject-contact supported content-length contact identity-info event - - refer-to subject to allow-events via - session-expires identity'
    .split(' ')
    .map((name) => (name === '-' ? undefined : interned(name)));

const common =
  'via from to call-id cseq contact max-forwards content-length content-type route record-route allow supported require ' +
  'proxy-require unsupported user-agent server expires min-expires authorization proxy-authorization www-authenticate ' +
  'proxy-authenticate event subscription-state allow-events refer-to referred-by replaces session-expires min-se rseq rack ' +
  'reason retry-after warning date timestamp accept path service-route subject organization p-asserted-identity privacy ' +
  'content-disposition content-encoding accept-encoding accept-language authentication-info info-package recv-info';

interface KnownName {
  readonly name: string;
  readonly octets: Uint8Array;
}

/** The well-known names by a hash of length, first and last letter; fixed at load, so that no peer can make it grow. */
const slots: (KnownName | undefined)[] = Array(256).fill(undefined);
/** The same by the usual spellings: 'max-forwards' and 'Max-Forwards'. */
const spellings = new Map<string, string>();
for (const name of common.split(' ').map(interned)) {
  const octets = octetsOf(name);
  let slot = slotOf(octets, 0, name.length);
  while (slots[slot] !== undefined) slot = (slot + 1) & 255;
  slots[slot] = { name, octets };
  spellings.set(name, name).set(
    name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
    name,
  );
}

/** The well-known name that stands in `octets` from `from` to `to`, in whatever case or in its compact form. */
export function knownName(octets: Uint8Array, from: number, to: number): string | undefined {
  const length = to - from;
  if (length === 1) return compact[((octets[from] as number) | 0x20) - 0x61];
  for (let slot = slotOf(octets, from, to); ; slot = (slot + 1) & 255) {
    const known = slots[slot];
    if (known === undefined) return undefined;
    if (known.name.length === length && isSpelled(known.octets, octets, from, length)) return known.name;
  }
}

/** The canonical long form of a header name in lower case: 'v', 'Via' and 'VIA' are all 'via' (§7.3.1, §7.3.3). */
export function canonicalName(name: string): string {
  return (
    spellings.get(name) ?? (name === '' ? undefined : knownName(octetsOf(name), 0, name.length)) ?? name.toLowerCase()
  );
}

/** Their values hold commas of their own and are never joined or split (§7.3.1). */
const unsplit = new Set(['authorization', 'proxy-authorization', 'www-authenticate', 'proxy-authenticate']);

export function isCommaList(key: string): boolean {
  return !unsplit.has(key);
}

function slotOf(octets: Uint8Array, from: number, to: number): number {
  const first = (octets[from] as number) | 0x20;
  const last = (octets[to - 1] as number) | 0x20;
  // With these factors none of the names above shares a slot.
  return (first + last * 4 + (to - from) * 26) & 255;
}

/** Letters in either case. "-" is only itself: 0x0d would fold onto it. */
function isSpelled(name: Uint8Array, octets: Uint8Array, from: number, length: number): boolean {
  for (let i = 0; i < length; i++) {
    const octet = octets[from + i] as number;
    const wanted = name[i];
    if (octet !== wanted && (octet < 0x40 || (octet | 0x20) !== wanted)) return false;
  }
  return true;
}

/** A property name is kept once by the engine, so that comparing two is comparing two pointers. */
function interned(name: string): string {
  return Object.keys({ [name]: 0 })[0] ?? name;
}
