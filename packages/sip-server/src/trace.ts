import type { Clock, Flow, SipMessage, TraceRole, TransportTrace } from '@ringback/sip';
import type { FlowTable } from './edge/flow-table.ts';

/** One message on the wire, as the server saw it. */
export interface TraceEvent {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Seen from the server. */
  readonly direction: 'in' | 'out';
  readonly flow: Flow;
  readonly message: SipMessage;
  readonly bytes: Uint8Array;
  /** What the peer on this flow is in this call. */
  readonly role: TraceRole;
  /** The AOR the peer registered on this flow; the one the message is about, if there are several. */
  readonly aor?: string;
}

/** Tells the two sides of a call apart: the caller is who used its From tag first. */
export class Tracer {
  readonly #clock: Clock;
  readonly #flows: FlowTable;
  readonly #isUpstream: (flow: Flow) => boolean;
  readonly #tell: (event: TraceEvent) => void;
  /** From tag of the first INVITE, by Call-ID; the youngest thousand. */
  readonly #callers = new Map<string, string>();

  constructor(options: {
    readonly clock: Clock;
    readonly flows: FlowTable;
    readonly isUpstream: (flow: Flow) => boolean;
    readonly tell: (event: TraceEvent) => void;
  }) {
    this.#clock = options.clock;
    this.#flows = options.flows;
    this.#isUpstream = options.isUpstream;
    this.#tell = options.tell;
  }

  seen({ direction, flow, bytes, message }: TransportTrace): void {
    if (message === undefined) return;
    const role = this.#role(direction, flow, message);
    const aor = this.#aor(flow, message);
    const at = this.#clock.now();
    this.#tell({ at, direction, flow, message, bytes, role, ...(aor === undefined ? undefined : { aor }) });
  }

  #role(direction: 'in' | 'out', flow: Flow, message: SipMessage): TraceRole {
    if (this.#isUpstream(flow)) return 'upstream';
    const { callId, fromTag = '' } = message;
    let caller = this.#callers.get(callId);
    if (caller === undefined) {
      if (message.cseq.method !== 'INVITE') return 'client';
      caller = fromTag;
      this.#callers.set(callId, caller);
      for (const oldest of this.#callers.keys()) {
        if (this.#callers.size <= REMEMBERED) break;
        this.#callers.delete(oldest);
      }
    }
    // A request comes from, and a response goes to, the one whose tag stands in From.
    const fromPeer = (message.kind === 'request') === (direction === 'in');
    return (caller === fromTag) === fromPeer ? 'caller' : 'callee';
  }

  #aor(flow: Flow, message: SipMessage): string | undefined {
    const identities = this.#flows.identities(flow);
    if (identities.length < 2) return identities[0]?.aor;
    const named = [message.from, message.to].map(({ uriText }) => uriText.toLowerCase());
    const found = identities.find(({ aor }) => named.some((text) => text.startsWith(aor.toLowerCase())));
    return (found ?? identities[0])?.aor;
  }
}

const REMEMBERED = 1000;
