export interface ConnectionLimits {
  /** Open connections from one address. */
  readonly perAddress: number;
  /** Open connections in all. */
  readonly total: number;
}

export const defaultConnectionLimits: ConnectionLimits = { perAddress: 500, total: 10_000 };

/** Counts open connections, so that one peer cannot take them all. */
export class ConnectionCount {
  readonly #limits: ConnectionLimits;
  readonly #perAddress = new Map<string, number>();
  #total = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** A place for one more connection, to be given back once; `undefined` when there is none. */
  take(address: string): (() => void) | undefined {
    const count = this.#perAddress.get(address) ?? 0;
    if (count >= this.#limits.perAddress || this.#total >= this.#limits.total) return undefined;
    this.#perAddress.set(address, count + 1);
    this.#total += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#total -= 1;
      const left = (this.#perAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#perAddress.delete(address);
      else this.#perAddress.set(address, left);
    };
  }
}
