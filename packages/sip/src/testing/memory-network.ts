import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { Address, TransportName } from '../transport/flow.ts';
import { MemoryHost } from './memory-host.ts';

/** What a datagram or a connection suffers on its way. Chances from 0 to 1, times in milliseconds. */
export interface Conditions {
  /** One way. Default 10. */
  readonly latency: number;
  /** Up to so much more, at random. Default 0. Datagrams overtake each other, octets of a connection do not. */
  readonly jitter: number;
  /** Chance that a datagram is lost. Default 0. */
  readonly loss: number;
  /** Chance that a datagram comes twice. Default 0. */
  readonly duplicate: number;
  /** Chance that a datagram is held back for a while, so that later ones overtake it. Default 0. */
  readonly reorder: number;
  /** A stream arrives in pieces cut at random. Default false. */
  readonly fragment: boolean;
}

/** One `send`, as the network sees it. */
export interface Packet {
  readonly transport: TransportName;
  readonly from: Address;
  readonly to: Address;
  readonly bytes: Uint8Array;
}

/**
 * Hosts, datagrams and connections in memory, in virtual time, with seeded misfortune: the same seed, the same story.
 *
 * @example
 * const network = new MemoryNetwork({ clock, random: seededRandom(1), loss: 0.2 });
 * const host = network.host('192.0.2.1');
 * host.listen('UDP', 5060);
 * const transport = new TransportLayer({ port: host, clock, log, sentBy: (flow) => flow.local });
 * host.attach(transport);
 */
export class MemoryNetwork {
  readonly clock: Clock;
  readonly random: Random;
  /** May be changed at any time. */
  conditions: Conditions;
  /** Sees every send, lost ones too. */
  tap: ((packet: Packet) => void) | undefined;
  /** Chooses datagrams to lose, besides those that chance takes. */
  drop: ((packet: Packet) => boolean) | undefined;
  readonly #hosts = new Map<string, MemoryHost>();
  readonly #partitions = new Set<string>();
  #held: (() => void)[] = [];

  constructor({ clock, random, ...conditions }: { clock: Clock; random: Random } & Partial<Conditions>) {
    this.clock = clock;
    this.random = random;
    this.conditions = { latency: 10, jitter: 0, loss: 0, duplicate: 0, reorder: 0, fragment: false, ...conditions };
  }

  /** The host with that address, made when it is first asked for. */
  host(address: string): MemoryHost {
    const known = this.#hosts.get(address);
    if (known !== undefined) return known;
    const host = new MemoryHost(this, address);
    this.#hosts.set(address, host);
    return host;
  }

  find(address: string): MemoryHost | undefined {
    return this.#hosts.get(address);
  }

  /** Nothing passes between the two: datagrams are lost, connections stall and nobody is told. */
  partition(a: string, b: string): void {
    this.#partitions.add(pair(a, b));
  }

  /** Ends all partitions; what stalled in connections arrives now. */
  heal(): void {
    this.#partitions.clear();
    const held = this.#held;
    this.#held = [];
    for (const run of held) run();
  }

  isPartitioned(a: string, b: string): boolean {
    return this.#partitions.has(pair(a, b));
  }

  /** One way's delay, drawn anew. */
  delay(): number {
    const { latency, jitter } = this.conditions;
    return latency + jitter * this.random.number();
  }

  /** Carries a datagram, or not. */
  datagram(packet: Packet, deliver: () => void): void {
    const { loss, duplicate, reorder, latency } = this.conditions;
    this.tap?.(packet);
    const chosen = this.drop?.(packet) ?? false;
    const lost = this.random.number() < loss;
    if (chosen || lost || this.isPartitioned(packet.from.host, packet.to.host)) return;
    const copies = this.random.number() < duplicate ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const held = this.random.number() < reorder ? (1 + 9 * this.random.number()) * latency : 0;
      this.clock.at(this.clock.now() + this.delay() + held, deliver);
    }
  }

  /** Runs now, or when the partition between the two has healed. */
  whenReachable(a: string, b: string, run: () => void): void {
    if (this.isPartitioned(a, b)) this.#held.push(() => this.whenReachable(a, b, run));
    else run();
  }
}

function pair(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
