import type { Command, CommandResult, PhoneBridge, Snapshot, TraceEntry } from '../protocol.ts';
import { emptySnapshot } from './examples.ts';

/** A bridge with no engine behind it: tests and the gallery set the snapshot and read the commands. */
export interface FakeBridge extends PhoneBridge {
  readonly commands: readonly Command[];
  set(change: Partial<Snapshot> | ((before: Snapshot) => Partial<Snapshot>)): void;
  setTrace(sipCallId: string, entries: readonly TraceEntry[]): void;
  /** Decides the answer to a command, and may change the snapshot; every command succeeds without it. */
  answer: (command: Command) => CommandResult;
}

export function createFakeBridge(initial: Partial<Snapshot> = {}, tab = 'tab-1'): FakeBridge {
  let snapshot: Snapshot = { ...emptySnapshot, ...initial };
  const commands: Command[] = [];
  const traces = new Map<string, readonly TraceEntry[]>();
  const listeners = new Set<() => void>();
  const traceListeners = new Set<() => void>();
  const none: readonly TraceEntry[] = [];
  const bridge: FakeBridge = {
    tab,
    commands,
    answer: () => ({ ok: true }),
    getSnapshot: () => snapshot,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async send(command) {
      commands.push(command);
      return bridge.answer(command);
    },
    getTrace: (sipCallId) => traces.get(sipCallId) ?? none,
    subscribeTrace(listener) {
      traceListeners.add(listener);
      return () => traceListeners.delete(listener);
    },
    levels: () => ({ here: 0.4, there: 0.6 }),
    set(change) {
      snapshot = { ...snapshot, ...(typeof change === 'function' ? change(snapshot) : change) };
      for (const listener of listeners) listener();
    },
    setTrace(sipCallId, entries) {
      traces.set(sipCallId, entries);
      for (const listener of traceListeners) listener();
    },
  };
  return bridge;
}
