import type { TransportName } from '../transport/flow.ts';
import { assertIdle } from './assert-idle.ts';
import { type Conditions, MemoryNetwork } from './memory-network.ts';
import { ScriptedPeer } from './scripted-peer.ts';
import { seededRandom } from './seeded-random.ts';
import { TestElement, type TestElementOptions } from './test-element.ts';
import { VirtualClock } from './virtual-clock.ts';

/**
 * A clock, a network without latency, and what a test puts on it.
 *
 * @example
 * let bench: Bench;
 * beforeEach(() => { bench = new Bench(); });
 * afterEach(() => bench.finish());
 */
export class Bench {
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: MemoryNetwork;
  readonly #elements: TestElement[] = [];

  constructor(conditions: Partial<Conditions> = {}, seed = 1) {
    this.network = new MemoryNetwork({ clock: this.clock, random: seededRandom(seed), latency: 0, ...conditions });
  }

  element(address: string, options?: TestElementOptions): TestElement {
    const element = new TestElement(this.network, address, options);
    this.#elements.push(element);
    return element;
  }

  peer(address: string, transport: TransportName = 'UDP', port = 5060): ScriptedPeer {
    return new ScriptedPeer(this.network.host(address), this.clock, transport, port);
  }

  /** Closes all flows, lets every timer run out, and throws if anything is left. */
  finish(): void {
    for (const { transport } of this.#elements) transport.close();
    this.clock.advance(200_000);
    assertIdle(this.clock, ...this.#elements);
  }
}
