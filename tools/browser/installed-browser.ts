import { accessSync, constants } from 'node:fs';

/** Names the browser to use. */
const VARIABLE = 'CHROMIUM_PATH';

const WELL_KNOWN = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The Chromium of this machine, which may be called Chrome; undefined if there is none. */
export function installedBrowser(environment: NodeJS.ProcessEnv): string | undefined {
  const named = environment[VARIABLE];
  return named ? named : WELL_KNOWN.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
