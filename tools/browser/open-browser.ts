import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { installedBrowser } from './installed-browser.ts';

const run = promisify(execFile);
const APT_GET = '/usr/bin/apt-get';
const LONGEST_OUTPUT = 64 * 1024 * 1024;

/**
 * Opens a real browser without a window: the Chromium of this machine. Where there is none, and this may be
 * done, Debian's package is installed first, which takes a minute or two.
 *
 * @throws Error that says what to do, if there is no browser and none can be installed.
 */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await browserPath() });
}

async function browserPath(): Promise<string> {
  const installed = installedBrowser(process.env);
  if (installed !== undefined) return installed;
  if (process.getuid?.() === 0 && existsSync(APT_GET)) await installPackage();
  const path = installedBrowser(process.env);
  if (path !== undefined) return path;
  throw new Error(
    'no Chromium was found: install it (on Debian and Ubuntu: apt-get install chromium), ' +
      'or name the path of one in CHROMIUM_PATH',
  );
}

async function installPackage(): Promise<void> {
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: LONGEST_OUTPUT,
  };
  // One after another, where several processes miss it at once: apt-get fails if another one is at work.
  const commands = `${APT_GET} update && ${APT_GET} install --yes --no-install-recommends chromium`;
  await run('flock', [join(tmpdir(), 'm2m-install-chromium.lock'), 'sh', '-c', commands], options);
}
