import type { Timer } from '../runtime/index.ts';
import type { Core } from './core.ts';

/**
 * Sends now and again after T1, 2·T1, 4·T1 …, at most `longest` ms apart, as §13.3.1.4 and RFC 3262 §3 want it. `late` runs after 64·T1, and then
 * nothing is sent any more. Gives what stops it.
 */
export function repeat(
  core: Core,
  send: () => void,
  late?: () => void,
  longest: number = Number.POSITIVE_INFINITY,
): () => void {
  const { t1 } = core.timers;
  let again: Timer;
  const step = (interval: number) => {
    send();
    again = core.after(interval, () => step(Math.min(2 * interval, longest)));
  };
  step(t1);
  const deadline = core.after(64 * t1, () => {
    again.cancel();
    late?.();
  });
  return () => {
    again.cancel();
    deadline.cancel();
  };
}
