import { join } from 'node:path';
import { formatFiles, logger, type Tree } from '@nx/devkit';
import { addFiles } from '../app/add-files.ts';
import { addToCompose } from '../app/add-to-compose.ts';
import { addToDockerfile } from '../app/add-to-dockerfile.ts';
import { addToKubernetes } from '../app/add-to-kubernetes.ts';
import { addToLocalSystem } from '../app/add-to-local-system.ts';
import { addToWorkspace } from '../app/add-to-workspace.ts';
import { linkWorkspace } from '../app/link-workspace.ts';
import { lockWorkspace } from '../app/package-lock.ts';
import { choosePort, requireNewApp } from '../app/requirements.ts';
import { describeScope, parseScopeName } from '../scope/scope-name.ts';
import { addToGateway } from './add-to-gateway.ts';
import { addToRegistries } from './add-to-registries.ts';
import type { NewService } from './new-service.ts';
import { serviceNames } from './service-names.ts';
import type { ServiceNames } from './service-names.ts';

export interface ResourceServerOptions {
  readonly name: string;
  readonly port?: number;
}

const FILES = join(import.meta.dirname, 'files');

/** `nx g @m2m/tools:resource-server <name>`: see schema.json. */
export default async function resourceServerGenerator(
  tree: Tree,
  options: ResourceServerOptions,
): Promise<() => void> {
  const names = serviceNames(options.name);
  requireNewApp(tree, names);
  const service = { ...names, port: choosePort(options.port), scopes: scopesOf(names) };
  addFiles(tree, service, FILES, {
    describe: (action: string) => service.scopes[`${service.resources}:${action}`],
  });
  lockWorkspace(tree, `apps/${service.name}`);
  addToLists(tree, service);
  await formatFiles(tree);
  const link = linkWorkspace(tree, `apps/${service.name}`);
  return () => {
    link();
    logger.info(nextSteps(service));
  };
}

function scopesOf({ resources }: ServiceNames): Readonly<Record<string, string>> {
  const names = [`${resources}:read`, `${resources}:write`];
  return Object.fromEntries(names.map((name) => [name, describeScope(parseScopeName(name))]));
}

function addToLists(tree: Tree, service: NewService): void {
  const { name, constant, port, database } = service;
  const url = `${constant}_URL: http://localhost:\${${constant}_PORT:-${port}}`;
  addToWorkspace(tree, service, {
    imports: ['guards', 'resource-server'],
    variables: variablesOf(service),
    secrets: [[name, 'database-url', 'as above']],
  });
  addToLocalSystem(tree, service);
  addToRegistries(tree, service);
  addToCompose(tree, service, {
    after: 'auth-server',
    environment: [
      'OAUTH_ISSUER: *issuer',
      'OAUTH_JWKS_URI: http://auth-server:3000/oauth2/jwks',
      url,
    ],
    provisioning: [url],
    isClient: false,
  });
  addToDockerfile(tree, service, [`${database}-database`]);
  addToKubernetes(tree, service, { component: 'server', calls: { 'auth-server': 3000 } });
  addToGateway(tree, service);
}

function variablesOf({ constant, port }: NewService): string[] {
  return [
    '# Where this API answers: its resource identifier.',
    `${constant}_URL=http://localhost:${port}`,
    '# What its tokens carry in `aud`, if that is not its URL.',
    `# ${constant}_AUDIENCE=`,
    '# How it verifies tokens is said by the variables that every API has for it, above.',
  ];
}

function nextSteps({ name, port, resources, constant }: NewService): string {
  return `
${name} is there. To see that all is well: npm test -- apps/${name} ${name} tools/
  - npm start runs it at http://localhost:${port}, or where ${constant}_PORT says
  - npm run clients -- create <client_id> --scope "${resources}:read ${resources}:write" makes a client for it,
    which gets a token as step 2 of the README has it, with resource=http://localhost:${port}
  - the production overlay has placeholders for it: deploy/kubernetes/overlays/production`;
}
