import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { AppName } from './apps.ts';
import type { Environment } from './app-environment.ts';
import type { DataDirectory } from './data-directory.ts';
import { openLog } from './log-file.ts';
import { STOP_STAGES } from './stop-stages.ts';
import { SupervisedProcess } from './supervised-process.ts';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { builtProgram, NODE_FLAGS } from './built-program.ts';

/** An app as a process of its own, which is kept running. */
export function appProcess(
  name: AppName,
  environment: Environment,
  data: DataDirectory,
  notice: (message: string) => void,
): SupervisedProcess {
  return new SupervisedProcess({
    name,
    pidFile: data.pidFile(name),
    spawn: () => spawnApp(name, environment, data),
    stopStages: STOP_STAGES,
    notice,
  });
}

/**
 * The app writes to its log itself, so that it neither stalls nor fails when this process is killed.
 * It gets a process group of its own: Ctrl-C in the terminal is for this process, which then stops
 * the apps in their order.
 */
function spawnApp(name: AppName, environment: Environment, data: DataDirectory): ChildProcess {
  const log = openLog(data.log(name));
  const args = [
    ...NODE_FLAGS,
    // Also what shows whose process this is, should it be found again after a crash.
    `--diagnostic-dir=${data.logs}`,
    builtProgram(name, 'main.js'),
  ];
  try {
    return spawn(process.execPath, args, {
      cwd: WORKSPACE_ROOT,
      env: environment,
      detached: true,
      stdio: ['ignore', log, log],
    });
  } finally {
    closeSync(log);
  }
}
