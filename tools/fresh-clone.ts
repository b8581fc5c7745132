import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/**
 * `node tools/fresh-clone.ts FOLDER`: the checkout as somebody else gets it, in an empty folder, with nothing installed;
 * and `npm start` in it, which must install, build, say `ready`, answer, and end at Ctrl-C in two seconds. What is not
 * committed yet comes along, what is ignored does not.
 */
async function freshClone(folder: string, seconds: number): Promise<string | undefined> {
  for (const file of filesOf()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  // The environment of a person's shell, not of the npm that runs this.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_OPTIONS$/i.test(name)));
  env['PATH'] = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((part) => !part.includes('node_modules'))
    .join(delimiter);
  const child = spawn('npm', ['start', '--', '--port', '0', '--sip-port', '0', '--data', join(folder, '../data')], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const ready = new Promise<string>((done) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = /^ready (\S+)/m.exec(output)?.[1];
      if (url !== undefined) done(url);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), seconds * 1000);
  });
  const url = await Promise.race([ready, ended.then(() => undefined), late]);
  clearTimeout(timer);
  const answers = url !== undefined && (await fetch(`${url}/healthz`)).ok && (await fetch(`${url}/`)).ok;
  const asked = performance.now();
  if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  await ended;
  if (!answers) return output;
  const took = (performance.now() - asked) / 1000;
  return took < 2 ? undefined : `took ${took.toFixed(1)} s to end after Ctrl-C`;
}

function filesOf(): readonly string[] {
  const { stdout } = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return stdout.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
}

const [folder = ''] = process.argv.slice(2);
const problem = await freshClone(folder, 240);
if (problem !== undefined) console.error(problem);
process.exitCode = problem === undefined ? 0 : 1;
