/** What a text cites: sections of RFCs, field traps, test purposes. */
export interface Citations {
  /** `3261 §17.1.1.2`; an RFC without section is `3581`. */
  readonly sections: readonly string[];
  /** `4.5 #73` */
  readonly traps: readonly string[];
  /** `UAC-012` */
  readonly purposes: readonly string[];
}

/**
 * Reads the citations of a title or a comment. A bare `§` is RFC 3261's, unless it continues a list of sections of another RFC:
 * `(§14.2, RFC 3311 §5.2, §5.3)` cites 3261 §14.2, 3311 §5.2 and 3311 §5.3.
 */
export function readCitations(text: string): Citations {
  const sections: string[] = [];
  const traps: string[] = [];
  const purposes: string[] = [];
  let rfc = home;
  let end = 0;
  for (const match of text.matchAll(citation)) {
    const [whole, number, sign, section, trap, trapNumber, purpose] = match;
    const between = text.slice(end, match.index);
    if (!continues.test(between)) rfc = home;
    end = match.index + whole.length;
    if (number !== undefined) {
      rfc = number;
      if (!/^\s*(?:§|appendix)/.test(text.slice(end))) sections.push(rfc);
    } else if (sign !== undefined) sections.push(`${rfc} §${section}`);
    else if (trap !== undefined) traps.push(`${trap} #${trapNumber}`);
    else if (purpose !== undefined) purposes.push(purpose);
  }
  return { sections: unique(sections), traps: unique(traps), purposes: unique(purposes) };
}

const home = '3261';
const continues = /^[\s,;/–-]*(?:and|to|bis)?\s*$/;
const citation =
  /\bRFC (\d{4})\b|(§)\s?((?:\d+|[A-Z])(?:\.\d+)*)|\b(4\.\d{1,2}) #(\d+)\b|\b((?:REG|PROXY|REDIRECT|UAC|UAS|TXN|DLG|TPT|GW)-\d{3})\b/g;

function unique(list: readonly string[]): readonly string[] {
  return [...new Set(list)];
}
