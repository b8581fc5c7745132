import type { FlowState, ReconnectOptions } from './options.ts';
import { afterTry, type Outage, retryDelay } from './retry-schedule.ts';

/**
 * The way back after a loss (RFC 5626 §4.5): a new flow → REGISTER under the same instance and reg-id → a re-INVITE for each call, with an ICE
 * restart where media stalled. There is one way to each server; requests take the main one. When that is lost and another is ready, the calls
 * move there at once; else they wait, for as long as it takes.
 *
 * `step` decides and does nothing: what is to be done it says, and `flows.ts` does it.
 */
export interface Recovery {
  readonly options: ReconnectOptions;
  readonly ways: readonly Way[];
  /** Where requests go: open, and its registrar has been heard. Without one there are calls to be told of the next. */
  readonly main: number | undefined;
  /** Calls whose media stalled while there was no main way. */
  readonly stalled: readonly string[];
}

export interface Way {
  readonly flow: FlowState;
  readonly openedAt: number;
  readonly outage?: Outage | undefined;
  /** A binding is to be kept up over it. */
  readonly wanted: boolean;
  /** A REGISTER is under way; one at a time (§10.2). */
  readonly asked: boolean;
  /** Open, and whatever had to be registered got its last word, good or bad. */
  readonly ready: boolean;
}

export type RecoveryEvent =
  | { readonly type: 'start' | 'stop' }
  /** The network came back, or the machine woke up: no waiting now, and no trust in what seems open. */
  | { readonly type: 'network' }
  | (WayEvent & { readonly way: number })
  | { readonly type: 'stalled'; readonly call: string };

/** What happens on one of the ways. */
export type WayEvent =
  /** The connection is there; the time to try again has come. */
  | { readonly type: 'opened' | 'due' }
  /** The connection is gone, or did not come about; there is no such transport; a pong is missing, so it will be gone. */
  | { readonly type: 'lost' | 'impossible' | 'silent'; readonly cause: string }
  /** A REGISTER is due, for a binding that is to be kept up over this and later flows, or no more. */
  | { readonly type: 'ask'; readonly wanted: boolean }
  /** There is no binding to keep up, nor one to remove. */
  | { readonly type: 'forget' }
  /** Its REGISTER is answered for good, or needs another one, or was lost, or nobody answers. */
  | { readonly type: 'answered'; readonly wanted: boolean; readonly outcome: RegisterOutcome };

export type RegisterOutcome = 'word' | 'again' | 'lost' | 'silence';

/** The clock's time, and a random number from 0 to 1. */
export interface Moment {
  readonly now: number;
  readonly dice: number;
}

export type RecoveryAction =
  | { readonly do: 'connect' | 'drop' | 'check' | 'register'; readonly way: number }
  /** Until `at`, then `due`. */
  | { readonly do: 'wait'; readonly way: number; readonly at: number }
  /** It is no use any more, whatever it says itself: `lost` follows. */
  | { readonly do: 'fail'; readonly way: number; readonly cause: string }
  /** Calls and all else are told of the main way; in these calls media begins anew. */
  | { readonly do: 'recover'; readonly stalled: readonly string[] }
  | { readonly do: 'restart'; readonly call: string };

export function noWays(count: number, options: ReconnectOptions): Recovery {
  const way: Way = { flow: { state: 'closed' }, openedAt: 0, wanted: false, asked: false, ready: false };
  return { options, ways: Array.from({ length: count }, () => way), main: undefined, stalled: [] };
}

