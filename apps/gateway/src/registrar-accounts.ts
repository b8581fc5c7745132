import { isSipUri, parseUri, unescapeUser } from '@ringback/sip';
import type { AccountDirectory, CredentialStore, LocationService } from '@ringback/sip-server';
import type { Directory } from './accounts/directory.ts';

/** The embedded registrar: its accounts, and where they are. */
export interface Registrar {
  readonly directory: Directory;
  readonly location: LocationService;
}

/** The accounts as the SIP server asks for them. */
export function registrarAccounts(directory: Directory): {
  readonly credentials: CredentialStore;
  readonly directory: AccountDirectory;
} {
  return {
    credentials: {
      async find(username, realm) {
        const login = realm === directory.realm ? directory.findLogin(username) : undefined;
        const account = login === undefined ? undefined : directory.find(login.user);
        if (login === undefined || account === undefined) return undefined;
        return { username, aor: directory.aorOf(account), ha1: login.ha1 };
      },
    },
    directory: {
      exists: (aor) => {
        const uri = parseUri(aor);
        if (!uri.ok || !isSipUri(uri.value) || uri.value.user === undefined) return false;
        return directory.find(unescapeUser(uri.value.user)) !== undefined;
      },
      alias: (user) => {
        const account = directory.findByExtension(user);
        return account === undefined ? undefined : directory.aorOf(account);
      },
    },
  };
}
