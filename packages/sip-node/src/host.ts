import { cryptoRandom, type Random, type SystemClock, systemClock } from '@ringback/sip';

/** The machine's time: milliseconds since 1970. Each call gives a clock of its own; one serves any number of user agents. */
export function nodeClock(): SystemClock {
  return systemClock({ now: Date.now, setTimeout, clearTimeout });
}

/** The machine's cryptographically secure randomness, as tags and branches need it (RFC 3261 §19.3). */
export function nodeRandom(): Random {
  return cryptoRandom(globalThis.crypto);
}
