import type { Tree } from '@nx/devkit';
import { APPS } from '../../local-system/apps.ts';
import type { AppNames } from './new-app.ts';

const LOWEST_PORT = 1_024;
const HIGHEST_PORT = 65_535;
/** Taken on Kubernetes by health and metrics. */
const MANAGEMENT_PORT = 9_000;
/** Where `npm start` shows the flow by default. */
const FLOW_PAGE_PORT = 3003;

/** Refuses a new app whose name or database is taken. Of one that was taken back, what was built of it may remain. */
export function requireNewApp(tree: Tree, { name, database }: AppNames): void {
  const isThere = ['apps', 'libs'].some((folder) => tree.exists(`${folder}/${name}/package.json`));
  if (name in APPS || isThere) {
    throw new Error(`there is a project "${name}" already`);
  }
  const owner = Object.entries(APPS).find(([, app]) => app.database === database);
  if (owner !== undefined)
    throw new Error(`the database "${owner[1].database}" is that of ${owner[0]}`);
}

/** The port of a new app: the one that is asked for, or the first after those of the others. */
export function choosePort(wanted: number | undefined): number {
  const ports: readonly number[] = Object.values(APPS).map(({ defaultPort }) => defaultPort);
  if (wanted === undefined) return nextPort(Math.max(...ports));
  if (!Number.isInteger(wanted) || wanted < LOWEST_PORT || wanted > HIGHEST_PORT) {
    throw new Error(`the port has to be a number from ${LOWEST_PORT} to ${HIGHEST_PORT}`);
  }
  if (wanted === MANAGEMENT_PORT) {
    throw new Error(`port ${wanted} is that of health and metrics on Kubernetes`);
  }
  if (ports.includes(wanted)) throw new Error(`port ${wanted} is that of another app`);
  return wanted;
}

function nextPort(highest: number): number {
  return highest + 1 === FLOW_PAGE_PORT ? highest + 2 : highest + 1;
}
