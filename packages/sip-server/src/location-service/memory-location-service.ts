import { type Clock, equalUri, type Log, parseUri, type Timer } from '@ringback/sip';
import type { Binding, BindingChange, BindingRequest, StoredBinding } from './binding.ts';
import type { LocationService, LocationStore, LocationUpdate, UpdateResult } from './location-service.ts';

export interface MemoryLocationOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Keeps what outlives the process; nothing does when absent. */
  readonly store?: LocationStore;
  readonly limits?: Partial<LocationLimits>;
  /** The bindings of an AOR that can be called are now these: after a REGISTER, a closed flow, an expiry. */
  readonly changed?: (aor: string, bindings: readonly Binding[]) => void;
}

export interface LocationLimits {
  /** Bindings per AOR (SEC-REG-03). */
  readonly bindingsPerAor: number;
  /** How long the binding of a closed flow is waited for, in milliseconds. */
  readonly ghost: number;
  /** How long changes gather before they go to the store, in milliseconds. */
  readonly writeDelay: number;
}

export const defaultLocationLimits: LocationLimits = { bindingsPerAor: 10, ghost: 35_000, writeDelay: 100 };

/** The location service of one process: everything in memory, what can outlive it in a store behind it. */
export class MemoryLocationService implements LocationService {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #store: LocationStore | undefined;
  readonly #limits: LocationLimits;
  readonly #changed: (aor: string, bindings: readonly Binding[]) => void;
  readonly #bindings = new Map<string, readonly Binding[]>();
  /** The AORs that have a binding on a flow. */
  readonly #flows = new Map<string, Set<string>>();
  readonly #waiting = new Map<string, Set<() => void>>();
  #pending: BindingChange[] = [];
  #writeTimer: Timer | undefined;
  #sweepTimer: { readonly timer: Timer; readonly at: number } | undefined;
  #timers = 0;

