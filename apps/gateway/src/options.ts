import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Network } from '@ringback/sip-node';
import { Command, CommanderError, Option } from 'commander';
import { type NamedPassword, parseAccounts } from './accounts/first-run.ts';
import { address, hostName, networks, origins, port, type UpstreamAddress, upstream } from './option-values.ts';
import { UsageProblem } from './problem.ts';

export interface GatewayOptions {
  readonly host: string;
  readonly port: number;
  readonly sipPort: number;
  readonly advertise?: string;
  readonly domain: string;
  readonly data: string;
  readonly upstream?: UpstreamAddress;
  readonly lan: boolean;
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly trust: readonly Network[];
  readonly origins: readonly string[];
  readonly accounts: readonly NamedPassword[];
  readonly logLevel: LogLevelOption;
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type LogLevelOption = (typeof LOG_LEVELS)[number];

/** What the command line asks for. */
export type Task =
  | { readonly type: 'start'; readonly options: GatewayOptions }
  | { readonly type: 'invite'; readonly name: string; readonly options: GatewayOptions }
  | { readonly type: 'user'; readonly action: UserAction; readonly name: string; readonly options: GatewayOptions }
  | { readonly type: 'users'; readonly options: GatewayOptions }
  /** Help or the version was asked for; `text` is the answer. */
  | { readonly type: 'print'; readonly text: string };

export type UserAction = 'add' | 'password' | 'remove';

export const VERSION: string = versionOf(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Reads the command line and `RINGBACK_*`; throws `UsageProblem` with one line. A flag wins over its variable. */
export function parseTask(parameters: readonly string[]): Task {
  let text = '';
  let task: Task | undefined;
  const program = commandLine();
  const options = (): GatewayOptions => toOptions(program.opts<RawOptions>());

  for (const command of [program, ...userCommands(program, (made) => (task = made), options)]) {
    command.exitOverride();
    command.configureOutput({ writeOut: (line) => (text += line), writeErr: () => {} });
  }
  program.action(() => {
    const { invite } = program.opts<RawOptions>();
    task = invite === undefined ? { type: 'start', options: options() } : inviteTask(invite, options());
  });

  try {
    program.parse(parameters, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { type: 'print', text };
    throw new UsageProblem(`${firstLine(error.message)} (see --help)`);
  }
  return task ?? { type: 'print', text: program.helpInformation() };
}

interface RawOptions {
  readonly host: string;
  readonly port?: number;
  readonly sipPort?: number;
  readonly advertise?: string;
  readonly domain?: string;
  readonly data: string;
  readonly upstream?: UpstreamAddress;
  readonly lan?: true;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly trust: readonly Network[];
  readonly allowOrigin: readonly string[];
  readonly invite?: string;
  readonly logLevel: LogLevelOption;
}

function commandLine(): Command {
  return new Command('ringback')
    .description('Starts a phone system: the phone in the browser, and the SIP server behind it.')
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addOption(variable('--host <address>', 'address to listen on').default('127.0.0.1').argParser(address))
    .addOption(
      variable('--port <port>', 'port of the phone and its WebSocket (default: 8080; 8443 with --lan)').argParser(port),
    )
    .addOption(
      variable(
        '--sip-port <port>',
        'port for SIP over UDP and TCP, the next one for TLS (default: 5060; 5070 with --upstream)',
      ).argParser(port),
    )
    .addOption(
      variable(
        '--advertise <host>',
        'address or name others reach this machine by, where it differs from --host',
      ).argParser(hostName),
    )
    .addOption(
      variable(
        '--domain <name>',
        'SIP domain of the accounts (default: ringback.local, or the host of --upstream)',
      ).argParser(hostName),
    )
    .addOption(variable('--data <directory>', 'where accounts and registrations are kept').default('.ringback'))
    .addOption(
      variable(
        '--upstream <uri>',
        'sip:host[:port][;transport=tcp] of an existing SIP server that registers and routes',
      ).argParser(upstream),
    )
    .addOption(
      variable(
        '--lan',
        'listen on the address in the local network, with TLS from a certificate authority of its own',
      ).conflicts('host'),
    )
    .addOption(variable('--tls-cert <file>', 'certificate chain (PEM); with --tls-key, serves https and wss'))
    .addOption(variable('--tls-key <file>', 'private key (PEM)'))
    .addOption(
      variable(
        '--trust <networks>',
        'addresses that need no password, e.g. 192.0.2.7 or 10.1.0.0/16, separated by commas',
      )
        .default([], 'none')
        .argParser(networks),
    )
    .addOption(
      variable(
        '--allow-origin <origins>',
        'further web origins whose pages may open the WebSocket, separated by commas',
      )
        .default([], 'none')
        .argParser(origins),
    )
    .addOption(new Option('--invite <name>', 'make an account, or a fresh sign-in link for one, and print the link'))
    .addOption(variable('--log-level <level>', 'how much is logged on stderr').choices(LOG_LEVELS).default('warn'))
    .addHelpText('after', HELP_AFTER);
}

const HELP_AFTER = `
Every option but --invite can be set as an environment variable: --sip-port is RINGBACK_SIP_PORT.
RINGBACK_ACCOUNTS=alice:password,bob:password makes accounts without questions.
`;

function userCommands(program: Command, done: (task: Task) => void, options: () => GatewayOptions): readonly Command[] {
  const user = program
    .command('user')
    .description('accounts: add, password, remove, list')
    .helpCommand(false)
    .allowExcessArguments()
    .action((_options: unknown, command: Command) => {
      const [unknown] = command.args;
      const complaint = unknown === undefined ? '' : `unknown command '${unknown}'; `;
      throw new UsageProblem(`user: ${complaint}say add, password, remove or list (see user --help)`);
    });
  const act = (action: UserAction, description: string): Command =>
    user
      .command(`${action} <name>`)
      .description(description)
      .action((name: string) => done({ type: 'user', action, name: named(name), options: local(options()) }));
  return [
    user,
    act('add', 'make an account with a password for a desk phone'),
    act('password', 'give an account a new password'),
    act('remove', 'remove an account and all its logins'),
    user
      .command('list')
      .description('list the accounts')
      .action(() => done({ type: 'users', options: local(options()) })),
  ];
}

function inviteTask(name: string, options: GatewayOptions): Task {
  return { type: 'invite', name: named(name), options: local(options) };
}

function local(options: GatewayOptions): GatewayOptions {
  if (options.upstream === undefined) return options;
  throw new UsageProblem('with --upstream the accounts are kept there, not here');
}

function named(name: string): string {
  if (name.trim() === '') throw new UsageProblem('an account needs a name');
  return name.trim();
}

function toOptions(raw: RawOptions): GatewayOptions {
  if ((raw.tlsCert === undefined) !== (raw.tlsKey === undefined)) {
    throw new UsageProblem('--tls-cert and --tls-key belong together');
  }
  const tls =
    raw.tlsCert === undefined || raw.tlsKey === undefined ? {} : { tls: { certificate: raw.tlsCert, key: raw.tlsKey } };
  return {
    host: raw.host,
    port: raw.port ?? (raw.lan === true ? 8443 : 8080),
    sipPort: raw.sipPort ?? (raw.upstream === undefined ? 5060 : 5070),
    ...(raw.advertise === undefined ? {} : { advertise: raw.advertise }),
    domain: (raw.domain ?? raw.upstream?.host ?? 'ringback.local').toLowerCase(),
    data: resolve(raw.data),
    ...(raw.upstream === undefined ? {} : { upstream: raw.upstream }),
    lan: raw.lan === true,
    ...tls,
    trust: raw.trust,
    origins: raw.allowOrigin,
    accounts: parseAccounts(process.env['RINGBACK_ACCOUNTS'] ?? ''),
    logLevel: raw.logLevel,
  };
}

/** An option that is also an environment variable: `--sip-port` is `RINGBACK_SIP_PORT`. */
function variable(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.env(`RINGBACK_${option.name().toUpperCase().replaceAll('-', '_')}`);
}

function firstLine(text: string): string {
  return text.replace(/^error: /, '').split('\n')[0] ?? '';
}

function versionOf(manifest: string): string {
  const parsed: unknown = JSON.parse(manifest);
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : '0';
}
