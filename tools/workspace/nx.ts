import type { QuietCommand } from './quiet-command.ts';

/** Runs a target of these projects, or of all that have it. What has not changed is skipped. */
export function nxRunMany(target: string, projects: readonly string[] = []): QuietCommand {
  const chosen = projects.length === 0 ? [] : ['-p', projects.join(',')];
  return {
    script: [
      'node_modules/nx/dist/bin/nx.js',
      'run-many',
      '-t',
      target,
      ...chosen,
      '--outputStyle=static',
    ],
    // A daemon would outlive the command, and the terminal interface would take the screen.
    environment: { NX_DAEMON: 'false', NX_TUI: 'false' },
  };
}
