import type { Timer } from './clock.ts';

/** Pending alarms, earliest first, first come first served among equals: a binary heap whose entries know their place. */
export class TimerQueue {
  readonly #heap: Entry[] = [];
  #sequence = 0;

  get size(): number {
    return this.#heap.length;
  }

  get earliest(): number | undefined {
    return this.#heap[0]?.deadline;
  }

  add(deadline: number, run: () => void): Timer {
    const entry = new Entry(this, deadline, this.#sequence++, run);
    this.#heap.push(entry);
    this.#rise(entry, this.#heap.length - 1);
    return entry;
  }

  /** Takes out the earliest alarm that is due at `now`. The caller runs it. */
  takeDue(now: number): (() => void) | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.deadline > now) return undefined;
    this.remove(first);
    return first.run;
  }

  /** Runs what is due at `now`. Alarms set meanwhile wait for the next round, so that a round always ends. */
  runDue(now: number): void {
    const newest = this.#sequence;
    for (let first = this.#heap[0]; first !== undefined && first.deadline <= now; first = this.#heap[0]) {
      if (first.sequence >= newest) return;
      this.remove(first);
      first.run();
    }
  }

  remove(entry: Entry): void {
    const place = entry.place;
    if (place < 0) return;
    entry.place = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#rise(last, place);
    this.#sink(last, last.place);
  }

  #rise(entry: Entry, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || !isEarlier(entry, parent)) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(entry, place);
  }

  #sink(entry: Entry, from: number): void {
    let place = from;
    for (;;) {
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      const child = left !== undefined && right !== undefined && isEarlier(right, left) ? right : left;
      if (child === undefined || !isEarlier(child, entry)) break;
      const below = child.place;
      this.#put(child, place);
      place = below;
    }
    this.#put(entry, place);
  }

  #put(entry: Entry, place: number): void {
    this.#heap[place] = entry;
    entry.place = place;
  }
}

class Entry implements Timer {
  readonly deadline: number;
  readonly sequence: number;
  readonly run: () => void;
  place = -1;
  readonly #queue: TimerQueue;

  constructor(queue: TimerQueue, deadline: number, sequence: number, run: () => void) {
    this.#queue = queue;
    this.deadline = deadline;
    this.sequence = sequence;
    this.run = run;
  }

  cancel(): void {
    this.#queue.remove(this);
  }
}

function isEarlier(a: Entry, b: Entry): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.sequence < b.sequence);
}
