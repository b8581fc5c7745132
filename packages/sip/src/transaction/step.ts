/**
 * How the four figures of §17 are written down. A machine is a table: for each state, what each event leads to. A pair
 * that is not in the table changes nothing; §17 treats it so too. `step` is pure: it reads the table and says what to
 * do. Doing it is the interpreter's business (`machine.ts`).
 *
 * In a row the up-calls stand last, so that a listener meets a machine whose timers are already right.
 */
export type Table<State extends string, Event extends string, Effect extends string> = {
  readonly [S in State]: { readonly [E in Event]?: Row<State, Effect> };
};

export interface Row<State extends string, Effect extends string> {
  readonly next: State;
  readonly effects: readonly Effect[];
}

/** Any table whose states and effects are among these: what the interpreter takes. */
export interface AnyTable<State extends string, Effect extends string> {
  readonly [state: string]: { readonly [event: string]: Row<State, Effect> | undefined } | undefined;
}

export function to<const State extends string, const Effect extends string>(
  next: State,
  ...effects: readonly Effect[]
): Row<State, Effect> {
  return { next, effects };
}

/** `undefined`: this event means nothing in this state. */
export function step<State extends string, Effect extends string>(
  table: AnyTable<State, Effect>,
  state: State,
  event: string,
): Row<State, Effect> | undefined {
  return table[state]?.[event];
}
