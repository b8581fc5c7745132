/**
 * Which counts of which nonce have been used (RFC 7616 §3.4, `nc`): each is good once. Datagrams overtake each other, so
 * the last 32 counts are told apart and older ones refused. Only right digests get here, so no stranger fills the table;
 * when it is full its oldest nonces go, and with them all that were made before.
 */
export class NonceCounts {
  readonly #limit: number;
  readonly #lifetime: number;
  readonly #seen = new Map<string, { highest: number; below: number; readonly madeAt: number }>();
  #floor = Number.NEGATIVE_INFINITY;

  constructor(options: { readonly limit: number; readonly lifetime: number }) {
    this.#limit = options.limit;
    this.#lifetime = options.lifetime;
  }

  /** Takes the count; false: it was taken before, or may have been. */
  use(nonce: string, madeAt: number, count: number, now: number): boolean {
    const seen = this.#seen.get(nonce);
    if (seen === undefined) {
      if (madeAt <= this.#floor) return false;
      this.#makeRoom(now);
      this.#seen.set(nonce, { highest: count, below: 0, madeAt });
      return true;
    }
    const ahead = count - seen.highest;
    if (ahead > 0) {
      seen.below = ahead > 31 ? 0 : ((seen.below << ahead) | (1 << (ahead - 1))) >>> 0;
      seen.highest = count;
      return true;
    }
    const bit = -ahead - 1;
    if (bit < 0 || bit > 31 || (seen.below & (1 << bit)) !== 0) return false;
    seen.below = (seen.below | (1 << bit)) >>> 0;
    return true;
  }

  #makeRoom(now: number): void {
    if (this.#seen.size < this.#limit) return;
    for (const [nonce, { madeAt }] of this.#seen) if (madeAt + this.#lifetime <= now) this.#seen.delete(nonce);
    for (const [nonce, { madeAt }] of this.#seen) {
      if (this.#seen.size < this.#limit) return;
      this.#seen.delete(nonce);
      this.#floor = Math.max(this.#floor, madeAt);
    }
  }
}
