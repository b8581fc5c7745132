/** What a Ringback gateway offers beyond SIP: who is there, and what it saw of our calls. Nothing here is needed to call. */
import * as v from 'valibot';
import type { AccountId, Person, TraceEntry } from '../bridge/protocol.ts';

export interface GatewayConfig {
  readonly domain: string;
  readonly wsUrl: string;
}

export interface GatewayListener {
  people(people: readonly Person[]): void;
  trace(entries: readonly TraceEntry[]): void;
}

/** The configuration of the gateway that served this page, if one did. */
export async function ownGateway(): Promise<GatewayConfig | undefined> {
  try {
    const response = await fetch('/api/config', { signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) return undefined;
    const config = v.safeParse(Config, await response.json());
    return config.success ? config.output : undefined;
  } catch {
    return undefined;
  }
}

/** A login by hand has no cookie yet: the gateway binds the account to this one once it has registered. */
export async function openGatewaySession(): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE);
  await fetch('/api/session', { method: 'POST', signal }).catch(() => undefined);
}

/** Revokes the login of this device. */
export async function leaveGateway(account: AccountId): Promise<void> {
  const body = JSON.stringify({ aor: account });
  const headers = { 'content-type': 'application/json' };
  await fetch('/api/sign-out', { method: 'POST', headers, body, keepalive: true }).catch(() => undefined);
}

/** Listens to the gateway on behalf of one account, from its registration until `close`. */
export class GatewayEvents {
  readonly #account: AccountId;
  readonly #listener: GatewayListener;
  #source: EventSource | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(account: AccountId, listener: GatewayListener) {
    this.#account = account;
    this.#listener = listener;
  }

  open(): void {
    if (this.#source && this.#source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.#retry);
    const source = new EventSource(`/api/events?aor=${encodeURIComponent(this.#account)}`);
    this.#source = source;
    source.addEventListener('people', ({ data }) => this.#people(data));
    source.addEventListener('trace', ({ data }) => this.#trace(data));
    // An EventSource reconnects by itself except after an HTTP error, such as the 401 before our cookie is bound.
    source.addEventListener('error', () => {
      if (this.#source !== source || source.readyState !== EventSource.CLOSED) return;
      this.#retry = setTimeout(() => this.open(), RETRY);
    });
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
  }

  /** What the gateway kept of a call that began before we listened. */
  async kept(callId: string): Promise<readonly TraceEntry[]> {
    try {
      const query = new URLSearchParams({ aor: this.#account, callId });
      const response = await fetch(`/api/trace?${query}`);
      if (!response.ok) return [];
      const { entries } = v.parse(v.object({ entries: v.array(Entry) }), await response.json());
      return entries.map(fromGateway);
    } catch {
      return [];
    }
  }

  #people(data: string): void {
    const parsed = v.safeParse(v.object({ people: v.array(PersonSchema) }), json(data));
    if (parsed.success) this.#listener.people(parsed.output.people);
  }

  #trace(data: string): void {
    const value = json(data);
    const parsed = v.safeParse(v.array(Entry), Array.isArray(value) ? value : [value]);
    if (parsed.success) this.#listener.trace(parsed.output.map(fromGateway));
  }
}

/** Milliseconds. */
const RETRY = 3000;
/** Milliseconds a gateway may take for something that calls do not depend on. */
const PATIENCE = 2000;

const Config = v.object({ name: v.literal('Ringback'), domain: v.string(), wsUrl: v.string() });

const PersonSchema = v.object({ aor: v.string(), name: v.string(), extension: v.string(), reachable: v.boolean() });

const Entry = v.object({
  seq: v.number(),
  at: v.number(),
  callId: v.string(),
  source: v.literal('gateway'),
  direction: v.picklist(['in', 'out']),
  peer: v.object({
    role: v.picklist(['caller', 'callee', 'upstream', 'client']),
    label: v.string(),
    transport: v.string(),
    address: v.string(),
    key: v.string(),
  }),
  startLine: v.string(),
  method: v.string(),
  status: v.optional(v.number()),
  cseq: v.string(),
  text: v.string(),
});

function fromGateway({ status, ...entry }: v.InferOutput<typeof Entry>): TraceEntry {
  return { ...entry, ...(status !== undefined && { status }) };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
