import { type Flow, SipRequest, SipResponse, type TraceEntry } from '@ringback/sip';
import { redact } from '@ringback/sip/ladder';
import { bracketed } from '@ringback/sip-node';
import type { TraceEvent } from '@ringback/sip-server';

export interface TraceLimits {
  /** Calls and registrations remembered per account. */
  readonly callsPerAccount: number;
  /** Remembered while it is not known whose they are: scanners make many. */
  readonly unclaimed: number;
  readonly entriesPerCall: number;
  /** Characters of one message. */
  readonly text: number;
}

export const defaultTraceLimits: TraceLimits = {
  callsPerAccount: 100,
  unclaimed: 100,
  entriesPerCall: 400,
  text: 16_384,
};

interface Call {
  readonly entries: TraceEntry[];
  readonly flows: Set<string>;
  /** Addresses of record that may look. */
  readonly parties: Set<string>;
}

export interface TraceStoreOptions {
  /** A new entry, for those who may see it. */
  readonly added?: (entry: TraceEntry, parties: ReadonlySet<string>) => void;
  readonly limits?: Partial<TraceLimits>;
}

/**
 * What the gateway saw of each call, in memory, for the accounts that are parties to it and nobody else. An account is a
 * party when the server says that it speaks on one of the call's flows, or registers on one of them later: a REGISTER is
 * its owner's only once it has succeeded.
 */
export class TraceStore {
  readonly #options: TraceStoreOptions;
  readonly #limits: TraceLimits;
  readonly #calls = new Map<string, Call>();
  /** Per account the Call-IDs it may see, oldest first. */
  readonly #byAccount = new Map<string, string[]>();
  #unclaimed: string[] = [];
  readonly #aors = new WeakMap<Flow, Set<string>>();
  #seq = 0;

  constructor(options: TraceStoreOptions = {}) {
    this.#options = options;
    this.#limits = { ...defaultTraceLimits, ...options.limits };
  }

  record(event: TraceEvent): void {
    const entry = this.#entryOf(event);
    const call = this.#calls.get(entry.callId) ?? this.#newCall(entry.callId);
    call.flows.add(event.flow.id);
    if (call.entries.length >= this.#limits.entriesPerCall) call.entries.shift();
    call.entries.push(entry);
    if (event.aor !== undefined) this.#join(entry.callId, call, event.aor);
    for (const aor of this.#aors.get(event.flow) ?? []) this.#join(entry.callId, call, aor);
    this.#options.added?.(entry, call.parties);
  }

  /** The address of record has registered on this flow: what went over it before is its own. */
  registered(aor: string, flow: Flow): void {
    const aors = this.#aors.get(flow) ?? new Set();
    this.#aors.set(flow, aors.add(aor));
    for (const callId of [...this.#unclaimed]) {
      const call = this.#calls.get(callId);
      if (call?.flows.has(flow.id)) this.#join(callId, call, aor);
    }
  }

  /** The entries of a call, or nothing where the account is no party to it. */
  entries(aor: string, callId: string): readonly TraceEntry[] {
    const call = this.#calls.get(callId);
    return call?.parties.has(aor) ? [...call.entries] : [];
  }

  #newCall(callId: string): Call {
    const call: Call = { entries: [], flows: new Set(), parties: new Set() };
    this.#calls.set(callId, call);
    this.#unclaimed.push(callId);
    const excess = this.#unclaimed.length - this.#limits.unclaimed;
    for (const old of excess > 0 ? this.#unclaimed.splice(0, excess) : []) this.#calls.delete(old);
    return call;
  }

  #join(callId: string, call: Call, aor: string): void {
    if (call.parties.has(aor)) return;
    if (call.parties.size === 0) this.#unclaimed = this.#unclaimed.filter((each) => each !== callId);
    call.parties.add(aor);
    const ring = this.#byAccount.get(aor) ?? [];
    this.#byAccount.set(aor, ring);
    ring.push(callId);
    const oldest = ring.length > this.#limits.callsPerAccount ? ring.shift() : undefined;
    if (oldest !== undefined) this.#leave(oldest, aor);
  }

  #leave(callId: string, aor: string): void {
    const call = this.#calls.get(callId);
    call?.parties.delete(aor);
    if (call?.parties.size === 0) this.#calls.delete(callId);
  }

  #entryOf({ at, direction, flow, message, bytes, role, aor }: TraceEvent): TraceEntry {
    this.#seq += 1;
    const text = redact(Buffer.from(bytes).toString('utf8').slice(0, this.#limits.text));
    const address = `${bracketed(flow.remote.host)}:${flow.remote.port}`;
    return {
      seq: this.#seq,
      at,
      callId: message.callId,
      source: 'gateway',
      direction,
      peer: { role, label: aor ?? address, transport: flow.transport, address, key: flow.id },
      startLine: text.slice(0, Math.max(0, text.search(/\r?\n|$/))),
      method: message instanceof SipRequest ? message.method : message.cseq.method,
      ...(message instanceof SipResponse ? { status: message.status } : {}),
      cseq: `${message.cseq.number} ${message.cseq.method}`,
      text,
    };
  }
}
