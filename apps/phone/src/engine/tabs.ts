import type { Locks } from '../bridge/locks.ts';
import type { CallId, MediaRequest, MediaResult, TabId, ToTab } from '../bridge/protocol.ts';

/** The way back to one tab. */
export interface TabPort {
  post(message: ToTab): void;
}

interface Tab {
  readonly port: TabPort;
  readonly watch: AbortController;
}

/** The tabs that are there, and the questions about media they still owe an answer to. */
export class Tabs {
  readonly #locks: Locks | undefined;
  readonly #gone: (tab: TabId) => void;
  readonly #tabs = new Map<TabId, Tab>();
  readonly #asked = new Map<number, { readonly tab: TabId; readonly answer: (result: MediaResult) => void }>();
  #lastRequest = 0;

  constructor(locks: Locks | undefined, gone: (tab: TabId) => void) {
    this.#locks = locks;
    this.#gone = gone;
  }

  get size(): number {
    return this.#tabs.size;
  }

  has(tab: TabId): boolean {
    return this.#tabs.has(tab);
  }

  /** `lock`: the tab holds it while it lives. It may come again over another port, after a connection that hung. */
  arrive(tab: TabId, lock: string, port: TabPort): void {
    this.#tabs.get(tab)?.watch.abort();
    const watch = new AbortController();
    this.#tabs.set(tab, { port, watch });
    this.#locks
      ?.request(lock, { mode: 'shared', signal: watch.signal }, () => {
        if (this.#tabs.get(tab)?.watch === watch) this.leave(tab);
      })
      .catch(() => undefined);
  }

  leave(tab: TabId): void {
    const known = this.#tabs.get(tab);
    if (!known) return;
    known.watch.abort();
    this.#tabs.delete(tab);
    for (const [id, { answer }] of [...this.#asked].filter(([, asked]) => asked.tab === tab)) {
      this.#asked.delete(id);
      answer(TAB_GONE);
    }
    this.#gone(tab);
  }

  post(tab: TabId, message: ToTab): void {
    this.#tabs.get(tab)?.port.post(message);
  }

  broadcast(message: ToTab): void {
    for (const { port } of this.#tabs.values()) port.post(message);
  }

  /** Asks the tab that holds a call's microphone. A tab that is gone answers at once. */
  ask(tab: TabId | undefined, call: CallId, request: MediaRequest): Promise<MediaResult> {
    if (tab === undefined || !this.#tabs.has(tab)) return Promise.resolve(TAB_GONE);
    const id = ++this.#lastRequest;
    return new Promise((answer) => {
      this.#asked.set(id, { tab, answer });
      this.post(tab, { type: 'media', id, call, request });
    });
  }

  answered(tab: TabId, id: number, result: MediaResult): void {
    const asked = this.#asked.get(id);
    if (asked?.tab !== tab) return;
    this.#asked.delete(id);
    asked.answer(result);
  }
}

const TAB_GONE: MediaResult = {
  ok: false,
  status: 487,
  error: 'TabGone',
  detail: 'The window with the microphone was closed.',
};
