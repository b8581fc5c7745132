import { expect, test } from 'vitest';
import type { Timer } from '../runtime/index.ts';
import { seededRandom, VirtualClock } from '../testing/index.ts';
import { noWays, type Recovery, type RecoveryAction, type RecoveryEvent, step } from './recovery.ts';
import { defaultReconnect } from './retry-schedule.ts';

/** The machine alone, in a world of its own: connections that come and go, a registrar with moods, and calls. */
class World {
  readonly clock = new VirtualClock();
  readonly random: () => number;
  recovery: Recovery;
  /** Chance that something goes wrong. */
  trouble = 0.3;
  /** What the user wants, by way. */
  readonly wanted: boolean[];
  /** The registrar's last word: bound, or refused for good. */
  readonly word: ('bound' | 'unbound' | 'refused')[];
  readonly calls = new Map<string, { readonly told: number[]; readonly restarted: number[] }>();
  recoveries = 0;
  readonly #up: boolean[];
  readonly #asking: (Timer | undefined)[];
  readonly #waiting: (Timer | undefined)[];
  readonly #due: RecoveryAction[] = [];
  #busy = false;

  constructor(seed: number, ways: number) {
    const random = seededRandom(seed);
    this.random = () => random.number();
    this.recovery = noWays(ways, defaultReconnect);
    const each = <T>(value: T): T[] => Array.from({ length: ways }, () => value);
    this.wanted = each(false);
    this.word = each('unbound');
    this.#up = each(false);
    this.#asking = each(undefined);
    this.#waiting = each(undefined);
  }

  tell(event: RecoveryEvent): void {
    const before = this.recovery;
    const [recovery, actions] = step(before, { ...event, now: this.clock.now(), dice: this.random() });
    this.recovery = recovery;
    this.#due.push(...actions);
    const recovers = actions.filter((each) => each.do === 'recover');
    const main = recovery.main === undefined ? undefined : recovery.ways[recovery.main];
    // Told once, when there is a main way and it was not there before.
    const moved =
      main !== undefined && (before.main !== recovery.main || before.ways[before.main ?? 0]?.flow !== main.flow);
    expect(recovers.length).toBe(moved ? 1 : 0);
    if (main) expect(main.flow.state).toBe('open');
    else expect(recovery.ways.some(({ ready }) => ready)).toBe(false);
    if (this.#busy) return;
    this.#busy = true;
    for (let action = this.#due.shift(); action; action = this.#due.shift()) this.#act(action);
    this.#busy = false;
  }

  /** Something of outside happens. */
  happen(): void {
    const way = Math.floor(this.random() * this.wanted.length);
    const pick = <T>(...of: readonly T[]): T => of[Math.floor(this.random() * of.length)] as T;
    switch (pick('lost', 'lost', 'silent', 'network', 'ask', 'refresh', 'forget', 'call', 'stalled', 'stop', 'start')) {
      case 'lost':
        this.lose(way);
        break;
      case 'silent':
        if (this.#up[way]) this.tell({ type: 'silent', way, cause: 'no answer' });
        break;
      case 'network':
        this.tell({ type: 'network' });
        break;
      case 'ask':
        this.#wish(way, true);
        break;
      case 'refresh':
        if (this.wanted[way]) this.tell({ type: 'ask', way, wanted: true });
        break;
      case 'forget':
        this.wanted[way] = false;
        if (this.#up[way] && (this.word[way] === 'bound' || this.#asking[way]))
          this.tell({ type: 'ask', way, wanted: false });
        else {
          this.word[way] = 'unbound';
          this.tell({ type: 'forget', way });
        }
        break;
      case 'call':
        this.calls.set(`call ${this.calls.size}`, { told: [], restarted: [] });
        break;
      case 'stalled':
        for (const call of this.calls.keys()) if (this.random() < 0.3) this.tell({ type: 'stalled', call });
        break;
      case 'stop':
        if (this.random() < 0.2) this.tell({ type: 'stop' });
        break;
      case 'start':
        this.tell({ type: 'start' });
    }
  }

  lose(way: number): void {
    if (!this.#up[way]) return;
    this.#cut(way);
    this.tell({ type: 'lost', way, cause: 'cut' });
  }

  #wish(way: number, wanted: boolean): void {
    this.wanted[way] = wanted;
    if (this.word[way] === 'refused') this.word[way] = 'unbound';
    this.tell({ type: 'ask', way, wanted });
  }

  #cut(way: number): void {
    this.#up[way] = false;
    this.#asking[way]?.cancel();
    this.#asking[way] = undefined;
    // What could not be removed runs out by itself.
    if (!this.wanted[way]) this.word[way] = 'unbound';
  }

  #act(action: RecoveryAction): void {
    const { clock } = this;
    switch (action.do) {
      case 'connect': {
        const { way } = action;
        expect(this.#up[way]).toBe(false);
        this.#waiting[way]?.cancel();
        const fails = this.random() < this.trouble;
        this.#waiting[way] = clock.at(clock.now() + 20 + this.random() * 200, () => {
          this.#waiting[way] = undefined;
          if (!fails) this.#up[way] = true;
          this.tell(fails ? { type: 'lost', way, cause: 'refused' } : { type: 'opened', way });
        });
        break;
      }
      case 'drop':
        this.#waiting[action.way]?.cancel();
        this.#waiting[action.way] = undefined;
        this.#cut(action.way);
        break;
      case 'wait': {
        const { way } = action;
        this.#waiting[way]?.cancel();
        this.#waiting[way] = clock.at(action.at, () => {
          this.#waiting[way] = undefined;
          this.tell({ type: 'due', way });
        });
        break;
      }
      case 'fail':
        this.lose(action.way);
        break;
      case 'check':
        expect(this.#up[action.way]).toBe(true);
        break;
      case 'register':
        this.#register(action.way);
        break;
      case 'recover':
        this.recoveries += 1;
        for (const [name, { told, restarted }] of this.calls) {
          told.push(this.recoveries);
          if (action.stalled.includes(name)) restarted.push(this.recoveries);
        }
        break;
      case 'restart':
        expect(this.recovery.ways.some(({ flow }) => flow.state === 'open')).toBe(true);
        this.calls.get(action.call)?.restarted.push(-clock.now());
    }
  }

