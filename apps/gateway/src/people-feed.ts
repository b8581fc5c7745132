import { listPeople } from './accounts/people.ts';
import type { PeopleSource } from './api-host.ts';
import type { EventStreams } from './http/event-stream.ts';

/** How often the store is asked whether another process (`--invite`) has written it; only while somebody looks. */
const POLL_MS = 1000;

/** Tells every open phone who is there and who can be reached, whenever that changes. */
export class PeopleFeed {
  readonly #events: EventStreams;
  readonly #source: PeopleSource;
  readonly #poll: NodeJS.Timeout;
  #due: NodeJS.Immediate | undefined;
  #sent = '';

  constructor(events: EventStreams, source: PeopleSource, version: () => number) {
    this.#events = events;
    this.#source = source;
    let seen = version();
    this.#poll = setInterval(() => {
      if (events.size === 0) return;
      const now = version();
      if (now !== seen) this.changed();
      seen = now;
    }, POLL_MS);
  }

  /** Many changes of one moment are told together. */
  changed(): void {
    this.#due ??= setImmediate(() => {
      this.#due = undefined;
      void this.#tell();
    });
  }

  close(): void {
    clearInterval(this.#poll);
    clearImmediate(this.#due);
  }

  async #tell(): Promise<void> {
    if (this.#events.size === 0) return;
    const people = await listPeople(this.#source.directory, this.#source.location);
    const text = JSON.stringify(people);
    if (text === this.#sent) return;
    this.#sent = text;
    this.#events.each((watcher) => watcher.send('people', { people }));
  }
}
