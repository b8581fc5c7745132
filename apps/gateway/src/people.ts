import type { LocationService } from '@ringback/sip-server';
import type { Directory } from './accounts/directory.ts';
import type { EventStreams } from './http/event-stream.ts';

/** An account as the phone lists it. */
export interface Person {
  readonly aor: string;
  readonly name: string;
  readonly extension: string;
  /** Somebody's phone would ring. */
  readonly reachable: boolean;
}

/** Who there is, and who can be reached. */
export interface PeopleSource {
  readonly directory: Directory;
  readonly location: Pick<LocationService, 'lookup'>;
}

export async function listPeople({ directory, location }: PeopleSource): Promise<readonly Person[]> {
  return Promise.all(
    directory.people().map(async (account) => {
      const aor = directory.aorOf(account);
      const { name, extension } = account;
      return { aor, name, extension, reachable: (await location.lookup(aor)).length > 0 };
    }),
  );
}

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
    const people = await listPeople(this.#source);
    const text = JSON.stringify(people);
    if (text === this.#sent) return;
    this.#sent = text;
    this.#events.each((watcher) => watcher.send('people', { people }));
  }
}
