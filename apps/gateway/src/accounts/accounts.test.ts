import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../test/temporary-directory.ts';
import { LINK_LIFETIME_MS } from '../store/links.ts';
import { SESSION_LIFETIME_MS } from '../store/sessions.ts';
import { Store } from '../store/store.ts';
import { Directory } from './directory.ts';
import { openInvitations, parseAccounts, seedAccounts } from './first-run.ts';
import { displayNameOf, nextExtension, userOf } from './names.ts';
import { signIn, signOut } from './sign-in.ts';

const NOW = Date.UTC(2026, 0, 15);

function registrar(path: string = temporaryDirectory()): { readonly store: Store; readonly directory: Directory } {
  const store = new Store(path, { now: () => NOW, onWritten: () => {} });
  onTestFinished(() => store.close());
  return { store, directory: new Directory(store, { domain: 'ringback.local', now: () => NOW }) };
}

describe('names', () => {
  it.each([
    ['Alice', 'alice', 'Alice'],
    ['alice', 'alice', 'Alice'],
    ['Zoë van Dam', 'zoe.van.dam', 'Zoë van Dam'],
    ["  Mary  O'Neill ", 'mary.o.neill', "Mary O'Neill"],
    ['田中', '', '田中'],
  ])('makes of %j the user %j called %j', (name, user, display) => {
    expect(userOf(name)).toBe(user);
    expect(displayNameOf(name)).toBe(display);
  });

  it('gives out the smallest extension nobody has', () => {
    expect(nextExtension([])).toBe('101');
    expect(nextExtension(['101', '103', '7'])).toBe('102');
  });

  it('calls somebody without a Latin letter in the name by the extension', () => {
    const { directory } = registrar();
    expect(directory.findOrAdd('田中')).toEqual({ user: '101', name: '田中', extension: '101' });
    expect(directory.findOrAdd('田中').extension).toBe('101');
  });
});

describe('the first run', () => {
  it('makes two people who can call each other, each with a link', () => {
    const { store, directory } = registrar();
    seedAccounts(store, directory, [], NOW);
    expect(directory.people()).toEqual([
      { user: 'alice', name: 'Alice', extension: '101' },
      { user: 'bob', name: 'Bob', extension: '102' },
    ]);
    expect(openInvitations(store, directory, NOW).map(({ account }) => account.name)).toEqual(['Alice', 'Bob']);
  });

  it('makes the accounts of RINGBACK_ACCOUNTS instead, and gives an existing one that password', () => {
    const { store, directory } = registrar();
    seedAccounts(store, directory, parseAccounts('alice:one,carol:two:three'), NOW);
    seedAccounts(store, directory, parseAccounts('alice:four'), NOW);
    expect(directory.people().map(({ user }) => user)).toEqual(['alice', 'carol']);
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    expect(directory.findLogin('alice')?.ha1.md5).toBe(md5('alice:ringback.local:four'));
    expect(directory.findLogin('carol')?.ha1.md5).toBe(md5('carol:ringback.local:two:three'));
    expect(openInvitations(store, directory, NOW)).toEqual([]);
  });

  it.each(['alice', ':pw', 'alice:', 'alice:pw,bob'])('refuses RINGBACK_ACCOUNTS=%s', (text) => {
    expect(() => parseAccounts(text)).toThrow(/RINGBACK_ACCOUNTS must look like/);
  });
});

