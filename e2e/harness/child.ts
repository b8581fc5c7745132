import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A process of ours: its output kept, its end awaited, ended by its own id and with all it started. */
export class Child {
  readonly #process: ChildProcess;
  readonly #exit: Promise<number | string>;
  #output = '';
  #listeners: (() => void)[] = [];

  constructor(command: string, args: readonly string[], { cwd, env }: ChildOptions = {}) {
    this.#process = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      // Standard input stays open: baresip ends when it closes.
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own, so that npm's children end with it.
      detached: true,
    });
    const keep = (chunk: Buffer): void => {
      this.#output += chunk.toString();
      this.#wake();
    };
    this.#process.stdout?.on('data', keep);
    this.#process.stderr?.on('data', keep);
    this.#exit = new Promise((done) => {
      this.#process.once('error', (error) => {
        this.#output += String(error);
        done(127);
      });
      this.#process.once('close', (code, signal) => done(code ?? signal ?? -1));
    });
    this.#exit.then(() => this.#wake());
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get output(): string {
    return this.#output;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Exit code, or the name of the signal that ended it. */
  get exit(): Promise<number | string> {
    return this.#exit;
  }

  /** Waits for output; fails when the process ends or `seconds` pass without it. */
  async line(pattern: RegExp, seconds = 20): Promise<RegExpExecArray> {
    const deadline = AbortSignal.timeout(seconds * 1000);
    for (;;) {
      const found = pattern.exec(this.#output);
      if (found !== null) return found;
      if (!this.running) throw new Error(`ended before ${pattern}:\n${this.#output}`);
      if (deadline.aborted) throw new Error(`${pattern} did not come in ${seconds} s:\n${this.#output}`);
      await new Promise<void>((wake) => {
        this.#listeners.push(wake);
        deadline.addEventListener('abort', () => wake(), { once: true });
      });
    }
  }

  /** Signals the process and all its children. */
  signal(name: NodeJS.Signals): void {
    // One that could not be started has no group; 0 would be ours.
    if (this.pid === 0) return;
    try {
      process.kill(-this.pid, name);
    } catch {
      // Already gone.
    }
  }

  /** Asks it to end, insists after five seconds. */
  async stop(name: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.pid === 0) return;
    this.signal(name);
    const insist = setTimeout(() => this.signal('SIGKILL'), 5000);
    if (this.running) await once(this.#process, 'close');
    clearTimeout(insist);
    this.signal('SIGKILL');
  }

  #wake(): void {
    for (const wake of this.#listeners.splice(0)) wake();
  }
}
