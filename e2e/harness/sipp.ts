import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.ts';
import { ports, scratch } from './ports.ts';

export interface SippOptions {
  /** A scenario of `e2e/sipp`, by its path there, or `uac` and `uas`, which are built into sipp. */
  readonly scenario: string;
  readonly transport: 'udp' | 'tcp';
  /** The server, `127.0.0.1:5060`; absent for a scenario that waits for calls. */
  readonly to?: string;
  /** Which of the worker's ports it takes; or a port. */
  readonly index?: number;
  readonly port?: number;
  readonly calls: number;
  readonly perSecond?: number;
  /** `uri`: what the digest covers, the Request-URI without `sip:`; sipp would take the server's address. */
  readonly login?: { readonly user: string; readonly password: string; readonly uri: string };
  readonly keys?: Readonly<Record<string, string | number>>;
  /** Local address, for traffic from another source. */
  readonly from?: string;
  /** User part of the called address in the built-in scenarios. */
  readonly service?: string;
  /** Seconds all of it may take; default 60. */
  readonly seconds?: number;
  /** Further parameters of the command. */
  readonly more?: readonly string[];
}

export interface SippCounts {
  readonly exit: number | string;
  readonly successful: number;
  readonly failed: number;
  readonly output: string;
}

const builtIn = new Set(['uac', 'uas']);

/** A run of sipp; `done` tells how it ended. A waiting scenario ends after its calls, or by `stop`. */
export class Sipp {
  readonly port: number;
  readonly #child: Child;
  readonly #statistics: string;
  readonly #errors: string;

  constructor(options: SippOptions) {
    const {
      scenario,
      transport,
      to,
      index = 0,
      calls,
      perSecond = 40,
      keys = {},
      login,
      from = '127.0.0.1',
      service,
      seconds = 60,
      more = [],
    } = options;
    const folder = scratch(`sipp-${scenario.replaceAll('/', '-')}`);
    this.port = options.port ?? ports.sipp(index);
    this.#statistics = join(folder, 'statistics.csv');
    this.#errors = join(folder, 'errors.log');
    this.#child = new Child(
      'sipp',
      [
        ...(to === undefined ? [] : [to]),
        ...(builtIn.has(scenario) ? ['-sn', scenario] : ['-sf', join(import.meta.dirname, `../sipp/${scenario}.xml`)]),
        ...Object.entries(keys).flatMap(([name, value]) => ['-key', name, String(value)]),
        ...(login === undefined ? [] : ['-au', login.user, '-ap', login.password, '-auth_uri', login.uri]),
        ...(service === undefined ? [] : ['-s', service]),
        ...['-i', from, '-p', String(this.port), '-t', transport === 'udp' ? 'u1' : 't1'],
        ...['-m', String(calls), '-r', String(perSecond), '-l', '50'],
        ...[
          '-nostdin',
          '-trace_stat',
          '-stf',
          this.#statistics,
          '-fd',
          '1',
          '-timeout',
          `${seconds}s`,
          '-timeout_error',
        ],
        ...['-trace_err', '-error_file', this.#errors, ...more],
      ],
      { cwd: folder, env: { TERM: 'dumb' } },
    );
  }

  get done(): Promise<SippCounts> {
    return this.#child.exit.then((exit) => ({ exit, ...this.#counts(), output: this.#child.output }));
  }

  /** What it found wrong, message by message. */
  get errors(): string {
    return existsSync(this.#errors) ? readFileSync(this.#errors, 'latin1') : '';
  }

  async stop(): Promise<void> {
    await this.#child.stop('SIGKILL');
  }

  /** The last line of the statistics, cumulative columns. */
  #counts(): { successful: number; failed: number } {
    // What it cannot read it does not begin with.
    if (!existsSync(this.#statistics)) return { successful: Number.NaN, failed: Number.NaN };
    const rows = readFileSync(this.#statistics, 'latin1')
      .trim()
      .split('\n')
      .map((line) => line.split(';'));
    const [header = [], last = []] = [rows[0], rows.at(-1)];
    const column = (name: string): number => Number(last[header.indexOf(name)] ?? Number.NaN);
    return { successful: column('SuccessfulCall(C)'), failed: column('FailedCall(C)') };
  }
}
