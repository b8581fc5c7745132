/** The values all timers of §17 derive from, in milliseconds. */
export interface TimerValues {
  /** Estimate of the round-trip time. */
  readonly t1: number;
  /** Longest interval between retransmissions of a non-INVITE request or an INVITE response. */
  readonly t2: number;
  /** How long a message may remain in the network. */
  readonly t4: number;
}

/** The values of RFC 3261, table 4, in milliseconds. */
export const defaultTimers: TimerValues = { t1: 500, t2: 4000, t4: 5000 };

/** The timers of table 4 (appendix A), those of RFC 6026, and three that have no letter: see `delayOf`. */
export type TimerName =
  | 'A'
  | 'B'
  | 'D'
  | 'E'
  | 'F'
  | 'G'
  | 'H'
  | 'I'
  | 'J'
  | 'K'
  | 'L'
  | 'M'
  | 'trying'
  | 'late'
  | 'cancelled';

/**
 * How long a timer runs when it is started. `undefined`: not at all over this kind of transport. Zero: it fires at once.
 */
export function delayOf(timer: TimerName, { t1, t2, t4 }: TimerValues, reliable: boolean): number | undefined {
  switch (timer) {
    // Retransmissions; a reliable transport does its own.
    case 'A':
    case 'E':
    case 'G':
      return reliable ? undefined : t1;
    // Time-outs, over every transport.
    case 'B':
    case 'F':
    case 'H':
    case 'L':
    case 'M':
      return 64 * t1;
    // How long stray retransmissions may still come.
    case 'D':
      return reliable ? 0 : Math.max(32_000, 64 * t1);
    case 'I':
    case 'K':
      return reliable ? 0 : t4;
    case 'J':
      return reliable ? 0 : 64 * t1;
    // 100 for an INVITE the user has not answered (§17.2.1).
    case 'trying':
      return 200;
    // 100 for another request, when the client's timer E has grown to T2 (RFC 4320 §4.1).
    case 'late':
      return untilT2(t1, t2);
    // An INVITE that got its CANCEL and yet no final response (§9.1).
    case 'cancelled':
      return 64 * t1;
  }
}

/** The next interval of a retransmission timer: A doubles without bound (§17.1.1.2), E and G up to T2. */
export function nextInterval(timer: 'A' | 'E' | 'G', interval: number, { t2 }: TimerValues): number {
  return timer === 'A' ? 2 * interval : Math.min(2 * interval, t2);
}

function untilT2(t1: number, t2: number): number {
  let elapsed = 0;
  for (let interval = t1; interval < t2; interval *= 2) elapsed += interval;
  return elapsed;
}
