export { latin1Decode, latin1Encode, utf8Decode, utf8Encode } from './bytes.ts';
export { type Clock, type ClockHost, type SystemClock, systemClock, type Timer } from './clock.ts';
export { type Log, type LogLevel, silent } from './log.ts';
export { cryptoRandom, type Random, token } from './random.ts';
export { err, ok, type Result } from './result.ts';
