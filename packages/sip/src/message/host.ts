import { all, DIGIT, HOST } from './characters.ts';

/** `host = hostname / IPv4address / IPv6reference` (§25.1), as found in URIs and Via. */
export function isHost(text: string): boolean {
  if (text.startsWith('[')) return text.endsWith(']') && expandIPv6(text.slice(1, -1)) !== undefined;
  return text.length <= 255 && all(text, HOST);
}

/** A host in the one form that compares equal: lower case, IPv6 written out in full with no brackets (RFC 5954 §4.2). */
export function canonicalHost(host: string): string {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (bare.includes(':')) return expandIPv6(bare)?.join(':') ?? bare.toLowerCase();
  return bare.toLowerCase();
}

/** Whether two hosts are the same name or address, however they are written (§19.1.4). */
export function equalHost(a: string, b: string): boolean {
  return a === b || canonicalHost(a) === canonicalHost(b);
}

/** Whether the text is four decimal numbers below 256. */
export function isIPv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => part.length <= 3 && all(part, DIGIT) && Number(part) < 256);
}

/** Whether the text is an IPv6 address, without brackets. */
export function isIPv6(text: string): boolean {
  return expandIPv6(text) !== undefined;
}

/**
 * The eight groups of an IPv6 address as lower-case hex, undefined when it is none. A zone (`%eth0`) is refused: it means
 * nothing to the far side. ":::" before an embedded IPv4 address is read as "::": the grammar of RFC 3261 made
 * implementations write it (RFC 5118 §4.10).
 */
function expandIPv6(text: string): readonly string[] | undefined {
  if (text.length > 64) return undefined;
  const address = text.replace(/:::(?=\d+\.)/, '::');
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array<string>(missing).fill('0'), ...tail];
}

function groups(text: string, last: boolean): string[] | undefined {
  if (text === '') return [];
  const found: string[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      if (!last || i !== parts.length - 1 || !isIPv4(part)) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
      found.push((a * 256 + b).toString(16), (c * 256 + d).toString(16));
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      found.push(Number.parseInt(part, 16).toString(16));
    } else {
      return undefined;
    }
  }
  return found;
}
