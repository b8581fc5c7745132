import { isIP } from 'node:net';
import { bracketed } from '@ringback/sip-node';
import { Directory } from './accounts/directory.ts';
import { linkLine } from './announcement.ts';
import { outerAddresses } from './lan.ts';
import type { GatewayOptions, UserAction } from './options.ts';
import { Problem } from './problem.ts';
import { portsText } from './sip-ports.ts';
import { databaseProblem } from './store/database.ts';
import { lockDirectory } from './store/lock.ts';
import { Store } from './store/store.ts';

/**
 * `--invite NAME`: an account if there is none of that name, and a fresh link. It writes the store a running gateway
 * reads for every request, so the link works the moment it is printed.
 */
export function invite(options: GatewayOptions, name: string): string {
  return withDirectory(options, (directory, store) => {
    const { account, token } = store.transaction(() => {
      const account = directory.findOrAdd(name);
      return { account, token: store.links.invite(account.user, Date.now()) };
    });
    const running = isRunning(options);
    const url = (running ? store.settings.get('url') : undefined) ?? expectedUrl(options);
    const hint = running ? [] : ['', 'The gateway is not running: npm start'];
    return [linkLine(account, url, token), ...hint, ''].join('\n');
  });
}

/** `user add|password|remove NAME`. */
export function changeUser(options: GatewayOptions, action: UserAction, name: string): string {
  return withDirectory(options, (directory, store) =>
    store.transaction(() => {
      if (action === 'remove') return `${directory.remove(name).name} is removed.\n`;
      const account = directory.findOrAdd(name);
      if (action === 'add' && directory.hasPassword(account)) {
        throw new Problem(`${account.name} has a password already; a new one: user password ${account.user}`);
      }
      const { username, password } = directory.setPassword(account);
      const server = serverOf(options, store);
      return [
        `${account.name} (${account.extension})`,
        `  SIP address  ${directory.aorOf(account)}`,
        `  Server       ${server.host}`,
        `  Port         ${server.ports}`,
        `  Domain       ${directory.domain}`,
        `  User name    ${username}`,
        `  Password     ${password}`,
        '',
      ].join('\n');
    }),
  );
}

/** `user list`. */
export function listUsers(options: GatewayOptions): string {
  return withDirectory(options, (directory) =>
    directory
      .people()
      .map((account) => `${account.extension}  ${directory.aorOf(account)}  ${account.name}\n`)
      .join(''),
  );
}

function withDirectory<T>(options: GatewayOptions, work: (directory: Directory, store: Store) => T): T {
  const store = new Store(options.data, { now: Date.now, onWritten: () => {} });
  try {
    requireRegistrar(options, store);
    return work(new Directory(store, { domain: store.settings.get('domain') ?? options.domain, now: Date.now }), store);
  } catch (error) {
    throw databaseProblem(error, options.data);
  } finally {
    store.close();
  }
}

/** In front of another SIP server accounts made here would be logins that nothing accepts. */
function requireRegistrar(options: GatewayOptions, store: Store): void {
  const upstream = store.settings.get('upstream') ?? '';
  if (upstream === '' || !isRunning(options)) return;
  throw new Problem(
    `the gateway running with ${options.data} stands in front of ${upstream}; the accounts are kept there, not here`,
  );
}

function isRunning(options: GatewayOptions): boolean {
  const lock = lockDirectory(options.data);
  lock?.release();
  return lock === undefined;
}

/** What a desk phone is told to register at: where the gateway runs, or will when it is started with the same options. */
function serverOf(options: GatewayOptions, store: Store): { readonly host: string; readonly ports: string } {
  const [host, ports] = isRunning(options) ? [store.settings.get('sip-host'), store.settings.get('sip-ports')] : [];
  const tlsPort = isSecure(options) ? options.sipPort + 1 : undefined;
  return { host: host ?? expectedHost(options), ports: ports ?? portsText(options.sipPort, tlsPort) };
}

function expectedUrl(options: GatewayOptions): string {
  return `http${isSecure(options) ? 's' : ''}://${bracketed(expectedHost(options))}:${options.port}`;
}

function expectedHost({ lan, host, advertise }: GatewayOptions): string {
  if (advertise !== undefined) return advertise;
  return (lan ? outerAddresses().find((address) => isIP(address) === 4) : undefined) ?? host;
}

function isSecure({ lan, tls }: GatewayOptions): boolean {
  return lan || tls !== undefined;
}
