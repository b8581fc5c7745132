import { type Clock, type Flow, type Random, sha256, type Timer, utf8Encode } from '@ringback/sip';
import { type PeerTag, TAG_LENGTH, toHex, type Way } from './flow-token.ts';

/** Who speaks on a flow: learned from a successful REGISTER over it. */
export interface Identity {
  readonly aor: string;
  /** `+sip.instance`, or the contact where the user agent has none. */
  readonly instance: string;
  readonly tag: PeerTag;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/**
 * The flows there are, the numbers flow tokens call them by, and who speaks on them. It answers the two questions of an
 * edge: which flow does this token mean, and, if that one is gone, on which flow is the same user agent now?
 */
export class FlowTable {
  /** Tells the connections of this process from those of an earlier one. */
  readonly #epoch: number;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #byNumber = new Map<number, Flow>();
  /** Where each user agent registered last. */
  readonly #homes = new Map<PeerTag, Home>();
  readonly #waiting = new Map<PeerTag, Set<(flow: Flow | undefined) => void>>();
  readonly #startedAt: number;
  #next = 1;
  #pruneAt = 1000;

  constructor(options: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = options.clock;
    this.#startedAt = options.clock.now();
    this.#epoch = options.random.bytes(4).reduce((value, octet) => value * 256 + octet, 0);
  }

  /** The way back over this flow: its number if it is a connection, its address if it is not. */
  way(flow: Flow): Way {
    if (!flow.reliable) return { kind: 'address', transport: flow.transport, ...flow.remote };
    const number = flow.state === 'closed' ? 0 : this.#entry(flow).number;
    return { kind: 'connection', epoch: this.#epoch, number };
  }

  /** The open connection a token means. */
  connection(way: Way): Flow | undefined {
    if (way.kind !== 'connection' || way.epoch !== this.#epoch) return undefined;
    const flow = this.#byNumber.get(way.number);
    return flow?.state === 'open' ? flow : undefined;
  }

  byId(id: string): Flow | undefined {
    const flow = this.#entries.get(id)?.flow;
    return flow === undefined || flow.state === 'closed' ? undefined : flow;
  }

  learn(flow: Flow, aor: string, instance: string, expiresAt: number): void {
    if (flow.state === 'closed') return;
    const tag = peerTag(aor, instance);
    const identity: Identity = { aor, instance, tag, expiresAt };
    const entry = this.#entry(flow);
    entry.identities.set(tag, identity);
    this.#homes.set(tag, { flow, identity, closedAt: undefined });
    for (const found of [...(this.#waiting.get(tag) ?? [])]) found(flow);
    if (this.#homes.size + this.#entries.size > this.#pruneAt) this.#prune();
  }

  forget(flow: Flow, aor: string): void {
    const identities = this.#entries.get(flow.id)?.identities;
    for (const identity of [...(identities?.values() ?? [])]) {
      if (identity.aor !== aor) continue;
      identities?.delete(identity.tag);
      if (this.#homes.get(identity.tag)?.flow === flow) this.#homes.delete(identity.tag);
    }
  }

  closed(flow: Flow): void {
    const entry = this.#entries.get(flow.id);
    if (entry === undefined) return;
    this.#entries.delete(flow.id);
    this.#byNumber.delete(entry.number);
    for (const tag of entry.identities.keys()) {
      const home = this.#homes.get(tag);
      if (home?.flow === flow) home.closedAt = this.#clock.now();
    }
  }

  /** Who speaks on this flow; the one named by `aor` if there are several. */
  identity(flow: Flow, aor?: string): Identity | undefined {
    const now = this.#clock.now();
    const current = [...(this.#entries.get(flow.id)?.identities.values() ?? [])].filter((each) => each.expiresAt > now);
    return current.find((each) => each.aor === aor) ?? (aor === undefined ? current.at(-1) : undefined);
  }

  identities(flow: Flow): readonly Identity[] {
    return [...(this.#entries.get(flow.id)?.identities.values() ?? [])];
  }

  /** Healing: the flow on which this user agent is now. */
  home(tag: PeerTag): Flow | undefined {
    const home = this.#homes.get(tag);
    return home === undefined || home.flow.state !== 'open' || home.identity.expiresAt <= this.#clock.now()
      ? undefined
      : home.flow;
  }

  /** Who the tag stands for, on an open flow or not. */
  owner(tag: PeerTag): Identity | undefined {
    return this.#homes.get(tag)?.identity;
  }

  /** `home` as soon as there is one; `undefined` after `timeout` milliseconds, or at once if it left long ago. */
  whenHome(tag: PeerTag, timeout: number): Promise<Flow | undefined> {
    const home = this.home(tag);
    if (home !== undefined || timeout <= 0 || !this.#mayReturn(tag)) return Promise.resolve(home);
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(tag) ?? new Set();
      const found = (flow: Flow | undefined): void => {
        timer.cancel();
        waiting.delete(found);
        if (waiting.size === 0) this.#waiting.delete(tag);
        resolve(flow);
      };
      const timer: Timer = this.#clock.at(this.#clock.now() + timeout, () => found(undefined));
      this.#waiting.set(tag, waiting.add(found));
    });
  }

  /** Lets go of everyone who waits. */
  close(): void {
    for (const waiting of [...this.#waiting.values()]) for (const found of [...waiting]) found(undefined);
  }

  /** Just gone, or unknown because we have just started ourselves. */
  #mayReturn(tag: PeerTag): boolean {
    const home = this.#homes.get(tag);
    const since = home === undefined ? this.#startedAt : (home.closedAt ?? this.#clock.now());
    return this.#clock.now() - since < GHOST;
  }

  #entry(flow: Flow): Entry {
    const known = this.#entries.get(flow.id);
    if (known !== undefined) return known;
    const entry: Entry = { flow, number: this.#next++, identities: new Map() };
    this.#entries.set(flow.id, entry);
    if (flow.reliable) this.#byNumber.set(entry.number, flow);
    return entry;
  }

  /** Connections leave by closing; what came over UDP leaves here. */
  #prune(): void {
    const now = this.#clock.now();
    for (const [id, { flow, identities }] of this.#entries) {
      for (const [tag, { expiresAt }] of identities) if (expiresAt <= now) identities.delete(tag);
      if (!flow.reliable && identities.size === 0) this.#entries.delete(id);
    }
    for (const [tag, { identity }] of this.#homes) if (identity.expiresAt <= now) this.#homes.delete(tag);
    this.#pruneAt = Math.max(1000, 2 * (this.#homes.size + this.#entries.size));
  }
}

export function peerTag(aor: string, instance: string): PeerTag {
  return toHex(sha256(utf8Encode(`${aor}|${instance}`)).subarray(0, TAG_LENGTH));
}

interface Entry {
  readonly flow: Flow;
  readonly number: number;
  readonly identities: Map<PeerTag, Identity>;
}

interface Home {
  readonly flow: Flow;
  readonly identity: Identity;
  closedAt: number | undefined;
}

/** How long after its flow closed a user agent is waited for, in milliseconds. */
const GHOST = 35_000;
