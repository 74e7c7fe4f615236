import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * The Chromium for the browser tests: `CHROMIUM`, else Debian's. As root on Debian it is installed when it is missing;
 * `missing` says what to do where that is not possible, and is null when `path` can be used.
 */
export function findChromium(): { path: string; missing: null } | { path: null; missing: string } {
  const named = process.env['CHROMIUM'];
  for (const path of named === undefined ? PATHS : [named]) if (existsSync(path)) return { path, missing: null };
  const howTo = 'there is no Chromium; install it with "apt-get install chromium" or name one in CHROMIUM';
  if (named !== undefined || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    return { path: null, missing: howTo };
  console.log('Installing Debian’s chromium for the browser tests (about a minute the first time) …');
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation']]) {
    const result = spawnSync('apt-get', ['-q', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (result.status !== 0) return { path: null, missing: `apt-get ${args[0]} failed; ${howTo}` };
  }
  return existsSync('/usr/bin/chromium')
    ? { path: '/usr/bin/chromium', missing: null }
    : { path: null, missing: howTo };
}
