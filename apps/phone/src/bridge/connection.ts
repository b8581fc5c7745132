/**
 * The tab's side of the bridge: finds the engine, says hello, notices when the engine is gone or of another build, and
 * begins again. Who is on the other side (worker or channel) does not matter here.
 */
import type { Link, LinkListener, OpenLink } from './link.ts';
import { ENGINE_LOCK, type Locks } from './locks.ts';
import { engineGone, type Presence } from './presence.ts';
import { PROTOCOL_VERSION, type ToEngine, type ToTab } from './protocol.ts';

export type Incoming = Exclude<ToTab, { type: 'welcome' | 'retire' }>;

export interface ConnectionListener {
  received(message: Incoming): void;
  /** Another engine than before answered: whatever was asked of that one, or held for it, is void. */
  restarted(): void;
  /** The engine is of another build and has calls; it makes room when they have ended. */
  waiting(): void;
  /** This tab is older than the engine: only a reload helps. */
  outdated(engineVersion: number): void;
}

export interface ConnectionOptions {
  readonly tab: string;
  readonly open: OpenLink;
  readonly presence: Presence;
  readonly locks: Locks | undefined;
  readonly listener: ConnectionListener;
  readonly version?: number;
  readonly delay: (milliseconds: number, run: () => void) => () => void;
}

export class Connection implements LinkListener {
  readonly #options: ConnectionOptions;
  readonly #version: number;
  #link: Link | undefined;
  #engine: string | undefined;
  #welcome = false;
  #unsent: ToEngine[] = [];
  #watch = new AbortController();
  #stopRetry: () => void = () => undefined;
  #tries = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#version = options.version ?? PROTOCOL_VERSION;
  }

  open(): void {
    this.#drop();
    const link = this.#options.open(this.#options.tab, this);
    this.#link = link;
    // A worker that is just ending may still take the connection: no welcome means try again.
    const patience = PATIENCE[Math.min(this.#tries++, PATIENCE.length - 1)] ?? 0;
    this.#stopRetry = this.#options.delay(patience, () => this.open());
    const hello = (): void => {
      if (this.#link === link) this.#hello();
    };
    // Without its lock the tab is still heard; only its end is noticed later.
    void this.#options.presence.take().then(hello, hello);
  }

  /** Messages wait until the engine has said welcome. */
  post(message: ToEngine): void {
    if (this.#welcome) this.#link?.post(message);
    else this.#unsent.push(message);
  }

  /** The page goes away or into the back/forward cache. */
  leave(): void {
    this.#link?.post({ type: 'bye' });
    this.#drop();
    this.#unsent = [];
    this.#options.presence.leave();
  }

  renewed(): void {
    if (this.#welcome) this.open();
    else this.#hello();
  }

  received(message: ToTab): void {
    switch (message.type) {
      case 'welcome':
        this.#welcomed(message.version, message.engine);
        break;
      case 'retire':
        if (message.version > this.#version) this.#options.listener.outdated(message.version);
        else this.#openAfterwards();
        break;
      case 'snapshot':
      case 'result':
      case 'media':
      case 'trace':
        if (this.#welcome) this.#options.listener.received(message);
        break;
    }
  }

  #hello(): void {
    const { tab, presence } = this.#options;
    this.#link?.post({ type: 'hello', tab, version: this.#version, lock: presence.lock });
  }

  #welcomed(version: number, engine: string): void {
    this.#stopRetry();
    this.#tries = 0;
    if (version > this.#version) {
      this.#options.listener.outdated(version);
      return;
    }
    this.#openWhenGone();
    if (version < this.#version) {
      this.#options.listener.waiting();
      return;
    }
    this.#welcome = true;
    const before = this.#engine;
    this.#engine = engine;
    if (before !== undefined && before !== engine) {
      this.#unsent = [];
      this.#options.listener.restarted();
    }
    for (const message of this.#unsent.splice(0)) this.#link?.post(message);
  }

  /** The engine is ending: a connection made now might still go to it. */
  #openAfterwards(): void {
    this.#drop();
    this.#stopRetry = this.#options.delay(MAKES_ROOM, () => this.open());
    this.#openWhenGone();
  }

  #openWhenGone(): void {
    const watch = new AbortController();
    this.#watch.abort();
    this.#watch = watch;
    engineGone(this.#options.locks, ENGINE_LOCK, watch.signal, () => {
      if (this.#watch === watch) this.open();
    });
  }

  #drop(): void {
    this.#stopRetry();
    this.#watch.abort();
    this.#link?.close();
    this.#link = undefined;
    this.#welcome = false;
  }
}

/**
 * Milliseconds until a silent engine is asked again. Soon at first, since the connection may have gone to one that was just
 * ending; asking one that is still starting does no harm.
 */
const PATIENCE: readonly number[] = [300, 600, 1200, 2500];

/** Milliseconds a retiring engine may take, where no lock tells when it is gone. */
const MAKES_ROOM = 3000;
