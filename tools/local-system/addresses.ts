import { APP_NAMES, APPS, forEachApp } from './apps.ts';
import type { AppName, AppRecord } from './apps.ts';
import { LocalSystemError } from './local-system-error.ts';
import { findFreePort, portObstacle } from './ports.ts';

const HIGHEST_PORT = 65_535;

export interface Addresses {
  readonly ports: AppRecord<number>;
  readonly urls: AppRecord<string>;
}

/** The addresses of the apps, all of them on localhost. */
export function addressesOf(ports: AppRecord<number>): Addresses {
  return { ports, urls: forEachApp((name) => `http://localhost:${ports[name]}`) };
}

/**
 * The port of each app: as given here, else by its environment variable, else its default. 0 stands
 * for any free port.
 */
export async function resolvePorts(
  given: Partial<Record<AppName, number>>,
  environment: NodeJS.ProcessEnv,
): Promise<AppRecord<number>> {
  const wanted = forEachApp((name) => given[name] ?? portFromEnvironment(name, environment));
  const ports: Record<AppName, number> = { ...wanted };
  for (const name of APP_NAMES) ports[name] ||= await findFreePort();
  requireDistinct(ports);
  return ports;
}

/** Fails, naming each port that is taken, the app that needs it and the variable that moves it. */
export async function requireFreePorts(ports: AppRecord<number>): Promise<void> {
  const faults: string[] = [];
  for (const name of APP_NAMES) {
    const obstacle = await portObstacle(ports[name]);
    if (obstacle === undefined) continue;
    faults.push(
      `port ${ports[name]}, wanted by ${name}, ${obstacle}; ` +
        `choose another with ${APPS[name].portVariable}`,
    );
  }
  if (faults.length > 0) throw new LocalSystemError(faults.join('\n'));
}

function portFromEnvironment(name: AppName, environment: NodeJS.ProcessEnv): number {
  const { portVariable, defaultPort } = APPS[name];
  const text = environment[portVariable];
  if (text === undefined || text === '') return defaultPort;
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (port <= HIGHEST_PORT) return port;
  throw new LocalSystemError(
    `${portVariable} must be a port number, 0 to ${HIGHEST_PORT}; it is "${text}"`,
  );
}

function requireDistinct(ports: AppRecord<number>): void {
  for (const [index, name] of APP_NAMES.entries()) {
    const other = APP_NAMES.slice(0, index).find((earlier) => ports[earlier] === ports[name]);
    if (other === undefined) continue;
    throw new LocalSystemError(
      `${other} and ${name} cannot both use port ${ports[name]}; ` +
        `see ${APPS[other].portVariable} and ${APPS[name].portVariable}`,
    );
  }
}
