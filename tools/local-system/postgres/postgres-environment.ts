/** PG* variables of whoever starts the system must not reach its server. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  // English messages: failures are recognised by them.
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}
