import { createMediaHost } from '../media/index.ts';
import { openChannelLink, standForLeader, startDedicatedWorker } from './channel-link.ts';
import { Connection, type Incoming } from './connection.ts';
import { openSharedWorkerLink } from './link.ts';
import { askForLocalNetwork } from './local-network.ts';
import type { Locks } from './locks.ts';
import { Presence } from './presence.ts';
import type { Command, CommandResult, PhoneBridge, Snapshot } from './protocol.ts';
import { TraceLog } from './trace-log.ts';

/**
 * Connects this tab with the engine and gives the UI its only door to it. Call once per page.
 *
 * @example
 * const bridge = createPhoneBridge();
 * bridge.subscribe(() => render(bridge.getSnapshot()));
 * await bridge.send({ type: 'call', account, target: '101' });
 */
export function createPhoneBridge(): PhoneBridge {
  const tab = crypto.randomUUID?.() ?? `${performance.timeOrigin}-${Math.random()}`;
  const locks: Locks | undefined = navigator.locks;
  const presence = new Presence(tab, locks);
  const traces = new TraceLog();
  const changed = new EventTarget();
  const waiting = new Map<number, (result: CommandResult) => void>();
  const watched = new Map<string, Command>();
  let snapshot: Snapshot = NOTHING_YET;
  let lastCommand = 0;

  let shared = typeof SharedWorker === 'function';
  const connection = new Connection({
    tab,
    open: (own, listener) => {
      try {
        if (shared) return openSharedWorkerLink(own, listener);
      } catch {
        // There is such a thing, but not for a site that may keep nothing.
        shared = false;
        lead();
      }
      return openChannelLink(own, listener);
    },
    presence,
    locks,
    delay: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    listener: { received, restarted, waiting: () => show(WAITING), outdated },
  });
  const media = createMediaHost((call, event) => connection.post({ type: 'media-event', call, event }));

  function received(message: Incoming): void {
    switch (message.type) {
      case 'snapshot':
        show(message.snapshot);
        break;
      case 'result':
        waiting.get(message.id)?.(message.result);
        waiting.delete(message.id);
        break;
      case 'media': {
        const { id, call, request } = message;
        void media.request(call, request).then((result) => connection.post({ type: 'media-result', id, result }));
        break;
      }
      case 'trace':
        traces.add(message.key, message.entries);
        changed.dispatchEvent(new Event('trace'));
        break;
    }
  }

  /** A new engine knows nothing of what this tab asked of the last one. */
  function restarted(): void {
    media.closeAll();
    for (const answer of waiting.values()) answer(RESTARTED);
    waiting.clear();
    for (const command of watched.values()) void send(command);
  }

  function outdated(engineVersion: number): void {
    // Once: when the reload brings the same page again, the server itself is older than the engine.
    if (sessionStorage.getItem(RELOADED) === String(engineVersion)) {
      show(WAITING);
      return;
    }
    sessionStorage.setItem(RELOADED, String(engineVersion));
    location.reload();
  }

  function show(next: Snapshot): void {
    snapshot = next;
    changed.dispatchEvent(new Event('snapshot'));
  }

  function listen(kind: 'snapshot' | 'trace', listener: () => void): () => void {
    // Each subscription stands for itself, even when the same function subscribes twice.
    const own = (): void => listener();
    changed.addEventListener(kind, own);
    return () => changed.removeEventListener(kind, own);
  }

  function send(command: Command): Promise<CommandResult> {
    const id = ++lastCommand;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      connection.post({ type: 'command', id, command });
    });
  }

  function lead(): void {
    if (shared) return;
    const left = new Promise<PageTransitionEvent>((resolve) => addEventListener('pagehide', resolve, { once: true }));
    const start = (): void => {
      const worker = startDedicatedWorker();
      // A page that is closed takes its worker along, which uses the moment to unregister; one that is only put aside
      // must not keep an engine that is frozen with it.
      void left.then(({ persisted }) => {
        if (persisted) worker.terminate();
      });
    };
    standForLeader(locks, start, left);
  }

  addEventListener('pagehide', () => {
    media.closeAll();
    connection.leave();
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    lead();
    connection.open();
  });
  addEventListener('online', () => connection.post({ type: 'wake', cause: 'online' }));
  document.addEventListener('resume', () => connection.post({ type: 'wake', cause: 'resume' }));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') connection.post({ type: 'wake', cause: 'visible' });
  });
  lead();
  connection.open();

  return {
    tab,
    getSnapshot: () => snapshot,
    subscribe: (listener) => listen('snapshot', listener),
    async send(command) {
      if (command.type === 'sign-in') await askForLocalNetwork(command.login.server);
      if (command.type === 'watch-trace') {
        traces.forget(command.sipCallId);
        watched.set(command.sipCallId, command);
      }
      if (command.type === 'unwatch-trace') watched.delete(command.sipCallId);
      return send(command);
    },
    getTrace: (sipCallId) => traces.get(sipCallId),
    subscribeTrace: (listener) => listen('trace', listener),
    levels: (call) => media.levels(call),
  };
}

const RELOADED = 'ringback-reloaded-for';

const NOTHING_YET: Snapshot = {
  accounts: [],
  calls: [],
  recents: [],
  contacts: [],
  people: {},
  updateAfterCall: false,
  starting: true,
};

const WAITING: Snapshot = { ...NOTHING_YET, starting: false, updateAfterCall: true };

const RESTARTED: CommandResult = {
  ok: false,
  problem: { kind: 'other', detail: 'engine restarted' },
  message: 'The phone had to restart. Please try again.',
};