describe('sign-in links', () => {
  it('buy a login of their own for the device, and a session that holds the account', () => {
    const { store, directory } = registrar();
    const alice = directory.findOrAdd('Alice');
    const token = store.links.invite('alice', NOW);
    const result = signIn(store, directory, { token, device: 'Chromium', session: undefined }, NOW);
    if (!result.ok) throw new Error(result.error);
    const { login } = result;
    expect(login).toMatchObject({ aor: 'sip:alice@ringback.local', displayName: 'Alice', realm: 'ringback.local' });
    expect(login.username).not.toBe('alice');
    expect(login.password.length).toBeGreaterThanOrEqual(20);
    const sha256 = createHash('sha256').update(`${login.username}:ringback.local:${login.password}`).digest('hex');
    expect(directory.findLogin(login.username)).toMatchObject({ user: 'alice', kind: 'device', ha1: { sha256 } });
    expect(store.sessions.find(result.newCookie ?? '', NOW)).toBe(result.session);
    expect(store.sessions.holds(result.session, directory.aorOf(alice))).toBe(true);
  });

  it('work once', () => {
    const { store, directory } = registrar();
    directory.findOrAdd('Alice');
    const request = { token: store.links.invite('alice', NOW), device: '', session: undefined };
    expect(signIn(store, directory, request, NOW).ok).toBe(true);
    expect(signIn(store, directory, request, NOW)).toEqual({ ok: false, error: 'used' });
    expect(signIn(store, directory, { ...request, token: 'x' }, NOW)).toEqual({ ok: false, error: 'unknown' });
  });

  it('expire after a day', () => {
    const { store, directory } = registrar();
    directory.findOrAdd('Alice');
    const request = { token: store.links.invite('alice', NOW), device: '', session: undefined };
    expect(signIn(store, directory, request, NOW + LINK_LIFETIME_MS)).toEqual({ ok: false, error: 'expired' });
  });

  it('are printed anew at each start while unused; the earlier one stays good, and one use spends both', () => {
    const { store, directory } = registrar();
    seedAccounts(store, directory, [], NOW);
    const [first] = openInvitations(store, directory, NOW);
    const [second] = openInvitations(store, directory, NOW);
    expect(second?.token).not.toBe(first?.token);
    const use = (token: string | undefined) =>
      signIn(store, directory, { token: token ?? '', device: '', session: undefined }, NOW);
    expect(use(first?.token).ok).toBe(true);
    expect(use(second?.token)).toEqual({ ok: false, error: 'used' });
    expect(openInvitations(store, directory, NOW).map(({ account }) => account.name)).toEqual(['Bob']);
  });

  it('are printed anew after they expired', () => {
    const { store, directory } = registrar();
    seedAccounts(store, directory, [], NOW);
    const later = NOW + 3 * LINK_LIFETIME_MS;
    const [renewed] = openInvitations(store, directory, later);
    expect(signIn(store, directory, { token: renewed?.token ?? '', device: '', session: undefined }, later).ok).toBe(
      true,
    );
  });

  it('are one for each account at a start, however often it was invited; those sent before stay good', () => {
    const { store, directory } = registrar();
    seedAccounts(store, directory, [], NOW);
    const sent = [store.links.invite('alice', NOW), store.links.invite('alice', NOW)];
    const [alice, ...others] = openInvitations(store, directory, NOW);
    expect(alice?.account.name).toBe('Alice');
    expect(others.map(({ account }) => account.name)).toEqual(['Bob']);
    const use = (token: string | undefined) =>
      signIn(store, directory, { token: token ?? '', device: '', session: undefined }, NOW);
    expect(use(sent[0]).ok).toBe(true);
    expect(use(alice?.token).ok).toBe(true);
    expect(use(sent[1])).toEqual({ ok: false, error: 'used' });
  });

  it('add a second account to the same session', () => {
    const { store, directory } = registrar();
    seedAccounts(store, directory, [], NOW);
    const [alice, bob] = openInvitations(store, directory, NOW);
    const first = signIn(store, directory, { token: alice?.token ?? '', device: '', session: undefined }, NOW);
    if (!first.ok) throw new Error(first.error);
    const second = signIn(store, directory, { token: bob?.token ?? '', device: '', session: first.session }, NOW);
    expect(second).toMatchObject({ ok: true, session: first.session });
    expect(second).not.toHaveProperty('newCookie');
    expect(store.sessions.holds(first.session, 'sip:alice@ringback.local')).toBe(true);
    expect(store.sessions.holds(first.session, 'sip:bob@ringback.local')).toBe(true);
  });
});

describe('signing out', () => {
  it('revokes the login of this device and leaves the other devices theirs', () => {
    const { store, directory } = registrar();
    directory.findOrAdd('Alice');
    const device = () => {
      const token = store.links.invite('alice', NOW);
      const result = signIn(store, directory, { token, device: '', session: undefined }, NOW);
      if (!result.ok) throw new Error(result.error);
      return result;
    };
    const here = device();
    const there = device();
    expect(signOut(store, directory, here.session, here.login.aor)).toBe(true);
    expect(directory.findLogin(here.login.username)).toBeUndefined();
    expect(directory.findLogin(there.login.username)).toBeDefined();
    expect(store.sessions.holds(here.session, here.login.aor)).toBe(false);
    expect(signOut(store, directory, here.session, here.login.aor)).toBe(false);
  });

  it('happens by itself to a session nobody used for a month', () => {
    const { store, directory } = registrar();
    directory.findOrAdd('Alice');
    const token = store.links.invite('alice', NOW);
    const result = signIn(store, directory, { token, device: '', session: undefined }, NOW);
    if (!result.ok) throw new Error(result.error);
    const later = NOW + SESSION_LIFETIME_MS;
    expect(store.sessions.find(result.newCookie ?? '', later)).toBeUndefined();
    store.prune(later);
    expect(directory.findLogin(result.login.username)).toBeUndefined();
  });

  it('forgets a session that never held an account after a day', () => {
    const { store } = registrar();
    const { cookie } = store.sessions.create(NOW);
    store.prune(NOW + 23 * 60 * 60 * 1000);
    expect(store.sessions.find(cookie, NOW)).toBeDefined();
    store.prune(NOW + 24 * 60 * 60 * 1000);
    expect(store.sessions.find(cookie, NOW)).toBeUndefined();
  });

  it('is postponed by use', () => {
    const { store } = registrar();
    const { cookie, id } = store.sessions.create(NOW);
    const half = SESSION_LIFETIME_MS / 2;
    expect(store.sessions.find(cookie, NOW + half)).toBe(id);
    expect(store.sessions.find(cookie, NOW + 2 * half)).toBe(id);
  });
});
