import { parseDocument } from 'yaml';
import type { YAMLSeq } from 'yaml';

/** Changes a document by its structure, where its places have no names that a pattern could find. */
type Change = (text: string) => string;

function inJson<Document>(changed: (document: Document) => Document): Change {
  return (text) => `${JSON.stringify(changed(JSON.parse(text) as Document), null, 2)}\n`;
}

function withoutMembers<Value>(
  members: Readonly<Record<string, Value>>,
  names: readonly string[],
): Record<string, Value> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));
}

interface Registry {
  readonly resource_servers: readonly { readonly name: string }[];
  readonly clients: readonly { readonly client_id: string }[];
}

const registry = inJson<Registry>(({ resource_servers, clients }) => ({
  resource_servers: resource_servers.filter(({ name }) => name !== 'orders-api'),
  clients: clients.filter(({ client_id }) => client_id !== 'billing-worker'),
}));

interface TestRegistry {
  readonly clients: readonly { readonly scope: string }[];
}

/** The clients of the tests, each with the scopes that there are. */
const testRegistry = inJson<TestRegistry>((document) => ({
  ...document,
  clients: document.clients.map((client) => ({
    ...client,
    scope: client.scope.replace(' orders:bill', ''),
  })),
}));

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

const dashboard = inJson<Dashboard>((document) => ({
  ...document,
  panels: document.panels.filter(
    ({ title, targets = [] }) =>
      title !== 'Billing' && !targets.some(({ expr }) => /\b(orders|billing)_/.test(expr)),
  ),
}));

interface DevContainer {
  readonly postCreateCommand: string;
  readonly forwardPorts: readonly number[];
  readonly portsAttributes: Readonly<Record<string, object>>;
}

const devContainer = inJson<DevContainer>((container) => ({
  ...container,
  postCreateCommand: 'npm ci --loglevel=notice',
  forwardPorts: container.forwardPorts.slice(0, 1),
  portsAttributes: Object.fromEntries(Object.entries(container.portsAttributes).slice(0, 1)),
}));

const GONE_ALERTS = /^(OrdersNotBilled|BillingBacklogGrows|BillingRunsFail|InvoicesRefused)$/;

/** The tests of alerts that are gone, and the series that those that are left do not look at. */
function alertTests(text: string): string {
  const document = parseDocument(text);
  const tests = document.get('tests') as YAMLSeq;
  for (const test of tests.items as { get(key: string): YAMLSeq }[]) {
    without(test.get('input_series'), 'series', /^(orders|billing)_/);
    without(test.get('alert_rule_test'), 'alertname', GONE_ALERTS);
  }
  tests.items = tests.items.filter(
    (test) => (test as { get(key: string): YAMLSeq }).get('alert_rule_test').items.length > 0,
  );
  return document
    .toString({ lineWidth: 0 })
    .replaceAll('billing-worker', 'a-worker')
    .replace('- name: billing', '- name: workers');
}

function without(list: YAMLSeq, member: string, value: RegExp): void {
  list.items = list.items.filter(
    (item) => !value.test(String((item as { get(key: string): unknown }).get(member))),
  );
}

interface Manifest {
  readonly exports?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly nx: { readonly implicitDependencies?: readonly string[] };
}

/** What only the removed tools and tests import. */
const UNUSED = {
  'apps/e2e': ['@types/oidc-provider', 'oidc-provider', 'playwright-core', 'yaml'],
  tools: ['@kubernetes-models/keda', 'pg-boss', 'playwright-core', 'protobufjs'],
};

const UNUSED_EXPORTS = ['./browser', './chaos', './flow-page'];
const SAMPLE_PROJECTS = ['@m2m/orders-api', '@m2m/billing-worker'];

const manifestOf = (workspace: keyof typeof UNUSED) =>
  inJson<Manifest>((manifest) => {
    const { exports, devDependencies, nx } = manifest;
    const { implicitDependencies } = nx;
    return {
      ...manifest,
      ...(exports && { exports: withoutMembers(exports, UNUSED_EXPORTS) }),
      devDependencies: withoutMembers(devDependencies, UNUSED[workspace]),
      nx: {
        ...nx,
        ...(implicitDependencies && {
          implicitDependencies: implicitDependencies.filter(
            (name) => !SAMPLE_PROJECTS.includes(name),
          ),
        }),
      },
    };
  });

/** The documents that are changed in this way. */
export const STRUCTURES: Readonly<Record<string, Change>> = {
  '.devcontainer/devcontainer.json': devContainer,
  'apps/e2e/package.json': manifestOf('apps/e2e'),
  'apps/e2e/registry.json': testRegistry,
  'deploy/kubernetes/overlays/laptop/registry.json': registry,
  'deploy/kubernetes/overlays/production/registry.json': registry,
  'deploy/observability/grafana/dashboards/overview.json': dashboard,
  'deploy/observability/prometheus/alerts.test.yml': alertTests,
  'tools/package.json': manifestOf('tools'),
};