  #register(way: number): void {
    const { clock } = this;
    // Open, and one at a time (§10.2).
    expect(this.#up[way]).toBe(true);
    expect(this.#asking[way]).toBeUndefined();
    const asked = this.wanted[way];
    this.#asking[way] = clock.at(clock.now() + 10 + this.random() * 5000, () => {
      this.#asking[way] = undefined;
      const luck = this.random();
      const wanted = () => this.wanted[way] === true && this.word[way] !== 'refused';
      const outcome = asked === this.wanted[way] ? 'word' : 'again';
      if (luck > this.trouble) {
        this.word[way] = asked ? 'bound' : 'unbound';
        this.tell({ type: 'answered', way, wanted: wanted(), outcome });
      } else if (!asked) {
        this.word[way] = 'unbound';
        this.tell({ type: 'answered', way, wanted: wanted(), outcome });
      } else if (!this.wanted[way] && this.word[way] === 'bound') {
        this.tell({ type: 'answered', way, wanted: false, outcome: 'again' });
      } else if (luck > this.trouble * 0.8) {
        this.word[way] = 'refused';
        this.tell({ type: 'answered', way, wanted: false, outcome: 'word' });
      } else if (luck > this.trouble * 0.5) {
        // 503: the registration comes back by itself.
        this.tell({ type: 'answered', way, wanted: wanted(), outcome: 'word' });
        clock.at(clock.now() + 30_000, () => {
          if (wanted()) this.tell({ type: 'ask', way, wanted: true });
        });
      } else this.tell({ type: 'answered', way, wanted: wanted(), outcome: 'silence' });
    });
  }
}

test('whatever happens: one REGISTER at a time on a flow, each call told once per recovery, and in the end registered or given up (RFC 5626 §4.5, trap 4.7 #96)', () => {
  let recoveries = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const world = new World(seed, 1 + (seed % 3));
    world.tell({ type: 'start' });
    for (let i = 0; i < 60; i++) {
      world.happen();
      world.clock.advance(world.random() < 0.1 ? world.random() * 600_000 : world.random() * 3000);
    }
    world.trouble = 0;
    world.tell({ type: 'start' });
    world.clock.advance(2 * 1_800_000);
    for (const [way, { flow, asked, ready }] of world.recovery.ways.entries()) {
      const context = `seed ${seed}, way ${way}`;
      expect({ state: flow.state, asked, ready }, context).toEqual({ state: 'open', asked: false, ready: true });
      if (world.wanted[way]) expect(['bound', 'refused'], context).toContain(world.word[way]);
      else expect(world.word[way], context).not.toBe('bound');
    }
    expect(world.recovery.main, `seed ${seed}`).toBeDefined();
    expect(world.recovery.stalled).toEqual([]);
    for (const { told, restarted } of world.calls.values()) {
      // Each call hears of every recovery since it began, of each once, and media of none is forgotten.
      const [first = 0] = told;
      expect(told).toEqual(Array.from({ length: told.length }, (_, i) => first + i));
      if (told.length > 0) expect(told.at(-1)).toBe(world.recoveries);
      expect(new Set(restarted.filter((each) => each > 0)).size).toBe(restarted.filter((each) => each > 0).length);
    }
    recoveries += world.recoveries;
  }
  expect(recoveries).toBeGreaterThan(2000);
});

