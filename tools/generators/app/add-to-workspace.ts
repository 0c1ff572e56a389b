import { updateJson, type Tree } from '@nx/devkit';
import type { NewApp } from './new-app.ts';
import { addAfterLast, addBefore, edit, replaceFirst } from './text-edits.ts';

interface TsConfig {
  references: { path: string }[];
}

interface Manifest {
  nx: { implicitDependencies: string[] };
}

interface DevContainer {
  forwardPorts: number[];
  portsAttributes: Record<string, { label: string }>;
}

export interface Project {
  /** The libs it may import. */
  readonly imports: readonly string[];
  /** Its section of `.env.example`, after the variables that every app has. */
  readonly variables: readonly string[];
  /** What it wants of the secrets of a cluster, by the names of Secrets and of their keys. */
  readonly secrets: readonly (readonly [secret: string, key: string, what: string])[];
}

/** Makes an app a project that is type checked, linted, tested, configured and observed as the others are. */
export function addToWorkspace(tree: Tree, app: NewApp, project: Project): void {
  const { name, port } = app;
  updateJson<TsConfig>(tree, 'tsconfig.json', (config) => {
    config.references.push({ path: `./apps/${name}` });
    return config;
  });
  updateJson<Manifest>(tree, 'apps/e2e/package.json', (manifest) => {
    manifest.nx.implicitDependencies.push(`@m2m/${name}`);
    return manifest;
  });
  updateJson<DevContainer>(tree, '.devcontainer/devcontainer.json', (container) => {
    container.forwardPorts.push(port);
    container.portsAttributes[String(port)] = { label: name };
    return container;
  });
  edit(tree, 'eslint.config.mjs', (text) =>
    addBefore(text, '// The guards as a service of ours', boundaryOf(app, project)),
  );
  edit(tree, '.env.example', (text) =>
    addBefore(text, '# --- docker compose only', variablesOf(app, project)),
  );
  edit(tree, 'deploy/observability/prometheus/prometheus.yml', (text) =>
    addAfterLast(text, /- \{ names: \[/, scrapeOf(app)),
  );
  edit(tree, 'docs/kubernetes.md', (text) => addToClusterPage(text, app, project));
}

function boundaryOf({ name }: NewApp, { imports }: Project): string {
  const scopes = [...imports, 'service-defaults'].map((lib) => `'scope:${lib}'`);
  return `        may('scope:${name}', [${scopes.join(', ')}]),`;
}

function variablesOf(
  { name, constant, port, databaseUrlVariable }: NewApp,
  { variables }: Project,
): string {
  const heading = `# --- ${name} `.padEnd(98, '-');
  const own = [`${constant}_PORT=${port}`, `${databaseUrlVariable}=`];
  return [heading, ...own, ...variables, ''].join('\n');
}

function scrapeOf({ name, port }: NewApp): string {
  return `
  - job_name: ${name}
    dns_sd_configs:
      - { names: [${name}], type: A, port: ${port}, refresh_interval: 15s }`;
}

function addToClusterPage(text: string, { name }: NewApp, { secrets }: Project): string {
  const rows = secrets.map(([secret, key, what]) => `| \`${secret}\` | \`${key}\` | ${what} |`);
  const withBuild = replaceFirst(
    text,
    /^for app in [\w -]+(?=; do$)/m,
    (apps) => `${apps} ${name}`,
  );
  return addAfterLast(withBuild, /^\| `[\w-]+` +\| `[\w.-]+` +\|/, rows.join('\n'));
}
