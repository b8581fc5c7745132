import { token } from '@ringback/sip';
import type { AccountId, Command, CommandResult, Problem, TraceEntry } from '../bridge/protocol.ts';
import { Account, type AccountHost, type Login } from './account.ts';
import { GatewayEvents, leaveGateway, openGatewaySession, ownGateway } from './gateway.ts';
import { refused } from './messages.ts';
import { isRefused, sentence } from './problem.ts';
import { asThisPage, chosenServer, servesThisPage } from './server.ts';
import type { Store, StoredAccount } from './store.ts';
import { addressOfRecord } from './target.ts';
import type { Vault } from './vault.ts';

export interface AccountsHost extends Omit<AccountHost, 'changed'> {
  readonly store: Store;
  readonly vault: Vault;
  /** Origin of the page, `https://phone.example.com`. */
  readonly origin: string;
  changed(): void;
  gatewayTrace(account: AccountId, entries: readonly TraceEntry[]): void;
}

type SignIn = Extract<Command, { type: 'sign-in' }>['login'];

/** The accounts signed in on this device. */
export class Accounts {
  readonly #host: AccountsHost;
  readonly #accounts = new Map<AccountId, Account>();
  readonly #events = new Map<AccountId, GatewayEvents>();
  /** Typed by hand and not accepted by any server yet: not on the device. */
  readonly #untried = new WeakSet<Account>();
  #waiting: readonly { readonly account: Account; readonly settled: () => void }[] = [];

  constructor(host: AccountsHost) {
    this.#host = host;
  }

  get(id: AccountId): Account | undefined {
    return this.#accounts.get(id);
  }

