/**
 * The few questions the ladder asks of a message's text. It shows messages, it does not act on them: a look at the
 * lines is enough here, and the interface stays free of the SIP core.
 */

const COMPACT: Readonly<Record<string, string>> = {
  to: 't',
  from: 'f',
  contact: 'm',
  'content-type': 'c',
  'call-id': 'i',
  via: 'v',
};

/** The first header field of that name, long or compact (§7.3.3). */
export function headerOf(text: string, name: string): string | undefined {
  const wanted = [name.toLowerCase(), COMPACT[name.toLowerCase()]];
  const head = text.split(/\r?\n\r?\n/, 1)[0] ?? '';
  for (const line of head.split(/\r?\n/).slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0 && wanted.includes(line.slice(0, colon).trim().toLowerCase())) return line.slice(colon + 1).trim();
  }
  return undefined;
}

export function bodyOf(text: string): string {
  return /\r?\n\r?\n([\s\S]*)$/.exec(text)?.[1] ?? '';
}

/** True inside a dialog: the To field carries a tag (§12.2). */
export function isInDialog(text: string): boolean {
  return /;\s*tag=/i.test(headerOf(text, 'To') ?? '');
}

/** The direction of the first media line of a session description, when it has one. */
export function mediaDirection(text: string): string | undefined {
  const body = bodyOf(text);
  if (!/^m=/m.test(body)) return undefined;
  return /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(body)?.[1] ?? 'sendrecv';
}

export function hasSessionDescription(text: string): boolean {
  return /^v=0/m.test(bodyOf(text));
}

/** True for a REGISTER that takes bindings away (§10.2.2). */
export function removesBindings(text: string): boolean {
  const contact = headerOf(text, 'Contact') ?? '';
  return headerOf(text, 'Expires') === '0' || /;\s*expires=0\b/i.test(contact) || contact === '*';
}

/** The number part of `CSeq: 314 INVITE`. */
export function cseqNumber(cseq: string): number {
  return Number.parseInt(cseq, 10);
}
