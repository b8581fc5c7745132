import { silent, systemClock } from '@ringback/sip';
import { seededRandom } from '@ringback/sip/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Accounts } from './accounts.ts';
import { MemoryStore, type StoredAccount } from './store.ts';
import { Vault } from './vault.ts';

describe('accounts of this device', () => {
  let store: MemoryStore;
  let vault: Vault;
  beforeEach(() => {
    store = new MemoryStore();
    vault = new Vault(store);
    vi.stubGlobal('fetch', async () => new Response('', { status: 404 }));
  });
  afterEach(() => vi.unstubAllGlobals());

  it('come back after a restart, those not to be remembered for 12 hours after their last use', async () => {
    await store.put('accounts', await stored('old', { lastUsed: 0 }));
    await store.put('accounts', await stored('fresh', { lastUsed: 11 * HOUR }));
    await store.put('accounts', await stored('kept', { lastUsed: 0, remember: true }));
    const accounts = await load(13 * HOUR);
    expect(accounts.all.map(({ id }) => id)).toEqual(['sip:fresh@example.com', 'sip:kept@example.com']);
    expect(await store.get('accounts', 'sip:old@example.com')).toBeUndefined();
  });
  it('are forgotten when their password cannot be opened any more', async () => {
    await store.put('accounts', await stored('alice', { lastUsed: 0 }));
    await store.delete('keys', 'credentials');
    vault = new Vault(store);
    expect((await load(1)).all).toEqual([]);
    expect(await store.all('accounts')).toEqual([]);
  });
  it('have an instance each, the same after every restart, RFC 5626 §4.1', async () => {
    for (const name of ['alice', 'bob']) await store.put('accounts', await stored(name, { lastUsed: 0 }));
    const instances = async () => (await load(1)).all.map(({ login }) => login.instance);
    const first = await instances();
    expect(new Set(first).size).toBe(2);
    expect(first[0]).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await instances()).toEqual(first);
  });
  it.each([
    ['alice', 'wss://example.com/ws', /SIP address/],
    ['alice@example.com', 'https://example.com', /ws:\/\/ or wss:\/\//],
  ])('are refused in words for %s at %s', async (address, server, message) => {
    const accounts = await load(1);
    const result = await accounts.signIn({ address, server, password: 'x', remember: false, gateway: false });
    expect(result).toMatchObject({ ok: false, message: expect.stringMatching(message) });
    expect(accounts.all).toEqual([]);
  });

  describe('signed in by hand, at a gateway or elsewhere', () => {
    const typed = (password: string, gateway: boolean) => ({
      address: 'sip:alice@example.com',
      password,
      server: 'wss://example.com/ws',
      remember: true,
      gateway,
    });
    const kept = async () => (await store.all('accounts')).map(({ id }) => id);
    beforeEach(() => {
      vi.stubGlobal('EventSource', Events);
      vi.stubGlobal('WebSocket', Registrar);
    });

    it.each([true, false])('are kept once they have registered, and not before (gateway: %s)', async (gateway) => {
      const accounts = await load(1);
      Registrar.status = '403 Forbidden';
      await accounts.signIn(typed('wrong', gateway));
      await vi.waitFor(() => expect(accounts.all.every(({ state }) => state.status === 'failed')).toBe(true));
      expect(await kept()).toEqual([]);
      await accounts.stop();
      expect(accounts.all).toEqual([]);
      Registrar.status = '200 OK';
      expect(await accounts.signIn(typed('right', gateway))).toMatchObject({ ok: true });
      await vi.waitFor(async () => expect(await kept()).toEqual(['sip:alice@example.com']));
      await accounts.stop();
      expect(accounts.all).toHaveLength(1);
    });
    it('keep the login that worked while a corrected one has not', async () => {
      const accounts = await load(1);
      Registrar.status = '200 OK';
      await accounts.signIn(typed('right', false));
      const [before] = await store.all('accounts');
      Registrar.status = '403 Forbidden';
      expect(await accounts.signIn(typed('wrong', false))).toMatchObject({ ok: false, problem: { kind: 'refused' } });
      await accounts.stop();
      expect(accounts.all).toHaveLength(1);
      expect(await store.all('accounts')).toEqual([before]);
    });
  });

  async function stored(name: string, some: Partial<StoredAccount>): Promise<StoredAccount> {
    return {
      id: `sip:${name}@example.com`,
      displayName: '',
      server: 'wss://example.com/ws',
      gateway: false,
      remember: false,
      lastUsed: 0,
      password: await vault.seal('secret'),
      ...some,
    };
  }
  async function load(now: number): Promise<Accounts> {
    const clock = systemClock({ now: () => now, setTimeout: () => 0, clearTimeout: () => undefined });
    const unused = (): never => {
      throw new Error('no call here');
    };
    const accounts = new Accounts({
      store,
      vault,
      clock,
      random: seededRandom(7),
      log: silent,
      origin: 'https://phone.example.com',
      changed: () => undefined,
      gatewayTrace: unused,
      media: unused,
      incoming: unused,
      session: unused,
      ended: unused,
      wire: () => undefined,
    });
    await accounts.load();
    return accounts;
  }
});

/** A server that gives every REGISTER the same answer. */
class Registrar extends EventTarget {
  static status = '200 OK';
  constructor() {
    super();
    queueMicrotask(() => this.dispatchEvent(new Event('open')));
  }
  send(message: string): void {
    if (!message.startsWith('REGISTER ')) return;
    const echoed = message.split('\r\n').filter((line) => /^(via|from|to|call-id|cseq|contact):/i.test(line));
    const lines = [`SIP/2.0 ${Registrar.status}`, ...echoed.map((line) => line.replace(/^(To:.*)$/i, '$1;tag=1'))];
    const data = `${lines.join('\r\n')}\r\nExpires: 600\r\nContent-Length: 0\r\n\r\n`;
    queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data })));
  }
  close(): void {}
}

class Events extends EventTarget {
  close(): void {}
}

const HOUR = 3600_000;
