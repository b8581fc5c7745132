import { HOST, is } from './characters.ts';

/** %HH → octet, once; "%" that begins no escape stays. */
export function unescapeOctets(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Text as the value of a URI header (`?Replaces=…`): hvalue, everything but unreserved characters as %HH. */
export function escapeUriHeader(octets: string): string {
  let escaped = '';
  for (let i = 0; i < octets.length; i++) {
    const code = octets.charCodeAt(i);
    escaped += is(code, HOST) || code === 0x7e || code === 0x2a ? octets.charAt(i) : escapeOctet(code);
  }
  return escaped;
}

export function escapeOctet(code: number): string {
  return `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
}
