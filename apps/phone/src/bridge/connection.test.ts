import { beforeEach, describe, expect, it } from 'vitest';
import { Connection } from './connection.ts';
import type { Link, LinkListener } from './link.ts';
import { ENGINE_LOCK, type Locks } from './locks.ts';
import { Presence } from './presence.ts';
import type { ToEngine, ToTab } from './protocol.ts';

describe('the tab and its engine', () => {
  let lab: Lab;
  beforeEach(() => {
    lab = new Lab();
  });

  it('says hello once it holds its lock, and sends what was asked meanwhile after the welcome', async () => {
    lab.connection.open();
    lab.connection.post({ type: 'wake', cause: 'online' });
    await lab.settle();
    expect(lab.locks.held).toEqual(['ringback-tab-t1']);
    expect(lab.link.sent).toEqual([{ type: 'hello', tab: 't1', version: 5, lock: 'ringback-tab-t1' }]);
    lab.link.hear(welcome());
    expect(lab.link.sent.at(-1)).toEqual({ type: 'wake', cause: 'online' });
  });
  it('asks again when no welcome comes', async () => {
    lab.connection.open();
    await lab.settle();
    lab.elapse();
    await lab.settle();
    expect(lab.links).toHaveLength(2);
    expect(lab.links[0]?.closed).toBe(true);
    expect(lab.link.sent).toHaveLength(1);
  });
  it('finds the next engine when the lock of this one becomes free', async () => {
    await lab.welcomed();
    lab.locks.release(ENGINE_LOCK);
    await lab.settle();
    expect(lab.links).toHaveLength(2);
    lab.link.hear(welcome('another'));
    expect(lab.events).toEqual(['restarted']);
  });
  it('keeps what it holds when the same engine answers again', async () => {
    await lab.welcomed();
    lab.connection.renewed();
    await lab.settle();
    lab.link.hear(welcome());
    expect(lab.events).toEqual([]);
  });
  it('hears nothing before the welcome', async () => {
    lab.connection.open();
    await lab.settle();
    lab.link.hear({ type: 'trace', key: 'x', entries: [] });
    expect(lab.events).toEqual([]);
  });
  it('waits for an older engine that has calls, and starts anew when that one retires', async () => {
    lab.connection.open();
    await lab.settle();
    lab.link.hear(welcome('old', 4));
    expect(lab.events).toEqual(['waiting']);
    lab.link.hear({ type: 'retire', version: 5 });
    expect(lab.links).toHaveLength(1);
    lab.locks.release(ENGINE_LOCK);
    await lab.settle();
    expect(lab.links).toHaveLength(2);
  });
  it('is outdated when the engine is newer, or makes room for a newer one', async () => {
    lab.connection.open();
    await lab.settle();
    lab.link.hear(welcome('new', 6));
    expect(lab.events).toEqual(['outdated 6']);
    const other = new Lab();
    await other.welcomed();
    other.link.hear({ type: 'retire', version: 6 });
    expect(other.events).toEqual(['outdated 6']);
  });
  it('says goodbye and lets go of its lock when the page leaves', async () => {
    await lab.welcomed();
    lab.connection.leave();
    await lab.settle();
    expect(lab.links[0]?.sent.at(-1)).toEqual({ type: 'bye' });
    expect(lab.locks.held).toEqual([]);
    lab.connection.open();
    await lab.settle();
    expect(lab.locks.held).toEqual(['ringback-tab-t1']);
  });
});

const welcome = (engine = 'e1', version = 5): ToTab => ({ type: 'welcome', version, engine });

class FakeLink implements Link {
  readonly sent: ToEngine[] = [];
  closed = false;
  readonly listener: LinkListener;
  constructor(listener: LinkListener) {
    this.listener = listener;
  }
  post(message: ToEngine): void {
    this.sent.push(message);
  }
  close(): void {
    this.closed = true;
  }
  hear(message: ToTab): void {
    this.listener.received(message);
  }
}

/** Locks of tabs are free; the engine's is taken until the test releases it. */
class FakeLocks implements Locks {
  held: string[] = [];
  readonly #waiting: { name: string; run: () => void }[] = [];
  async request(name: string, options: unknown, wait?: () => Promise<void> | void): Promise<unknown> {
    const run = (wait ?? options) as () => Promise<void> | void;
    const { signal } = (wait ? options : {}) as { signal?: AbortSignal };
    if (name === ENGINE_LOCK) {
      const waiting = { name, run };
      this.#waiting.push(waiting);
      signal?.addEventListener('abort', () => this.#waiting.splice(this.#waiting.indexOf(waiting), 1));
      return undefined;
    }
    this.held.push(name);
    await run();
    this.held = this.held.filter((one) => one !== name);
    return undefined;
  }
  release(name: string): void {
    for (const one of this.#waiting.splice(0)) if (one.name === name) one.run();
  }
}

class Lab {
  readonly locks = new FakeLocks();
  readonly links: FakeLink[] = [];
  readonly events: string[] = [];
  readonly #timers = new Set<() => void>();
  readonly connection: Connection;
  constructor() {
    this.connection = new Connection({
      tab: 't1',
      version: 5,
      locks: this.locks,
      presence: new Presence('t1', this.locks),
      open: (_tab, listener) => {
        const link = new FakeLink(listener);
        this.links.push(link);
        return link;
      },
      delay: (_milliseconds, run) => {
        this.#timers.add(run);
        return () => this.#timers.delete(run);
      },
      listener: {
        received: ({ type }) => this.events.push(type),
        restarted: () => this.events.push('restarted'),
        waiting: () => this.events.push('waiting'),
        outdated: (version) => this.events.push(`outdated ${version}`),
      },
    });
  }
  get link(): FakeLink {
    return this.links.at(-1)!;
  }
  elapse(): void {
    for (const run of [...this.#timers]) run();
  }
  async welcomed(): Promise<void> {
    this.connection.open();
    await this.settle();
    this.link.hear(welcome());
  }
  async settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}
