import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { CutRelay } from './cut-relay.ts';
import { freePort, taken } from './free-ports.ts';
import { LossyRelay, RELAY } from './lossy-relay.ts';
import { NodeAgent, type NodeAgentOptions } from './node-agent.ts';
import { Sipp } from './sipp.ts';

/** One scenario of sipp against a user agent of ours. */
export interface Scene extends Pick<NodeAgentOptions, 'incoming' | 'options' | 'events' | 'speed'> {
  /** A file of `e2e/sipp/agent`, or `uac` or `uas`, which are built into sipp. */
  readonly scenario: string;
  /** What our side does; absent where it only answers. */
  readonly act?: ((agent: NodeAgent, cut: () => void) => Promise<unknown>) | undefined;
  /** Our connection leads to sipp by one that `act` can cut. TCP only. */
  readonly cuts?: boolean | undefined;
  /** Calls as sipp counts them: by Call-ID. Default 1. */
  readonly calls?: number | undefined;
  /** Calls that sipp begins in a second. */
  readonly perSecond?: number | undefined;
  /** Further parameters of sipp. */
  readonly more?: readonly string[] | undefined;
  /** Share of the datagrams that are lost on the way, and how the dice fall. UDP only. */
  readonly lossy?: { readonly loss: number; readonly seed: number } | undefined;
}

export interface Played {
  readonly journal: readonly string[];
  readonly agent: NodeAgent;
  readonly relay: LossyRelay | undefined;
}

/**
 * Plays it through: sipp must be content with each of its calls, nothing may have gone wrong inside the user agent, and nothing of it may be
 * left. What it was told is given back.
 */
export async function play(scene: Scene, transport: 'udp' | 'tcp'): Promise<Played> {
  const { scenario, act, calls = 1, lossy, more = [], perSecond } = scene;
  const port = await freePort();
  const own = await freePort();
  const relay = lossy && (await LossyRelay.open({ ports: [port, own], ...lossy }));
  const builtIn = /^ua[cs]$/.test(scenario);
  const waits = builtIn ? scenario === 'uas' : startsByWaiting(scenario);
  const start = () =>
    new Sipp({
      scenario: builtIn ? scenario : `agent/${scenario}`,
      transport,
      to: `${relay ? RELAY : '127.0.0.1'}:${own}`,
      port,
      calls,
      perSecond: perSecond ?? 100,
      service: 'agent',
      seconds: 40,
      more: ['-bind_local', ...more],
    });
  let sipp = waits ? start() : undefined;
  const cutter = scene.cuts ? await CutRelay.open(port) : undefined;
  let agent: NodeAgent | undefined;
  try {
    if (sipp)
      await Promise.race([taken(transport, port), sipp.done.then(({ output }) => Promise.reject(new Error(output)))]);
    const server = {
      transport: transport === 'udp' ? 'UDP' : 'TCP',
      host: relay ? RELAY : '127.0.0.1',
      port: cutter?.port ?? port,
    } as const;
    // Over TCP nobody reaches a sipp that calls but by its own connection.
    agent = await NodeAgent.open({ ...scene, port: own, ...(waits && { server }) });
    sipp ??= start();
    const account = () => `${agent?.account}\n${sipp?.errors}`;
    const acted = act?.(agent, () => cutter?.cut());
    const { exit, successful, failed, output } = await sipp.done;
    expect({ exit, successful, failed }, `${account()}\n${Number.isNaN(successful) ? output : ''}`).toEqual({
      exit: 0,
      successful: calls,
      failed: 0,
    });
    await acted;
    await agent.close();
    expect(agent.problems).toEqual([]);
    expect(agent.agent.counts, account()).toEqual({ transactions: 0, dialogs: 0, sessions: 0, timers: 0 });
    return { journal: agent.journal, agent, relay };
  } finally {
    await sipp?.stop();
    await agent?.close();
    await cutter?.close();
    await relay?.close();
  }
}

/** Is the first thing it does to wait for a request? */
function startsByWaiting(scenario: string): boolean {
  const text = readFileSync(join(import.meta.dirname, `../sipp/agent/${scenario}.xml`), 'utf8');
  return /<(recv|send)\b/.exec(text)?.[1] === 'recv';
}
