import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly stdout: string;
  readonly webUrl: string;
  readonly webSocketUrl: string;
  readonly sipUri: string;
  readonly ended: Promise<Ended>;
}

/** Runs the program to its end. */
export async function run(parameters: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return launch(parameters, env).ended;
}

/** Starts the program and waits for its `ready` line. */
export async function startChild(parameters: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Running> {
  const { child, ended, output } = launch(parameters, env);
  const ready = new Promise<void>((resolve) => {
    child.stdout?.on('data', () => {
      if (/^ready .*\n/m.test(output().stdout)) resolve();
    });
  });
  const first = await Promise.race([ready, ended]);
  if (first !== undefined) throw new Error(`ended with ${first.code}: ${first.stderr}`);
  const { stdout } = output();
  const [, webUrl = '', webSocketUrl = '', sipUri = ''] = /^ready (\S+) (\S+) (\S+)$/m.exec(stdout) ?? [];
  return { child, stdout, webUrl, webSocketUrl, sipUri, ended };
}

function launch(parameters: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['--conditions=ringback-source', MAIN, ...parameters], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal, stdout, stderr }));
  return { child, ended, output: () => ({ stdout, stderr }) };
}
