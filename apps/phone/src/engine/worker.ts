/**
 * Entry of the worker. As a SharedWorker it is there once per origin; where that does not exist, one tab runs it as its
 * dedicated worker and all tabs reach it over a BroadcastChannel.
 */
import { cryptoRandom, type Log, systemClock } from '@ringback/sip';
import { CHANNEL, type ChannelMessage } from '../bridge/channel.ts';
import { ENGINE_LOCK, type Locks } from '../bridge/locks.ts';
import type { ToEngine } from '../bridge/protocol.ts';
import { Engine } from './engine.ts';
import { openStore } from './store.ts';
import type { TabPort } from './tabs.ts';

type Receive = (port: TabPort, message: ToEngine) => void;

const scope = self as unknown as WorkerGlobalScope & { readonly close: () => void; onconnect?: unknown };
const shared = 'onconnect' in scope;
const locks: Locks | undefined = scope.navigator.locks;

const log: Log = (level, event, fields) => {
  if (level === 'warn' || level === 'error') console[level](`ringback: ${event}`, fields ?? '');
};

/** Held until this worker ends: two engines never have a connection at the same time. */
const locked: Promise<void> = locks
  ? new Promise((held) => {
      locks
        .request(ENGINE_LOCK, () => {
          held();
          return new Promise<void>(() => undefined);
        })
        // A browser that lets the site keep nothing gives no locks either.
        .catch(held);
    })
  : Promise.resolve();

const engine: Promise<Engine> = locked.then(async () => {
  const started = new Engine({
    store: await openStore((error) => log('warn', 'storage', { error: String(error) })),
    locks,
    clock: systemClock({
      now: () => Date.now(),
      setTimeout: (run, delay) => setTimeout(run, delay),
      clearTimeout: (handle: ReturnType<typeof setTimeout>) => clearTimeout(handle),
    }),
    random: cryptoRandom(crypto),
    log,
    origin: scope.location.origin,
    close: () => scope.close(),
  });
  await started.load();
  return started;
});

const receive: Receive = (port, message) => void engine.then((ready) => ready.received(port, message));

if (shared) {
  scope.addEventListener('connect', (event) => {
    const [port] = (event as MessageEvent).ports;
    if (!port) return;
    const tab: TabPort = { post: (message) => port.postMessage(message) };
    port.addEventListener('message', ({ data }: MessageEvent<ToEngine>) => receive(tab, data));
    port.start();
  });
} else {
  serveChannel(receive);
}

/** One port per tab, made when the tab is heard of first. */
function serveChannel(hear: Receive): void {
  const channel = new BroadcastChannel(CHANNEL);
  const ports = new Map<string, TabPort>();
  const send = (message: ChannelMessage): void => channel.postMessage(message);
  channel.addEventListener('message', ({ data }: MessageEvent<ChannelMessage>) => {
    if (data.kind !== 'to-engine') return;
    const { tab, message } = data;
    const port = ports.get(tab) ?? { post: (answer) => send({ kind: 'to-tab', tab, message: answer }) };
    ports.set(tab, port);
    hear(port, message);
    if (message.type === 'bye') ports.delete(tab);
  });
  void engine.then(() => send({ kind: 'started' }));
}
