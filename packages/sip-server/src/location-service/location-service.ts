import type { Binding, BindingChange, BindingRequest, StoredBinding } from './binding.ts';

/**
 * The location service of §10: what the registrar writes and the proxy reads. Asynchronous, because a service shared by
 * several nodes is; whoever awaits it checks afterwards that its own work is still wanted.
 */
export interface LocationService {
  /** All or nothing (§10.3 step 7). `why: 'stale'`: same Call-ID, CSeq not higher. `'full'`: more bindings than allowed. */
  update(aor: string, update: LocationUpdate): Promise<UpdateResult>;
  /** Unexpired bindings whose flow has not closed, highest q first, the younger first among equals. */
  lookup(aor: string): Promise<readonly Binding[]>;
  /** Whether the AOR has bindings whose flow closed so recently that its owner may be on its way back. */
  hasGhost(aor: string): Promise<boolean>;
  /** The bindings as soon as there is one that can be called, or none after `timeout` milliseconds. */
  wait(aor: string, timeout: number): Promise<readonly Binding[]>;
  /** Turns the bindings that still name this flow into ghosts; one that has moved to another flow is left alone. */
  flowClosed(flowId: string): void;
  /** Live bindings and ghosts, expired ones not counted, and timers running. */
  readonly counts: { readonly bindings: number; readonly timers: number };
  /** Writes what is not yet written and stops every timer. */
  close(): void;
}

export interface LocationUpdate {
  readonly callId: string;
  readonly cseq: number;
  /** Bindings to add or refresh. */
  readonly put: readonly BindingRequest[];
  /** Contacts to remove; ones that are not there are no error. */
  readonly remove: readonly Pick<BindingRequest, 'contact' | 'instance' | 'regId'>[];
  /** `Contact: *`. */
  readonly removeAll?: boolean;
}

export type UpdateResult =
  | { readonly ok: true; readonly bindings: readonly Binding[] }
  | { readonly ok: false; readonly why: 'stale' | 'full' };

/** The persistence port behind the service: batches, off the answer's path. May throw; that is logged. */
export interface LocationStore {
  load(): readonly StoredBinding[];
  write(changes: readonly BindingChange[]): void;
}
