export interface Rate {
  /** At once. */
  readonly burst: number;
  /** And then one per so many milliseconds. */
  readonly interval: number;
}

/** A token bucket per key; the keys that were used least recently are forgotten first. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #maxKeys: number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(rate: Rate, maxKeys = 10_000) {
    this.#rate = rate;
    this.#maxKeys = maxKeys;
  }

  /** Milliseconds until the next is let through; 0: this one is. `weight`: for how many it counts. */
  take(key: string, now: number, weight = 1): number {
    const { burst, interval } = this.#rate;
    const before = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, before.tokens + Math.max(0, now - before.at) / interval);
    // What weighs more than the bucket holds goes through when it is full.
    const needed = Math.min(weight, burst);
    const taken = tokens >= needed;
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: taken ? tokens - needed : tokens, at: now });
    if (this.#buckets.size > this.#maxKeys) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return taken ? 0 : Math.ceil((needed - tokens) * interval);
  }
}
