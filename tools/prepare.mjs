/**
 * Runs before `npm start`, `npm run dev` and `npm test`: installs the npm packages and builds the phone when either is
 * missing or stale. Plain JavaScript without dependencies, so that it runs on the machine's own (older) Node.
 *
 *   node tools/prepare.mjs              install, check the runtime, build the phone
 *   node tools/prepare.mjs --no-build   without building (`npm run dev` serves the sources)
 *   node tools/prepare.mjs --test       as the first, for the test run
 *
 * Speaks on stderr only: stdout belongs to the program that starts afterwards.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Oldest Node that can install the packages and run this file. */
const INSTALLER_NODE = 20;
/** Oldest Node that runs the gateway: it executes TypeScript and brings SQLite. */
const RUNTIME_NODE = 24;

/** What the built phone is made of; see `buildInputs`. */
const BUILD_SOURCES = [
  'apps/phone',
  'packages/sip/src',
  'packages/sip/package.json',
  'vite.config.ts',
  'tsconfig.base.json',
  'package-lock.json',
];
const BUILD_STAMP = 'apps/phone/dist/.stamp';

/** A condition a person can do something about: its message is the one line printed. */
export class PrepareError extends Error {}

export function prepare(root, { build = true, say = (line) => process.stderr.write(`${line}\n`) } = {}) {
  requireNode(process.versions.node);
  if (!isInstalled(root)) {
    say('Ringback: installing packages (once) ...');
    install(root);
  }
  requireRuntime(root);
  if (build && !isBuilt(root)) {
    say('Ringback: building the phone ...');
    buildPhone(root);
  }
}

export function requireNode(version) {
  if (major(version) < INSTALLER_NODE) {
    throw new PrepareError(
      `Node ${INSTALLER_NODE} or newer is needed to install; this is Node ${version}. Get one from https://nodejs.org/.`,
    );
  }
}

/**
 * True when every package of the lock file is installed in that version. npm keeps its own record of what it installed
 * in `node_modules/.package-lock.json`, written last, so an interrupted installation counts as missing.
 */
export function isInstalled(root) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const installed = readJson(join(root, 'node_modules/.package-lock.json'))?.packages;
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/') || entry.optional === true) return true;
    const found = installed[path];
    return found !== undefined && found.version === entry.version && existsSync(join(root, path));
  });
}

function install(root) {
  // A first installation follows the lock file to the letter; an existing tree is only brought up to date, since
  // `npm ci` would delete the Node that may be running this very file.
  const fresh = !existsSync(join(root, 'node_modules'));
  const parameters = fresh ? ['ci'] : ['install', '--no-save'];
  const result = npm(root, [...parameters, '--no-audit', '--no-fund', '--include=dev', '--loglevel=error']);
  if (result.error !== undefined) throw new PrepareError(`npm cannot be run: ${result.error.message}`);
  if (result.status !== 0) {
    throw new PrepareError(`npm could not install the packages (exit code ${result.status}); its own words are above.`);
  }
  if (!isInstalled(root)) {
    throw new PrepareError(
      'npm finished, but packages of package-lock.json are still missing; try: rm -rf node_modules',
    );
  }
}

/** npm itself, run by the Node that came with it when we were started by npm. */
function npm(root, parameters) {
  const options = { cwd: root, stdio: ['ignore', 2, 2], env: process.env };
  const script = process.env.npm_execpath;
  if (script !== undefined && /npm-cli\.c?js$/.test(script)) {
    return spawnSync(process.env.npm_node_execpath ?? process.execPath, [script, ...parameters], options);
  }
  return spawnSync('npm', parameters, { ...options, shell: process.platform === 'win32' });
}

/**
 * npm scripts find `node_modules/.bin/node` (the package `node`) before the machine's own Node. Where that package could
 * not be installed (install scripts switched off, unknown platform) a new enough Node of the machine does as well.
 */
function requireRuntime(root) {
  const version = runtimeVersion(root);
  if (version !== undefined && major(version) >= RUNTIME_NODE) return;
  throw new PrepareError(
    `Node ${RUNTIME_NODE} is needed to run; this machine has ${version ?? process.versions.node} and the bundled one could not be installed ` +
      `(install scripts are switched off, or there is none for ${process.platform}-${process.arch}). Install Node ${RUNTIME_NODE} from https://nodejs.org/.`,
  );
}

function runtimeVersion(root) {
  const result = spawnSync('node', ['--version'], { env: scriptEnvironment(root), encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim().replace(/^v/, '') : undefined;
}

/** The environment in which npm runs a script of this package. */
function scriptEnvironment(root) {
  const path = [join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter);
  return { ...process.env, PATH: path };
}

export function isBuilt(root) {
  if (!existsSync(join(root, 'apps/phone/dist/index.html'))) return false;
  return readText(join(root, BUILD_STAMP)) === buildInputs(root);
}

function buildPhone(root) {
  const inputs = buildInputs(root);
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const result = spawnSync('node', [vite, 'build', '--logLevel', 'warn'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: scriptEnvironment(root),
  });
  if (result.status !== 0 || !existsSync(join(root, 'apps/phone/dist/index.html'))) {
    throw new PrepareError('The phone could not be built; what vite says is above.');
  }
  writeFileSync(join(root, BUILD_STAMP), inputs);
}

/** One hash over the names and contents of everything the build reads. */
export function buildInputs(root) {
  const hash = createHash('sha256');
  for (const source of BUILD_SOURCES) {
    for (const file of filesBelow(join(root, source))) {
      hash.update(`${relative(root, file).split(sep).join('/')}\0`);
      hash.update(readFileSync(file));
      hash.update('\0');
    }
  }
  return hash.digest('hex');
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !['dist', 'node_modules'].includes(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => filesBelow(join(path, entry.name)));
}

function major(version) {
  return Number.parseInt(version, 10);
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    prepare(fileURLToPath(new URL('..', import.meta.url)), { build: !process.argv.includes('--no-build') });
  } catch (error) {
    if (!(error instanceof PrepareError)) throw error;
    process.stderr.write(`Ringback: ${error.message}\n`);
    process.exit(1);
  }
}
