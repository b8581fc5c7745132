import type { Flow } from '@ringback/sip';
import type { FlowUser } from '../src/adapters/flow-user.ts';

export type FlowEvent =
  | { readonly type: 'opened'; readonly flow: Flow }
  | { readonly type: 'received'; readonly flow: Flow; readonly text: string }
  | { readonly type: 'closed'; readonly flow: Flow; readonly cause: string };

/** Keeps what an adapter told, and lets a test wait for the next of a kind. */
export class RecordingUser implements FlowUser {
  readonly events: FlowEvent[] = [];
  #waiting: (() => void)[] = [];
  #read = 0;

  opened(flow: Flow): void {
    this.#add({ type: 'opened', flow });
  }

  received(flow: Flow, bytes: Uint8Array): void {
    this.#add({ type: 'received', flow, text: Buffer.from(bytes).toString('latin1') });
  }

  closed(flow: Flow, cause: string): void {
    this.#add({ type: 'closed', flow, cause });
  }

  /** The next event of this type that was not returned yet. */
  async next<T extends FlowEvent['type']>(type: T): Promise<Extract<FlowEvent, { type: T }>> {
    for (;;) {
      while (this.#read < this.events.length) {
        const event = this.events[this.#read];
        this.#read += 1;
        if (isOf(event, type)) return event;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #add(event: FlowEvent): void {
    this.events.push(event);
    for (const go of this.#waiting.splice(0)) go();
  }
}

function isOf<T extends FlowEvent['type']>(
  event: FlowEvent | undefined,
  type: T,
): event is Extract<FlowEvent, { type: T }> {
  return event?.type === type;
}
