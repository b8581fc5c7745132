/** What a message may cost. Beyond a limit it is refused, never half read. */
export interface ParseLimits {
  /** Octets of the whole message. */
  readonly messageBytes: number;
  /** Header lines. */
  readonly headers: number;
  /** Octets of one header line, folds included. */
  readonly lineBytes: number;
  /** Via values over all lines: as many hops as Max-Forwards begins with (§8.1.1.6). */
  readonly vias: number;
}

/** Enough for every message an honest peer sends. */
export const defaultParseLimits: ParseLimits = { messageBytes: 65536, headers: 128, lineBytes: 8192, vias: 70 };
