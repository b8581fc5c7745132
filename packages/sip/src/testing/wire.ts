import { parseMessage, type SipRequest, type SipResponse } from '../message/index.ts';
import { latin1Decode } from '../runtime/index.ts';
import { type LadderOptions, ladder } from '../trace/index.ts';
import type { MemoryNetwork } from './memory-network.ts';

export interface Seen {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly message: SipRequest | SipResponse;
}

/** Writes down every SIP message that is sent on the network, also those that never arrive. */
export class Wire {
  readonly seen: Seen[] = [];

  constructor(network: MemoryNetwork) {
    network.tap = ({ from, to, bytes }) => {
      const parsed = parseMessage(bytes);
      if (!parsed.ok) return;
      const text = latin1Decode(bytes);
      this.seen.push({ at: network.clock.now(), from: from.host, to: to.host, text, message: parsed.value });
    };
  }

  /** Requests of that method, in order; by one sender only when `from` is given. */
  requests(method: string, from?: string): readonly (Seen & { readonly message: SipRequest })[] {
    return this.seen.flatMap((seen) =>
      seen.message.kind === 'request' && seen.message.method === method && (from === undefined || seen.from === from)
        ? [{ ...seen, message: seen.message }]
        : [],
    );
  }

  /** Responses with that status to that method. */
  responses(status: number, method: string): readonly (Seen & { readonly message: SipResponse })[] {
    return this.seen.flatMap((seen) =>
      seen.message.kind === 'response' && seen.message.status === status && seen.message.cseq.method === method
        ? [{ ...seen, message: seen.message }]
        : [],
    );
  }

  /** `INVITE`, `180 INVITE`, … in the order sent. */
  get story(): readonly string[] {
    return this.seen.map(({ message }) =>
      message.kind === 'request' ? message.method : `${message.status} ${message.cseq.method}`,
    );
  }

  ladder(options?: LadderOptions): string {
    return ladder(this.seen, options);
  }

  toString(): string {
    return this.ladder();
  }

  clear(): void {
    this.seen.length = 0;
  }
}
