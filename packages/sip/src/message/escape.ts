import { codeAt, HEX, HOST, is } from './characters.ts';

/** %HH → octet, once; "%" that begins no escape stays. */
export function unescapeOctets(text: string): string {
  let percent = text.indexOf('%');
  if (percent < 0) return text;
  let plain = '';
  let from = 0;
  while (percent >= 0) {
    if (is(codeAt(text, percent + 1), HEX) && is(codeAt(text, percent + 2), HEX)) {
      const octet = Number.parseInt(text.slice(percent + 1, percent + 3), 16);
      plain += text.slice(from, percent) + String.fromCharCode(octet);
      from = percent + 3;
      percent = text.indexOf('%', from);
    } else {
      percent = text.indexOf('%', percent + 1);
    }
  }
  return plain + text.slice(from);
}

/** Text as the value of a URI header (`?Replaces=…`): hvalue, everything but unreserved characters as %HH. */
export function escapeUriHeader(octets: string): string {
  let escaped = '';
  for (let i = 0; i < octets.length; i++) {
    const code = codeAt(octets, i);
    escaped += is(code, HOST) || code === 0x7e || code === 0x2a ? octets.charAt(i) : escapeOctet(code);
  }
  return escaped;
}

export function escapeOctet(code: number): string {
  return `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
}
