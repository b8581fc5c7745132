import { latin1Decode } from '../runtime/index.ts';
import type { Flow } from '../transport/index.ts';
import type { FlowEvents } from './memory-flow.ts';

export type RecordedEvent =
  | { readonly type: 'opened'; readonly flow: Flow }
  | { readonly type: 'received'; readonly flow: Flow; readonly text: string }
  | { readonly type: 'closed'; readonly flow: Flow; readonly cause: string };

/** Keeps what an adapter told, and lets a test wait for the next of a kind. */
export class RecordingUser implements FlowEvents {
  readonly events: RecordedEvent[] = [];
  #waiting: (() => void)[] = [];
  #read = 0;

  opened(flow: Flow): void {
    this.#add({ type: 'opened', flow });
  }

  received(flow: Flow, bytes: Uint8Array): void {
    this.#add({ type: 'received', flow, text: latin1Decode(bytes) });
  }

  closed(flow: Flow, cause: string): void {
    this.#add({ type: 'closed', flow, cause });
  }

  /** The next event of this type that was not returned yet. */
  async next<T extends RecordedEvent['type']>(type: T): Promise<Extract<RecordedEvent, { type: T }>> {
    for (;;) {
      while (this.#read < this.events.length) {
        const event = this.events[this.#read];
        this.#read += 1;
        if (isOf(event, type)) return event;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #add(event: RecordedEvent): void {
    this.events.push(event);
    for (const go of this.#waiting.splice(0)) go();
  }
}

function isOf<T extends RecordedEvent['type']>(
  event: RecordedEvent | undefined,
  type: T,
): event is Extract<RecordedEvent, { type: T }> {
  return event?.type === type;
}
