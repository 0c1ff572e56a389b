import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KUBERNETES } from './overlays.ts';

/** Stands in for the cluster: what would become a Secret is kept as a folder. */
const KUBECTL = `#!/bin/sh
if [ "$1 $2 $3" != "create secret generic" ]; then exit 0; fi
for argument; do folder=$argument; done
cp -R "$folder" "$KEPT/$4"
`;

/**
 * Runs the laptop overlay's script.
 *
 * @param directory an empty one
 * @returns the folder in which each secret is a folder, and each of its keys a file
 */
export function makeLaptopSecrets(directory: string): string {
  const binaries = join(directory, 'bin');
  const kept = join(directory, 'secrets');
  mkdirSync(binaries);
  mkdirSync(kept);
  writeFileSync(join(binaries, 'kubectl'), KUBECTL);
  chmodSync(join(binaries, 'kubectl'), 0o755);
  execFileSync('sh', [join(KUBERNETES, 'overlays/laptop/create-secrets.sh')], {
    env: { PATH: `${binaries}:${process.env['PATH'] ?? ''}`, KEPT: kept },
  });
  return kept;
}
