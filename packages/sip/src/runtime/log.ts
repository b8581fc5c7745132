/** How much it matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where the core tells what it did. `event` is a fixed name in kebab case; what varies stands in `fields`. */
export type Log = (level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log that keeps nothing. */
export const silent: Log = () => {};