/** The machine with its events at times of our choosing. */
function machine(ways: number) {
  let recovery = noWays(ways, defaultReconnect);
  let now = 0;
  return {
    get recovery() {
      return recovery;
    },
    at(time: number) {
      now = time;
    },
    tell(event: RecoveryEvent, dice = 0): readonly RecoveryAction[] {
      const [next, actions] = step(recovery, { ...event, now, dice });
      recovery = next;
      return actions;
    },
  };
}

test('with one flow still up the next tries wait 90 s · 2ⁿ, at most 1800 s, of which 50 to 100 % (RFC 5626 §4.5, trap 4.2 #34, REG-032)', () => {
  for (const dice of [0, 1]) {
    const { tell, at } = machine(2);
    tell({ type: 'start' });
    for (const way of [0, 1]) tell({ type: 'opened', way });
    const waits: number[] = [];
    let now = 60_000;
    for (let i = 0; i < 8; i++) {
      at(now);
      const [wait] = tell({ type: 'lost', way: 1, cause: 'cut' }, dice);
      if (wait?.do !== 'wait') throw new Error('it does not wait');
      waits.push(wait.at - now);
      now = wait.at;
      at(now);
      expect(tell({ type: 'due', way: 1 })).toEqual([{ do: 'connect', way: 1 }]);
    }
    const share = 0.5 + dice / 2;
    expect(waits).toEqual([dice * 300, ...[180, 360, 720, 1440, 1800, 1800, 1800].map((s) => s * 1000 * share)]);
  }
});

test('when the last flow fails the others are tried at once: all of them failed (RFC 5626 §4.5)', () => {
  const { tell, at } = machine(3);
  tell({ type: 'start' });
  for (const way of [0, 1]) tell({ type: 'opened', way });
  at(20_000);
  tell({ type: 'lost', way: 2, cause: 'refused' }, 1);
  tell({ type: 'due', way: 2 });
  expect(tell({ type: 'lost', way: 2, cause: 'refused' }, 1)).toEqual([{ do: 'wait', way: 2, at: 200_000 }]);
  at(40_000);
  expect(tell({ type: 'lost', way: 0, cause: 'cut' }, 1)).toEqual([
    { do: 'wait', way: 0, at: 40_300 },
    { do: 'recover', stalled: [] },
  ]);
  expect(tell({ type: 'due', way: 0 })).toEqual([{ do: 'connect', way: 0 }]);
  at(50_000);
  expect(tell({ type: 'lost', way: 1, cause: 'cut' }, 1)).toEqual([
    { do: 'wait', way: 1, at: 50_300 },
    { do: 'wait', way: 2, at: 50_300 },
  ]);
});

test('media that stalls while there is no way begins anew in the recovery, once; with a way, now (RFC 5626 §4.5)', () => {
  const { tell } = machine(1);
  tell({ type: 'start' });
  tell({ type: 'ask', way: 0, wanted: true });
  expect(tell({ type: 'opened', way: 0 })).toEqual([{ do: 'register', way: 0 }]);
  for (let i = 0; i < 2; i++) expect(tell({ type: 'stalled', call: 'a' })).toEqual([]);
  expect(tell({ type: 'answered', way: 0, wanted: true, outcome: 'word' })).toEqual([
    { do: 'recover', stalled: ['a'] },
  ]);
  expect(tell({ type: 'stalled', call: 'a' })).toEqual([
    { do: 'check', way: 0 },
    { do: 'restart', call: 'a' },
  ]);
  tell({ type: 'lost', way: 0, cause: 'cut' });
  tell({ type: 'due', way: 0 });
  tell({ type: 'opened', way: 0 });
  // The registrar says no for good: calls go on without it.
  expect(tell({ type: 'answered', way: 0, wanted: false, outcome: 'word' })).toEqual([{ do: 'recover', stalled: [] }]);
});
