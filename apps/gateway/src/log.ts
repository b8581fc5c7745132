import type { Log } from '@ringback/sip';
import { destination, pino } from 'pino';

/** JSON lines on stderr; stdout is for people and for the `ready` line. */
export function stderrLog(level: string): Log {
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: 2, sync: true }),
  );
  return (severity, event, fields) => logger[severity]({ event, ...plain(fields) });
}

/** Errors as text: what stands on their own properties may hold anything. */
function plain(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? value.message : value]),
  );
}
