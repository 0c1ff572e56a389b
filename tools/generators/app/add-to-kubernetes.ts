import type { Tree } from '@nx/devkit';
import type { NewApp } from './new-app.ts';
import { addAfterLast, addBefore, addToBlock, edit, replaceFirst } from './text-edits.ts';

const KUBERNETES = 'deploy/kubernetes';
const BASE = `${KUBERNETES}/base`;
export const LAPTOP = `${KUBERNETES}/overlays/laptop`;
export const PRODUCTION = `${KUBERNETES}/overlays/production`;

const IMAGES = { [LAPTOP]: 'm2m', [PRODUCTION]: 'registry.example.com/m2m' };
const NETWORK_SPEC = 'tools/kubernetes/network.spec.ts';

/** What of an app in a cluster is its own. */
export interface ClusterApp {
  readonly component: 'server' | 'worker';
  /** The apps that it calls, each with its port. */
  readonly calls: Readonly<Record<string, number>>;
  /** In the secrets of a laptop cluster: lines that come before those of the app, and keys besides the database. */
  readonly secretVariables?: readonly string[];
  readonly secretKeys?: readonly string[];
}

/** Adds an app to the base, its image to the overlays, its database to the laptop, and its calls to the network. */
export function addToKubernetes(tree: Tree, app: NewApp, cluster: ClusterApp): void {
  edit(tree, `${BASE}/kustomization.yaml`, (text) =>
    addToBlock(text, ['resources:'], `  - ${app.name}`),
  );
  for (const [overlay, images] of Object.entries(IMAGES)) addImage(tree, app, overlay, images);
  addLaptopDatabase(tree, app);
  addLaptopSecrets(tree, app, cluster);
  for (const [called, port] of Object.entries(cluster.calls)) {
    allowCall(tree, app, cluster.component, { called, port });
    addConnection(tree, 'BETWEEN_APPS', `${app.name} → ${called}:${port}`);
  }
}

/** Adds to the connections that the tests expect. */
export function addConnection(
  tree: Tree,
  list: 'BETWEEN_APPS' | 'PRODUCTION',
  connection: string,
): void {
  edit(tree, NETWORK_SPEC, (text) => addToBlock(text, [`const ${list} = [`], `  '${connection}',`));
}

function addImage(tree: Tree, { name }: NewApp, overlay: string, images: string): void {
  edit(tree, `${overlay}/kustomization.yaml`, (text) =>
    addAfterLast(
      text,
      /^ +newTag:/,
      `  - name: registry.invalid/m2m/${name}
    newName: ${images}/${name}
    newTag: 0.1.0`,
    ),
  );
}

function addLaptopDatabase(tree: Tree, { database }: NewApp): void {
  const password = `${database}_password`;
  // In quotes: it may be a word of SQL.
  edit(tree, `${LAPTOP}/database/roles.sql`, (text) => {
    const lines: readonly [RegExp, string][] = [
      [
        /^\\set \w+_password/,
        `\\set ${password} \`cat /run/secrets/database/${database}-password\``,
      ],
      [/^CREATE ROLE/, `CREATE ROLE "${database}" LOGIN PASSWORD :'${password}';`],
      [/^CREATE DATABASE/, `CREATE DATABASE "${database}" OWNER "${database}";`],
    ];
    const added = lines.reduce((sql, [after, line]) => addAfterLast(sql, after, line), text);
    return replaceFirst(added, /REVOKE CONNECT ON DATABASE /, (start) => `${start}"${database}", `);
  });
  edit(tree, `${LAPTOP}/database/stateful-set.yaml`, (text) =>
    addAfterLast(
      text,
      /- \{ key: [\w-]+-password,/,
      `              - { key: ${database}-password, path: ${database}-password }`,
    ),
  );
}

function addLaptopSecrets(tree: Tree, { name, database }: NewApp, cluster: ClusterApp): void {
  const { secretVariables = [], secretKeys = [] } = cluster;
  const password = `${database}_password`;
  const url = `database-url="postgres://${database}:$${password}@database/${database}"`;
  edit(tree, `${LAPTOP}/create-secrets.sh`, (text) => {
    const variables = [`${password}=$(random)`, ...secretVariables].join('\n');
    const withVariables = addAfterLast(text, /^\w+_(password|secret)=/, variables);
    const withPassword = replaceFirst(
      withVariables,
      /^ {2}postgres-password=.*\n/m,
      (line) => `${line}  ${database}-password="$${password}" \\\n`,
    );
    const secret = [`secret_from_files ${name}`, url, ...secretKeys].join(' \\\n  ');
    return addBefore(withPassword, 'secret_from_files registry-credentials', secret);
  });
}

interface Called {
  readonly called: string;
  readonly port: number;
}

function allowCall(
  tree: Tree,
  { name }: NewApp,
  component: string,
  { called, port }: Called,
): void {
  const caller = `        - podSelector:
            matchLabels:
              app.kubernetes.io/name: ${name}
              app.kubernetes.io/component: ${component}`;
  const first = `ingress:
    - from:
${caller}
      ports:
        - { protocol: TCP, port: ${port} }`;
  edit(tree, `${BASE}/${called}/network-policy.yaml`, (text) =>
    text.includes('ingress: []')
      ? text.replace('ingress: []', first)
      : addToBlock(text, ['spec:', 'ingress:', '- from:'], caller),
  );
}
