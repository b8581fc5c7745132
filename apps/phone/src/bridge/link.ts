import type { ToEngine, ToTab } from './protocol.ts';

/** A way to the engine. It only carries messages; whether the engine lives is the connection's business. */
export interface Link {
  post(message: ToEngine): void;
  close(): void;
}

export interface LinkListener {
  received(message: ToTab): void;
  /** An engine has just started, or this one broke: say hello (again). */
  renewed(): void;
}

export type OpenLink = (tab: string, listener: LinkListener) => Link;

/** One worker per origin, whatever the number of tabs: its URL and its name never change from build to build. */
export const openSharedWorkerLink: OpenLink = (_tab, listener) => {
  const worker = new SharedWorker(new URL('../engine/worker.ts', import.meta.url), {
    type: 'module',
    name: 'ringback-engine',
  });
  worker.addEventListener('error', () => listener.renewed());
  worker.port.addEventListener('message', ({ data }: MessageEvent<ToTab>) => listener.received(data));
  worker.port.start();
  return {
    post: (message) => worker.port.postMessage(message),
    close: () => worker.port.close(),
  };
};
