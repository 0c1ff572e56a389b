import type { QuietCommand } from './quiet-command.ts';

/** Runs a target of all projects that have it. What has not changed is skipped. */
export function nxRunMany(target: string): QuietCommand {
  return {
    script: ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', target, '--outputStyle=static'],
    // A daemon would outlive the command, and the terminal interface would take the screen.
    environment: { NX_DAEMON: 'false', NX_TUI: 'false' },
  };
}
