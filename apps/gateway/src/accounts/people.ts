import type { LocationService } from '@ringback/sip-server';
import type { Directory } from './directory.ts';

/** An account as the phone lists it. */
export interface Person {
  readonly aor: string;
  readonly name: string;
  readonly extension: string;
  /** Somebody's phone would ring. */
  readonly reachable: boolean;
}

export async function listPeople(
  directory: Directory,
  location: Pick<LocationService, 'lookup'>,
): Promise<readonly Person[]> {
  return Promise.all(
    directory.people().map(async (account) => {
      const aor = directory.aorOf(account);
      const { name, extension } = account;
      return { aor, name, extension, reachable: (await location.lookup(aor)).length > 0 };
    }),
  );
}