  get all(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  events(id: AccountId): GatewayEvents | undefined {
    return this.#events.get(id);
  }

  /** Those that were signed in when an engine ended last, unless their time is over. */
  async load(): Promise<void> {
    const { store, vault, clock } = this.#host;
    const stored = await store.all('accounts');
    // The cookie may be gone while the login is still good; the connection has to carry one.
    if (stored.some(({ gateway }) => gateway)) await openGatewaySession();
    for (const account of stored) {
      const expired = !account.remember && clock.now() - account.lastUsed > UNUSED;
      const password = expired ? undefined : await vault.open(account.password);
      if (password === undefined) await store.delete('accounts', account.id);
      else this.#add({ account, password, instance: await this.#instance(account.id) });
    }
  }

  async signIn(login: SignIn): Promise<CommandResult> {
    const address = addressOfRecord(login.address);
    if (!address) return refused('That is not a SIP address. It looks like name@example.com.');
    const own = await ownGateway();
    const chosen = chosenServer(login.server, address.domain, own, this.#host.origin);
    if (chosen === undefined) return refused('The server has to be a ws:// or wss:// address.');
    const server = login.gateway ? asThisPage(chosen, this.#host.origin) : chosen;
    const gateway = login.gateway || (own !== undefined && servesThisPage(server, this.#host.origin));
    if (gateway && !login.gateway) await openGatewaySession();

    const { store, vault, clock } = this.#host;
    const id = address.aor;
    const before = this.#accounts.get(id);
    const stored: StoredAccount = {
      id,
      displayName: login.displayName?.trim() ?? '',
      server,
      gateway,
      ...(login.username !== undefined && { username: login.username }),
      ...(login.realm !== undefined && { realm: login.realm }),
      remember: login.remember,
      lastUsed: clock.now(),
      password: await vault.seal(login.password),
    };
    await this.#drop(id);
    const account = this.#add({ account: stored, password: login.password, instance: await this.#instance(id) });
    if (!account.byLink) this.#untried.add(account);
    account.start();
    // The login of a link exists only here, so it is kept before anything else; one typed by hand once it has worked.
    if (account.byLink) await store.put('accounts', stored);
    if (login.gateway) return { ok: true, account: id };

    const problem = await this.#outcome(account);
    if (this.#accounts.get(id) !== account) return refused('Signed out.');
    if (problem) {
      if (!before) await this.signOut(id);
      return { ok: false, problem, message: sentence(problem, new URL(server).host) };
    }
    await this.#used(account);
    return { ok: true, account: id };
  }

  async signOut(id: AccountId): Promise<void> {
    const account = this.#accounts.get(id);
    if (!account) return;
    this.#untried.delete(account);
    await this.#host.store.delete('accounts', id);
    await this.#drop(id);
    if (account.login.account.gateway) await leaveGateway(id);
  }

  retry(id: AccountId): boolean {
    const account = this.#accounts.get(id);
    if (!account) return false;
    const { problem } = account.state;
    if (problem && isRefused(problem)) account.userAgent?.register();
    else account.userAgent?.network('wake');
    return true;
  }

  wake(cause: 'online' | 'wake'): void {
    for (const { userAgent } of this.all) userAgent?.network(cause);
  }

  async stop(): Promise<void> {
    for (const events of this.#events.values()) events.close();
    await Promise.all(this.all.map((account) => account.stop()));
    for (const account of this.all) {
      if (this.#untried.has(account) && !account.userAgent && !(await this.#host.store.get('accounts', account.id)))
        await this.#drop(account.id);
    }
  }

  #add(login: Login): Account {
    const { id } = login.account;
    const account = new Account(login, { ...this.#host, changed: (changed) => this.#changed(changed) });
    this.#accounts.set(id, account);
    if (login.account.gateway) {
      const events = new GatewayEvents(id, {
        people: (people) => {
          account.people = people;
          this.#host.changed();
        },
        trace: (entries) => this.#host.gatewayTrace(id, entries),
      });
      this.#events.set(id, events);
    }
    this.#host.changed();
    return account;
  }

  async #drop(id: AccountId): Promise<void> {
    const account = this.#accounts.get(id);
    this.#accounts.delete(id);
    this.#events.get(id)?.close();
    this.#events.delete(id);
    await account?.stop();
    this.#host.changed();
  }

  #changed(account: Account): void {
    const { status, problem } = account.state;
    if (status === 'registered') {
      this.#events.get(account.id)?.open();
      void this.#used(account);
    }
    // Whom the gateway refuses it tells nothing: asking on would be a 401 every few seconds.
    if (problem && isRefused(problem)) this.#events.get(account.id)?.close();
    if (status === 'registered' || status === 'failed' || status === 'signed-out' || problem) {
      const settled = this.#waiting.filter((one) => one.account === account);
      this.#waiting = this.#waiting.filter((one) => one.account !== account);
      for (const one of settled) one.settled();
    }
    this.#host.changed();
  }

  /** Resolves once the account is registered (nothing), or with what is in the way. */
  #outcome(account: Account): Promise<Problem | undefined> {
    return new Promise((resolve) => {
      const settled = (): void => resolve(account.state.problem);
      this.#waiting = [...this.#waiting, { account, settled }];
      this.#changed(account);
    });
  }

  /** It has worked: from now on this is the login this device keeps. The 12 hours run from the last use. */
  async #used(account: Account): Promise<void> {
    const { store, clock } = this.#host;
    if (this.#untried.delete(account)) {
      await store.put('accounts', { ...account.login.account, lastUsed: clock.now() });
      return;
    }
    const stored = await store.get('accounts', account.id);
    if (stored && this.#accounts.get(account.id) === account && clock.now() - stored.lastUsed > USE) {
      await store.put('accounts', { ...stored, lastUsed: clock.now() });
    }
  }

  async #instance(id: AccountId): Promise<string> {
    const { store, random } = this.#host;
    const known = await store.get('instances', id);
    if (known) return known.instance;
    const instance = `urn:uuid:${uuid(token(random, 16))}`;
    await store.put('instances', { id, instance });
    return instance;
  }
}

/** Milliseconds after the last use when an account that was not to be remembered is forgotten. */
const UNUSED = 12 * 3600_000;

/** Milliseconds between two notes of use. */
const USE = 600_000;

/** A version 4 UUID of 32 random hex digits (RFC 9562 §5.4). */
function uuid(hex: string): string {
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