  constructor(options: MemoryLocationOptions) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#store = options.store;
    this.#limits = { ...defaultLocationLimits, ...options.limits };
    this.#changed = options.changed ?? (() => {});
    this.#restore(options.store?.load() ?? []);
  }

  update(aor: string, update: LocationUpdate): Promise<UpdateResult> {
    return Promise.resolve(this.#update(aor, update));
  }

  lookup(aor: string): Promise<readonly Binding[]> {
    return Promise.resolve(this.#live(aor));
  }

  hasGhost(aor: string): Promise<boolean> {
    return Promise.resolve(this.#current(aor).some((binding) => binding.ghostSince !== undefined));
  }

  wait(aor: string, timeout: number): Promise<readonly Binding[]> {
    const now = this.#live(aor);
    if (now.length > 0) return Promise.resolve(now);
    return new Promise((resolve) => {
      const done = (): void => {
        timer.cancel();
        this.#timers--;
        waiting.delete(done);
        if (waiting.size === 0) this.#waiting.delete(aor);
        resolve(this.#live(aor));
      };
      const waiting = this.#waiting.get(aor) ?? new Set();
      this.#waiting.set(aor, waiting);
      waiting.add(done);
      this.#timers++;
      const timer = this.#clock.at(this.#clock.now() + timeout, done);
    });
  }

  flowClosed(flowId: string): void {
    const now = this.#clock.now();
    for (const aor of this.#flows.get(flowId) ?? []) {
      const before = this.#current(aor);
      const after = before.map((each) => (lost(each, flowId) ? { ...each, ghostSince: now } : each));
      this.#replace(aor, before, after);
    }
    this.#flows.delete(flowId);
  }

  get counts(): { readonly bindings: number; readonly timers: number } {
    let bindings = 0;
    for (const aor of this.#bindings.keys()) bindings += this.#current(aor).length;
    const own = (this.#writeTimer === undefined ? 0 : 1) + (this.#sweepTimer === undefined ? 0 : 1);
    return { bindings, timers: this.#timers + own };
  }

  close(): void {
    this.#write();
    this.#sweepTimer?.timer.cancel();
    this.#sweepTimer = undefined;
    for (const waiting of [...this.#waiting.values()]) for (const done of [...waiting]) done();
  }

  #update(aor: string, update: LocationUpdate): UpdateResult {
    const before = this.#current(aor);
    if (update.removeAll === true) {
      if (before.some((binding) => isStale(binding, update))) return { ok: false, why: 'stale' };
      this.#replace(aor, before, []);
      return { ok: true, bindings: [] };
    }
    let after = before;
    for (const contact of update.remove) {
      const found = find(after, contact);
      if (found === undefined) continue;
      if (before.includes(found) && isStale(found, update)) return { ok: false, why: 'stale' };
      after = after.filter((binding) => binding !== found);
    }
    for (const request of update.put) {
      const found = find(after, request);
      if (found !== undefined && before.includes(found) && isStale(found, update)) return { ok: false, why: 'stale' };
      const key = outboundKey(request) ?? request.contact;
      const binding: Binding = { ...request, aor, key, callId: update.callId, cseq: update.cseq };
      after = [binding, ...after.filter((each) => each !== found)];
    }
    if (after.length > this.#limits.bindingsPerAor && after.length > before.length) return { ok: false, why: 'full' };
    this.#replace(aor, before, after);
    return { ok: true, bindings: this.#live(aor) };
  }

  /** The one place where bindings change: memory, indexes, store, listener, waiters, in this order. */
  #replace(aor: string, before: readonly Binding[], after: readonly Binding[]): void {
    if (after.length === 0) this.#bindings.delete(aor);
    else this.#bindings.set(aor, after);
    for (const { flowId } of before) if (flowId !== undefined) this.#unindex(flowId, aor, after);
    for (const { flowId, ghostSince } of after) {
      if (flowId === undefined || ghostSince !== undefined) continue;
      const aors = this.#flows.get(flowId) ?? new Set();
      this.#flows.set(flowId, aors.add(aor));
    }
    const kept = new Set(after.filter(isStored).map((binding) => binding.key));
    for (const binding of before) {
      if (isStored(binding) && !kept.has(binding.key)) this.#later({ type: 'delete', aor, key: binding.key });
    }
    for (const binding of after) {
      if (isStored(binding) && !before.includes(binding)) this.#later({ type: 'put', binding: toStored(binding) });
    }
    this.#sweepBy(Math.min(...after.map((binding) => this.#end(binding))));
    const live = this.#live(aor);
    this.#changed(aor, live);
    if (live.length > 0) for (const done of [...(this.#waiting.get(aor) ?? [])]) done();
  }

  #unindex(flowId: string, aor: string, after: readonly Binding[]): void {
    if (after.some((binding) => binding.flowId === flowId)) return;
    const aors = this.#flows.get(flowId);
    aors?.delete(aor);
    if (aors?.size === 0) this.#flows.delete(flowId);
  }

  /** Bindings and ghosts whose time has not come. */
  #current(aor: string): readonly Binding[] {
    const now = this.#clock.now();
    const bindings = this.#bindings.get(aor) ?? [];
    return bindings.every((binding) => this.#end(binding) > now)
      ? bindings
      : bindings.filter((binding) => this.#end(binding) > now);
  }

  #live(aor: string): readonly Binding[] {
    const live = this.#current(aor).filter((binding) => binding.ghostSince === undefined);
    return live.sort((one, other) => other.q - one.q);
  }

  #end(binding: Binding): number {
    if (binding.ghostSince === undefined) return binding.expiresAt;
    return Math.min(binding.expiresAt, binding.ghostSince + this.#limits.ghost);
  }

  /** One timer for all: bindings vanish by time, not by the next request. Full sweeps are a second apart. */
  #sweepBy(end: number): void {
    if (this.#bindings.size === 0) end = Number.POSITIVE_INFINITY;
    else if (this.#sweepTimer !== undefined && this.#sweepTimer.at <= end) return;
    this.#sweepTimer?.timer.cancel();
    this.#sweepTimer =
      end === Number.POSITIVE_INFINITY ? undefined : { timer: this.#clock.at(end, () => this.#sweep()), at: end };
  }

  #sweep(): void {
    this.#sweepTimer = undefined;
    let earliest = Number.POSITIVE_INFINITY;
    for (const [aor, bindings] of [...this.#bindings]) {
      const current = this.#current(aor);
      if (current.length !== bindings.length) this.#replace(aor, bindings, current);
      for (const binding of current) earliest = Math.min(earliest, this.#end(binding));
    }
    this.#sweepBy(Math.max(earliest, this.#clock.now() + 1000));
  }

  #restore(stored: readonly StoredBinding[]): void {
    for (const binding of stored) {
      const others = this.#bindings.get(binding.aor) ?? [];
      if (isStored(binding)) this.#bindings.set(binding.aor, [...others, binding]);
    }
    this.#sweep();
  }

  #later(change: BindingChange): void {
    if (this.#store === undefined) return;
    this.#pending.push(change);
    this.#writeTimer ??= this.#clock.at(this.#clock.now() + this.#limits.writeDelay, () => this.#write());
  }

  #write(): void {
    this.#writeTimer?.cancel();
    this.#writeTimer = undefined;
    const changes = this.#pending;
    this.#pending = [];
    if (changes.length === 0) return;
    try {
      this.#store?.write(changes);
    } catch (error) {
      this.#log('error', 'location-store-write-failed', { changes: changes.length, error });
    }
  }
}

/** RFC 5626 §6: instance and reg-id together are the binding; a reg-id without instance is ignored. */
function outboundKey({ instance, regId }: Pick<BindingRequest, 'instance' | 'regId'>): string | undefined {
  return instance === undefined || regId === undefined ? undefined : `${instance}#${regId}`;
}

function find(bindings: readonly Binding[], wanted: LocationUpdate['remove'][number]): Binding | undefined {
  const key = outboundKey(wanted);
  if (key !== undefined) return bindings.find((binding) => outboundKey(binding) === key);
  const uri = parseUri(wanted.contact);
  return bindings.find((binding) => {
    if (outboundKey(binding) !== undefined) return false;
    const other = parseUri(binding.contact);
    return uri.ok && other.ok ? equalUri(uri.value, other.value) : binding.contact === wanted.contact;
  });
}

function isStale(binding: Binding, update: LocationUpdate): boolean {
  return binding.callId === update.callId && binding.cseq >= update.cseq;
}

function lost(binding: Binding, flowId: string): boolean {
  return binding.flowId === flowId && binding.tied;
}

function isStored(binding: StoredBinding): boolean {
  return !binding.tied;
}

function toStored({ flowId: _flow, ghostSince: _ghost, ...stored }: Binding): StoredBinding {
  return stored;
}
