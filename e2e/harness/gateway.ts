import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Child } from './child.ts';
import { ports, scratch } from './ports.ts';

export interface GatewayOptions {
  readonly flags?: readonly string[];
  /** `alice:password,bob:password`; absent: a first run makes its own two accounts. */
  readonly accounts?: string;
  /** Data directory of an earlier run. */
  readonly data?: string;
  /** `npm`: as a person starts it; `node`: the same program without npm in front, quicker. */
  readonly by?: 'npm' | 'node';
}

export interface Health {
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** The checkout whose gateway and built phone are tested. */
export const root: string = process.env['RINGBACK_E2E_ROOT'] ?? join(import.meta.dirname, '../..');

/** The product: one gateway process, on this worker's ports. */
export class Gateway {
  readonly url: string;
  readonly ws: string;
  /** `127.0.0.1:PORT` for SIP over UDP and TCP. */
  readonly sip = `127.0.0.1:${ports.sip}`;
  readonly domain = 'ringback.local';
  readonly data: string;
  readonly #child: Child;

  private constructor(child: Child, data: string, url: string, ws: string) {
    this.#child = child;
    this.data = data;
    this.url = url;
    this.ws = ws;
  }

  static async start(options: GatewayOptions = {}): Promise<Gateway> {
    const data = options.data ?? join(scratch('gateway'), 'data');
    const child = run({ ...options, data });
    const [, url = '', ws = ''] = await child.line(/^ready (\S+) (\S+) (\S+)$/m, 60);
    return new Gateway(child, data, url, ws);
  }

  /** The sign-in links it printed, in order. */
  get links(): readonly string[] {
    return [...this.output.matchAll(/https?:\/\/\S+#t=\S+/g)].map(([link]) => link);
  }

  get output(): string {
    return this.#child.output;
  }

  /** A fresh link for an account, made beside the running gateway. */
  async invite(name: string): Promise<string> {
    const child = run({ data: this.data, flags: ['--invite', name] });
    const [link] = await child.line(/https?:\/\/\S+#t=\S+/);
    await child.exit;
    return link;
  }

  async health(): Promise<Health> {
    const response = await fetch(`${this.url}/healthz`);
    return (await response.json()) as Health;
  }

  /** Registrations a new process would find, should this one die now. */
  bindingsOnDisk(): number {
    const database = new DatabaseSync(join(this.data, 'ringback.db'), { readOnly: true });
    try {
      const row = database.prepare('SELECT count(*) AS count FROM bindings').get();
      return Number(row?.['count']);
    } finally {
      database.close();
    }
  }

  /** Ctrl-C, as a terminal sends it: to the whole group. Answers exit code and milliseconds. */
  async interrupt(): Promise<{ exit: number | string; took: number }> {
    const start = Date.now();
    this.#child.signal('SIGINT');
    const exit = await this.#child.exit;
    return { exit, took: Date.now() - start };
  }

  async kill(): Promise<void> {
    await this.#child.stop('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }
}

/** Starts the program without waiting for it to be ready: for starts that fail. */
export function run({ flags = [], accounts, data, by = 'node' }: GatewayOptions): Child {
  const parameters = ['--port', String(ports.http), '--sip-port', String(ports.sip)];
  if (data !== undefined) parameters.push('--data', data);
  parameters.push(...flags);
  const environment = accounts === undefined ? {} : { RINGBACK_ACCOUNTS: accounts };
  return by === 'npm'
    ? new Child('npm', ['start', '--', ...parameters], { cwd: root, env: environment })
    : new Child(process.execPath, ['--conditions=ringback-source', 'apps/gateway/src/main.ts', ...parameters], {
        cwd: root,
        env: environment,
      });
}
