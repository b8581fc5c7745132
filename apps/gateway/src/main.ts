import { changeUser, invite, listUsers } from './account-commands.ts';
import { announcement, complaint } from './announcement.ts';
import { startGateway } from './gateway.ts';
import { stderrLog } from './log.ts';
import { type GatewayOptions, parseTask } from './options.ts';
import { Problem } from './problem.ts';

/** After this a gateway that was told to stop is stopped, whatever it waits for. */
const STOP_DEADLINE_MS = 1900;
/** One Ctrl-C arrives twice: from the terminal, and from npm, which passes it on. A later one means now. */
const SAME_KEYPRESS_MS = 300;
const PARENT_POLL_MS = 250;

async function main(parameters: readonly string[]): Promise<void> {
  const task = parseTask(parameters);
  switch (task.type) {
    case 'print':
      return print(task.text);
    case 'invite':
      return print(invite(task.options, task.name));
    case 'user':
      return print(changeUser(task.options, task.action, task.name));
    case 'users':
      return print(listUsers(task.options));
    case 'start':
      return start(task.options);
  }
}

async function start(options: GatewayOptions): Promise<void> {
  const gateway = await startGateway(options, stderrLog(options.logLevel));
  let stoppingSince: number | undefined;
  const stop = (): void => {
    if (stoppingSince !== undefined) {
      if (Date.now() - stoppingSince > SAME_KEYPRESS_MS) process.exit(1);
      return;
    }
    stoppingSince = Date.now();
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    gateway.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  whenNpmIsGone(stop);
  process.stderr.write(complaint(gateway));
  print(announcement(gateway, options));
}

/**
 * `npm start` runs us in a shell, and a SIGTERM that npm passes on ends that shell alone. Without a parent nobody could
 * stop us any more, so that is taken for the signal it was.
 */
function whenNpmIsGone(stop: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    stop();
  }, PARENT_POLL_MS);
  watch.unref();
}

function print(text: string): void {
  process.stdout.write(text);
}

function fail(error: unknown): never {
  if (error instanceof Problem) {
    process.stderr.write(`ringback: ${error.message}\n`);
    process.exit(error.exitCode);
  }
  throw error;
}

// Files and directories made from here on are this user's alone.
process.umask(0o077);
main(process.argv.slice(2)).catch(fail);
