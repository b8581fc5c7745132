import type { Clock, Timer } from '../runtime/clock.ts';
import { guarded } from '../runtime/guarded.ts';
import type { Log } from '../runtime/log.ts';
import { type AnyTable, step } from './step.ts';
import { delayOf, nextInterval, type TimerName, type TimerValues } from './timers.ts';

/** What every machine of a layer shares. */
export interface Environment {
  readonly clock: Clock;
  readonly log: Log;
  readonly timers: TimerValues;
}

type Retransmission = 'A' | 'E' | 'G';
export type TimerEffect = `start ${TimerName}` | `stop ${TimerName}` | `repeat ${Retransmission}` | 'repeat E at T2';

/**
 * The one interpreter of the four tables: holds the state, runs the timers, and leaves to its subclass what only that
 * can do: send and tell. The new state stands before anything is done, and a machine that has ended is out of the
 * layer's maps before anybody hears of it. What a listener throws is logged and breaks nothing.
 */
export abstract class Machine<State extends string, Event extends string, Effect extends string, Input> {
  protected readonly environment: Environment;
  readonly #table: AnyTable<State | 'terminated', Effect>;
  readonly #timers = new Map<TimerName | 'soon', Timer>();
  #state: State | 'terminated';
  /** The current interval of the one retransmission timer a machine has. */
  #interval = 0;
  /** A timer of zero length: it fires when the present turn is over. */
  #due: Event | undefined;
  #turns = 0;

  constructor(table: AnyTable<State | 'terminated', Effect>, initial: State, environment: Environment) {
    this.#table = table;
    this.#state = initial;
    this.environment = environment;
  }

  get state(): State | 'terminated' {
    return this.#state;
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  handle(event: Event, input?: Input): void {
    const row = step(this.#table, this.#state, event);
    if (row === undefined) return;
    this.#turns++;
    this.#state = row.next;
    if (row.next === 'terminated') this.#leave();
    for (const effect of row.effects) this.#perform(effect, input);
    if (row.next === 'terminated') this.#safely('ended', () => this.ended());
    this.#turns--;
    if (this.#due === undefined || this.#turns > 0) return;
    const due = this.#due;
    this.#due = undefined;
    this.handle(due);
  }

  /** Ends the machine from outside, without an event. */
  abandon(): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    this.#leave();
    this.#safely('ended', () => this.ended());
  }

  protected abstract readonly reliable: boolean;
  protected abstract act(effect: Exclude<Effect, TimerEffect>, input: Input | undefined): void;
  /** Leave the layer's maps. */
  protected abstract leave(): void;
  /** Tell that all is over. */
  protected abstract ended(): void;

  /** `event` after the present turn of the clock: for failures found while the caller is still calling. */
  protected soon(event: Event): void {
    this.#set('soon', 0, event);
  }

  /** A retransmission timer that the old flow did not need (§18.1.1: from TCP back to UDP). */
  protected startMissing(timer: Retransmission): void {
    if (!this.#timers.has(timer)) this.#start(timer);
  }

  #perform(effect: Effect, input: Input | undefined): void {
    // The names of timer effects are built so that they can be taken apart here.
    if (effect.startsWith('start ')) this.#start(effect.slice(6) as TimerName);
    else if (effect.startsWith('stop ')) this.#stop(effect.slice(5) as TimerName);
    else if (effect === 'repeat E at T2') this.#repeat('E', this.environment.timers.t2);
    else if (effect.startsWith('repeat ')) {
      const timer = effect.slice(7) as Retransmission;
      this.#repeat(timer, nextInterval(timer, this.#interval, this.environment.timers));
    } else this.#safely(effect, () => this.act(effect as Exclude<Effect, TimerEffect>, input));
  }

  #start(timer: TimerName): void {
    const delay = delayOf(timer, this.environment.timers, this.reliable);
    if (delay === undefined) return;
    if (delay === 0) this.#due = `timer ${timer}` as Event;
    else if (timer === 'A' || timer === 'E' || timer === 'G') this.#repeat(timer, delay);
    else this.#set(timer, delay, `timer ${timer}` as Event);
  }

  #repeat(timer: Retransmission, interval: number): void {
    if (this.reliable) return;
    this.#interval = interval;
    this.#set(timer, interval, `timer ${timer}` as Event);
  }

  #set(timer: TimerName | 'soon', delay: number, event: Event): void {
    // Something this turn told may have ended the machine.
    if (this.#state === 'terminated') return;
    this.#timers.get(timer)?.cancel();
    const { clock } = this.environment;
    this.#timers.set(
      timer,
      clock.at(clock.now() + delay, () => {
        this.#timers.delete(timer);
        this.handle(event);
      }),
    );
  }

  #stop(timer: TimerName): void {
    this.#timers.get(timer)?.cancel();
    this.#timers.delete(timer);
  }

  #leave(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.leave();
  }

  #safely(what: string, run: () => void): void {
    guarded(this.environment.log, 'transaction-listener-threw', run, what);
  }
}
