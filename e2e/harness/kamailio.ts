import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Child } from './child.ts';
import { ports, scratch } from './ports.ts';

/** A PBX that is not ours: Kamailio as registrar and proxy of `pbx.test`, users carol, dave and desk (`NAME-secret`). */
export class Kamailio {
  readonly sip = `127.0.0.1:${ports.kamailioSip}`;
  readonly ws = `ws://127.0.0.1:${ports.kamailioWeb}`;
  readonly domain = 'pbx.test';
  readonly #child: Child;
  readonly #folder: string;

  private constructor(child: Child, folder: string) {
    this.#child = child;
    this.#folder = folder;
  }

  static async start(): Promise<Kamailio> {
    const folder = scratch('kamailio');
    const template = readFileSync(join(import.meta.dirname, '../kamailio/kamailio.cfg'), 'utf8');
    const file = join(folder, 'kamailio.cfg');
    writeFileSync(
      file,
      template
        .replaceAll('RUN_FOLDER', folder)
        .replaceAll('SIP_PORT', String(ports.kamailioSip))
        .replaceAll('WEB_PORT', String(ports.kamailioWeb)),
    );
    // In the foreground, with memory and a runtime folder of its own.
    const memory = ['-m', '64', '-M', '8'];
    const child = new Child('kamailio', ['-f', file, '-DD', '-E', ...memory, '-P', join(folder, 'pid'), '-Y', folder]);
    const kamailio = new Kamailio(child, folder);
    await kamailio.#ready();
    return kamailio;
  }

  get output(): string {
    return this.#child.output;
  }

  /** The location table as `kamcmd ul.dump` prints it. */
  location(): Promise<string> {
    return this.#command('ul.dump');
  }

  /** How often it answered 401 by itself. */
  async challenges(): Promise<number> {
    return Number(/^\s*401: *(\d+)/m.exec(await this.#command('sl.stats'))?.[1] ?? Number.NaN);
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }

  async #command(...words: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('kamcmd', ['-s', `unix:${this.#folder}/control`, ...words]);
    return stdout;
  }

  /** Its control socket answers once its children are up. */
  async #ready(): Promise<void> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      try {
        await this.#command('core.uptime');
        return;
      } catch (cause) {
        if (!this.#child.running || Date.now() > deadline) throw new Error(`kamailio: ${this.output}`, { cause });
      }
    }
  }
}
