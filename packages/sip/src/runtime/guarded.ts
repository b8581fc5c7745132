import type { Log } from './log.ts';

/** What a listener throws is logged and goes no further. */
export function guarded(log: Log, event: string, work: () => void, what?: string): void {
  try {
    work();
  } catch (error) {
    log('error', event, { what, error });
  }
}
