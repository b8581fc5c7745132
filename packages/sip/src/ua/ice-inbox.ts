import {
  candidates,
  type IceFragment,
  matchesIce,
  mid,
  parseIceFragment,
  parseSdp,
  restartsIce,
  type SessionDescription,
} from '../sdp/index.ts';

/**
 * Candidates of the far side on their way to media: with the description they belong to, in order, and each once, although every INFO
 * repeats all before it (RFC 8840 §4.4).
 */
export class IceInbox {
  #description: SessionDescription | undefined;
  #seen = new Set<string>();
  #kept: readonly IceFragment[] = [];

  /** Media has this description of the far side now. */
  described(text: string): void {
    const parsed = parseSdp(text);
    if (!parsed.ok) return;
    if (!this.#description || restartsIce(this.#description, parsed.value, 0)) this.#seen = new Set();
    this.#description = parsed.value;
    for (const section of parsed.value.media) this.#fresh(mid(section) ?? '', candidates(section));
  }

  put(text: string): void {
    const fragment = parseIceFragment(text);
    if (fragment.ok) this.#kept = [...this.#kept.slice(1 - maxKept), fragment.value];
  }

  /** What media can have now. The rest is of another ICE generation, and dropped unless its description may still come. */
  take(mayCome: boolean): readonly IceFragment[] {
    const description = this.#description;
    const fits = (fragment: IceFragment) => description !== undefined && matchesIce(description, fragment);
    const kept = this.#kept;
    this.#kept = mayCome || !description ? kept.filter((each) => !fits(each)) : [];
    return kept.filter(fits).map((fragment) => ({
      ...fragment,
      media: fragment.media.map((each) => ({ ...each, candidates: this.#fresh(each.mid, each.candidates) })),
    }));
  }

  /** Candidates are the same if component, transport, address and port are. */
  #fresh(name: string, list: readonly string[]): readonly string[] {
    return list.filter((candidate) => {
      const [, component, transport = '', , address, port] = candidate.split(' ');
      const key = [name, component, transport.toLowerCase(), address, port].join(' ');
      if (this.#seen.has(key) || this.#seen.size >= maxCandidates) return false;
      return this.#seen.add(key);
    });
  }
}

const maxKept = 8;
const maxCandidates = 256;
