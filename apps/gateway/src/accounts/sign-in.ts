import type { SessionId } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';
import type { Directory } from './directory.ts';

export interface SignedIn {
  readonly aor: string;
  readonly displayName: string;
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  readonly domain: string;
}

export type SignInResult =
  | { readonly ok: true; readonly login: SignedIn; readonly session: SessionId; readonly newCookie?: string }
  | { readonly ok: false; readonly error: 'used' | 'expired' | 'unknown' };

/**
 * Exchanges a one-time token for a login of this device and a session: spent, made and committed in one transaction, so
 * that of two tabs with one link exactly one signs in. A live session takes the account in beside those it has.
 */
export function signIn(
  store: Store,
  directory: Directory,
  request: { readonly token: string; readonly device: string; readonly session: SessionId | undefined },
  now: number,
): SignInResult {
  return store.transaction((): SignInResult => {
    const redeemed = store.links.redeem(request.token, now);
    if (!redeemed.ok) return redeemed;
    const account = directory.find(redeemed.user);
    if (account === undefined) return { ok: false, error: 'unknown' };
    const { username, password } = directory.addDevice(account, request.device);
    const created = request.session === undefined ? store.sessions.create(now) : undefined;
    const session = request.session ?? created?.id;
    if (session === undefined) throw new Error('no session');
    const aor = directory.aorOf(account);
    const previous = store.sessions.remove(session, aor);
    if (previous !== undefined) directory.revokeDevice(previous);
    store.sessions.add(session, aor, username);
    return {
      ok: true,
      session,
      login: { aor, displayName: account.name, username, password, realm: directory.realm, domain: directory.domain },
      ...(created === undefined ? {} : { newCookie: created.cookie }),
    };
  });
}

/** Takes the account out of the session and revokes the device's login. False: the session does not hold it. */
export function signOut(store: Store, directory: Directory | undefined, session: SessionId, aor: string): boolean {
  return store.transaction(() => {
    if (!store.sessions.holds(session, aor)) return false;
    const username = store.sessions.remove(session, aor);
    if (username !== undefined) directory?.revokeDevice(username);
    return true;
  });
}
