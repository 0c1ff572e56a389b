import { join } from 'node:path';
import { formatFiles, logger, names, type Tree } from '@nx/devkit';
import { addFiles } from '../app/add-files.ts';
import { addToCompose } from '../app/add-to-compose.ts';
import { addToDockerfile } from '../app/add-to-dockerfile.ts';
import { addToKubernetes } from '../app/add-to-kubernetes.ts';
import { addToLocalSystem } from '../app/add-to-local-system.ts';
import { addToWorkspace } from '../app/add-to-workspace.ts';
import { appNames } from '../app/app-names.ts';
import { linkWorkspace } from '../app/link-workspace.ts';
import { lockWorkspace } from '../app/package-lock.ts';
import { choosePort, requireNewApp } from '../app/requirements.ts';
import { addClient } from './add-client.ts';
import { calledApi } from './called-api.ts';
import type { NewWorker } from './new-worker.ts';

export interface WorkerOptions {
  readonly name: string;
  readonly calls: string;
  readonly port?: number;
}

const FILES = join(import.meta.dirname, 'files');
const ENDING = '-worker';

/** `nx g @m2m/tools:worker <name>`: see schema.json. */
export default async function workerGenerator(
  tree: Tree,
  options: WorkerOptions,
): Promise<() => void> {
  const worker = newWorker(options);
  requireNewApp(tree, worker);
  addFiles(tree, worker, FILES, { apiName: worker.api.name });
  lockWorkspace(tree, `apps/${worker.name}`);
  addToLists(tree, worker);
  await formatFiles(tree);
  const link = linkWorkspace(tree, `apps/${worker.name}`);
  return () => {
    link();
    logger.info(nextSteps(worker));
  };
}

function newWorker({ name, calls, port }: WorkerOptions): NewWorker {
  const app = appNames(name, { kind: 'worker', ending: ENDING });
  const job = name.slice(0, -ENDING.length);
  const words = name.replaceAll('-', ' ');
  return {
    ...app,
    port: choosePort(port),
    job,
    JobClass: names(job).className,
    jobProperty: names(job).propertyName,
    jobSnake: app.database,
    intervalVariable: `${app.database.toUpperCase()}_INTERVAL_SECONDS`,
    clientName: `${words.charAt(0).toUpperCase()}${words.slice(1)}`,
    api: calledApi(calls),
  };
}

function addToLists(tree: Tree, worker: NewWorker): void {
  const { name, database, api } = worker;
  addToWorkspace(tree, worker, {
    imports: ['client-credentials', 'service-client'],
    variables: [
      '# How often it looks, in seconds.',
      `${worker.intervalVariable}=10`,
      '# Where it gets its token and as whom is said by the variables that every worker has for it, above.',
    ],
    secrets: [
      [name, 'database-url', 'as above'],
      [name, 'client-secret', '`cs_` and 256 random bits, as above'],
      ['registry-credentials', `${name}.json`, 'the same for this client, with the same secret'],
    ],
  });
  addToLocalSystem(tree, worker);
  addClient(tree, worker);
  addToCompose(tree, worker, {
    after: api.name,
    environment: composedEnvironment(worker),
    isClient: true,
  });
  addToDockerfile(tree, worker, [`${database}-database`, `client-${name}`]);
  const secret = `${database}_client_secret`;
  addToKubernetes(tree, worker, {
    component: 'worker',
    calls: { 'auth-server': 3000, [api.name]: api.port },
    secretVariables: [`${secret}=cs_$(random)`],
    secretKeys: [`client-secret="$${secret}"`],
  });
}

function composedEnvironment({ name, api }: NewWorker): string[] {
  // The orders API may be told to take the tokens of another issuer.
  const [issuer, tokenEndpoint] =
    api.name === 'orders-api'
      ? ['*trusted-issuer', '*token-endpoint']
      : ['*issuer', 'http://auth-server:3000/oauth2/token'];
  return [
    `OAUTH_ISSUER: ${issuer}`,
    `OAUTH_TOKEN_ENDPOINT: ${tokenEndpoint}`,
    `OAUTH_CLIENT_ID: ${name}`,
    `OAUTH_CLIENT_SECRET_FILE: /run/secrets/client-${name}/secret`,
    'OAUTH_CLIENT_AUTH_METHOD: client_secret_basic',
    `${api.constant}_URL: http://${api.name}:${api.port}`,
    `${api.constant}_AUDIENCE: http://localhost:\${${api.constant}_PORT:-${api.port}}`,
  ];
}

function nextSteps({ name, port, job, api, intervalVariable }: NewWorker): string {
  return `
${name} is there. To see that all is well: npm test -- apps/${name} ${name} tools/
  - npm start runs it; http://localhost:${port}/${job}/summary tells how it stands
  - it reads ${api.resources} by ${api.scope} every ${intervalVariable} seconds: what is done with each is for
    apps/${name}/src/runs/${job}.run.ts to say`;
}
