/**
 * The ladder's data: what went over this phone's own wire, and what its gateway saw of the same calls. Kept per SIP
 * Call-ID, bounded, credentials removed before anything is kept.
 */
import { decodeText, type Flow, type SipMessage, SipResponse, startLine } from '@ringback/sip';
import { redact } from '@ringback/sip/ladder';
import type { AccountId, TabId, ToTab, TraceEntry } from '../bridge/protocol.ts';

/** What is watched: a SIP Call-ID, or an account's registration. */
export type TraceKey = string;
export const REGISTRATION = 'registration';

export interface TraceLimits {
  /** Calls whose messages are kept. */
  readonly calls: number;
  /** Messages kept per call. */
  readonly messages: number;
}

export interface WireEvent {
  readonly direction: 'in' | 'out';
  readonly flow: Flow;
  readonly bytes: Uint8Array;
  readonly message?: SipMessage | undefined;
}

interface Watcher {
  readonly tab: TabId;
  readonly account: AccountId;
  readonly key: TraceKey;
}

export class Traces {
  readonly #limits: TraceLimits;
  readonly #send: (tab: TabId, message: ToTab) => void;
  readonly #kept = new Map<string, TraceEntry[]>();
  #watchers: readonly Watcher[] = [];
  #seq = 0;

  constructor(send: (tab: TabId, message: ToTab) => void, limits: TraceLimits = { calls: 50, messages: 200 }) {
    this.#send = send;
    this.#limits = limits;
  }

  /** One message of the phone's own wire. What is no SIP message (a keep-alive) is not part of any ladder. */
  wire(account: AccountId, { direction, flow, bytes, message }: WireEvent, at: number): void {
    if (!message) return;
    const { host, port } = flow.remote;
    this.add(account, {
      seq: ++this.#seq,
      at,
      callId: message.callId,
      source: 'phone',
      direction,
      peer: { role: 'upstream', label: host, transport: flow.transport, address: `${host}:${port}`, key: flow.id },
      startLine: decodeText(startLine(message)),
      method: message.cseq.method,
      ...(message instanceof SipResponse && { status: message.status }),
      cseq: `${message.cseq.number} ${message.cseq.method}`,
      text: redact(new TextDecoder().decode(bytes)),
    });
  }

  add(account: AccountId, entry: TraceEntry): void {
    const key = entry.method === 'REGISTER' ? REGISTRATION : entry.callId;
    const kept = this.#of(account, key);
    kept.push(entry);
    if (kept.length > this.#limits.messages) kept.shift();
    for (const { tab } of this.#watchers.filter((one) => one.account === account && one.key === key)) {
      this.#send(tab, { type: 'trace', key, entries: [entry] });
    }
  }

  watch(tab: TabId, account: AccountId, key: TraceKey): void {
    this.unwatch(tab, key);
    this.#watchers = [...this.#watchers, { tab, account, key }];
    const entries = this.#kept.get(`${account} ${key}`) ?? [];
    if (entries.length > 0) this.#send(tab, { type: 'trace', key, entries: [...entries] });
  }

  unwatch(tab: TabId, key?: TraceKey): void {
    this.#watchers = this.#watchers.filter((one) => one.tab !== tab || (key !== undefined && one.key !== key));
  }

  /** All REGISTERs of a user agent share one (RFC 3261 §10.2.4). */
  registrationCallId(account: AccountId): string | undefined {
    return this.#kept.get(`${account} ${REGISTRATION}`)?.at(-1)?.callId;
  }

  /** Entries asked of the gateway for one watcher: it may know more than this engine saw. */
  deliver(tab: TabId, account: AccountId, key: TraceKey, entries: readonly TraceEntry[]): void {
    const watched = this.#watchers.some((one) => one.tab === tab && one.account === account && one.key === key);
    if (watched && entries.length > 0) this.#send(tab, { type: 'trace', key, entries });
  }

  #of(account: AccountId, key: TraceKey): TraceEntry[] {
    const id = `${account} ${key}`;
    const known = this.#kept.get(id);
    if (known) return known;
    const fresh: TraceEntry[] = [];
    this.#kept.set(id, fresh);
    // Registrations are few, one per account, and stay.
    const calls = [...this.#kept.keys()].filter((one) => !one.endsWith(` ${REGISTRATION}`));
    const [oldest] = calls;
    if (calls.length > this.#limits.calls && oldest !== undefined) this.#kept.delete(oldest);
    return fresh;
  }
}
