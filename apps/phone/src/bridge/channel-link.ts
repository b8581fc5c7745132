/**
 * Where there is no SharedWorker the same engine runs in a dedicated worker of one tab, the leader, and every tab talks
 * to it over a BroadcastChannel. When the leader goes, its worker goes with it and the next tab in line leads.
 */
import { CHANNEL, type ChannelMessage } from './channel.ts';
import type { OpenLink } from './link.ts';
import type { Locks } from './locks.ts';

export const openChannelLink: OpenLink = (tab, listener) => {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', ({ data }: MessageEvent<ChannelMessage>) => {
    if (data.kind === 'to-tab' && data.tab === tab) listener.received(data.message);
    else if (data.kind === 'started') listener.renewed();
  });
  return {
    post: (message) => channel.postMessage({ kind: 'to-engine', tab, message } satisfies ChannelMessage),
    close: () => channel.close(),
  };
};

/**
 * Stands for leader until `left`; runs `start` when this tab has become it. Without locks every tab is its own leader.
 */
export function standForLeader(locks: Locks | undefined, start: () => void, left: Promise<unknown>): void {
  if (!locks) {
    start();
    return;
  }
  let here = true;
  let leads = false;
  void left.then(() => {
    here = false;
  });
  const stand = locks.request('ringback-leader', async () => {
    if (!here) return;
    leads = true;
    start();
    await left;
  });
  // Refused, as to a site that may keep nothing: then as if there were none.
  stand.catch(() => {
    if (here && !leads) start();
  });
}

export function startDedicatedWorker(): Worker {
  return new Worker(new URL('../engine/worker.ts', import.meta.url), { type: 'module', name: 'ringback-engine' });
}