export function step(before: Recovery, event: RecoveryEvent & Moment): [Recovery, readonly RecoveryAction[]] {
  const { options } = before;
  const { now, dice } = event;
  const ways = [...before.ways];
  const actions: RecoveryAction[] = [];
  let { main, stalled } = before;
  const put = (way: number, facts: Partial<Way>) => {
    ways[way] = { ...(ways[way] as Way), ...facts };
  };
  const act = (action: RecoveryAction) => void actions.push(action);
  const shut = (way: number, flow: FlowState) => put(way, { flow, asked: false, ready: false });
  const connect = (way: number) => {
    shut(way, { state: 'connecting' });
    act({ do: 'connect', way });
  };
  const register = (way: number) => {
    put(way, { asked: true });
    act({ do: 'register', way });
  };
  const wait = (way: number, outage: Outage, cause: string) => {
    const spare = ways.some(({ flow }, other) => other !== way && flow.state === 'open');
    const retryAt = now + retryDelay(outage, now, dice, options, spare);
    shut(way, { state: 'waiting', retryAt, cause });
    put(way, { outage: afterTry(outage, now, options, spare) });
    act({ do: 'wait', way, at: retryAt });
  };
  const all = (turn: (way: number, it: Way) => void) => {
    for (const [way, it] of before.ways.entries()) turn(way, it);
  };
  const is = 'way' in event ? before.ways[event.way] : undefined;
  const state = is?.flow.state;

  switch (event.type) {
    case 'start':
      all((way, { flow }) => {
        if (flow.state === 'closed') connect(way);
      });
      break;
    case 'stop':
      all((way) => {
        shut(way, { state: 'closed' });
        put(way, { outage: undefined });
        act({ do: 'drop', way });
      });
      break;
    case 'network':
      all((way, { flow }) => {
        if (flow.state === 'open') act({ do: 'check', way });
        else if (flow.state !== 'closed') {
          put(way, { outage: { since: now, tries: 1, lateTries: 0 } });
          act({ do: 'drop', way });
          connect(way);
        }
      });
      break;
    case 'opened':
      if (!is || state !== 'connecting') break;
      put(event.way, { flow: opened, openedAt: now, ready: !is.wanted });
      if (is.wanted) register(event.way);
      break;
    case 'due':
      if (state === 'waiting') connect(event.way);
      break;
    case 'impossible':
      if (state === 'connecting') shut(event.way, { state: 'closed', cause: event.cause });
      break;
    case 'silent':
      if (state === 'open') act({ do: 'fail', way: event.way, cause: event.cause });
      break;
    case 'lost': {
      if (!is || (state !== 'connecting' && state !== 'open')) break;
      const stable = state === 'open' && now - is.openedAt >= options.stable;
      const fresh = { since: now, tries: 0, lateTries: 0 };
      wait(event.way, (stable ? undefined : is.outage) ?? fresh, event.cause);
      // The last one: what was spare is needed now.
      if (state === 'open' && !ways.some(({ flow }) => flow.state === 'open')) {
        all((way, { flow }) => {
          if (flow.state === 'waiting') wait(way, fresh, event.cause);
        });
      }
      break;
    }
    case 'ask':
      put(event.way, { wanted: event.wanted });
      if (state === 'open' && !is?.asked) register(event.way);
      break;
    case 'forget':
      put(event.way, { wanted: false });
      break;
    case 'answered':
      if (!is?.asked) break;
      put(event.way, { wanted: event.wanted, asked: false, ready: is.ready || event.outcome === 'word' });
      if (event.outcome === 'again') register(event.way);
      else if (event.outcome === 'silence') act({ do: 'fail', way: event.way, cause: 'REGISTER without answer' });
      break;
    case 'stalled':
      if (main === undefined) stalled = [...new Set([...stalled, event.call])];
      else {
        // Perhaps the path of signalling is gone too.
        act({ do: 'check', way: main });
        act({ do: 'restart', call: event.call });
      }
  }
  if (main !== undefined && ways[main]?.flow.state !== 'open') main = undefined;
  if (main === undefined) {
    const next = ways.findIndex(({ ready }) => ready);
    if (next >= 0) {
      main = next;
      act({ do: 'recover', stalled });
      stalled = [];
    }
  }
  return [{ options, ways, main, stalled }, actions];
}

/** One for all: as long as one is open there is nothing to tell. */
const opened: FlowState = { state: 'open' };

/** Where requests go, best first. A way that is open but not ready will do when there is no other. */
export function choices({ ways, main }: Recovery): readonly number[] {
  const open = [...ways.keys()].filter((way) => ways[way]?.flow.state === 'open');
  return open.sort((a, b) => rank(b) - rank(a));
  function rank(way: number): number {
    return way === main ? 2 : Number(ways[way]?.ready);
  }
}

/** How the best of the ways stands. */
export function bestFlow(recovery: Recovery): FlowState {
  const at = (state: FlowState['state']) => recovery.ways.filter(({ flow }) => flow.state === state);
  const [chosen] = choices(recovery);
  const soonest = at('waiting').sort((a, b) => (a.flow.retryAt ?? 0) - (b.flow.retryAt ?? 0));
  const way = recovery.ways[chosen ?? -1] ?? at('connecting')[0] ?? soonest[0] ?? recovery.ways[0];
  return way?.flow ?? { state: 'closed' };
}
