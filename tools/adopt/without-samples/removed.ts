/** What is about orders and billing, or shows them: folders end with a slash. */
const REMOVED = [
  'apps/billing-worker/',
  'apps/orders-api/',
  'apps/e2e/src/browser/',
  'apps/e2e/src/support/shifting-clock.mjs',
  'apps/e2e/tsconfig.browser.json',
  'bench/',
  'deploy/keycloak/',
  'deploy/kubernetes/base/billing-worker/',
  'deploy/kubernetes/base/orders-api/',
  'deploy/kubernetes/components/worker-autoscaling/',
  'docs/benchmarks.md',
  'docs/billing-cost.md',
  'docs/flow-page.md',
  'docs/images/',
  'docs/keycloak.md',
  'docs/variants/',
  'docs/walk-through.md',
  'libs/orders-contract/',
  'tools/bench/',
  'tools/browser/',
  'tools/chaos/',
  'tools/containers/demo-orders.main.ts',
  'tools/containers/keycloak-realm.main.ts',
  'tools/containers/keycloak-realm.spec.ts',
  'tools/containers/keycloak-realm.ts',
  'tools/demo-orders/',
  'tools/docs/benchmarks.spec.ts',
  'tools/flow-page/',
  'tools/kubernetes/fixtures/',
  'tools/observability/metrics-table.spec.ts',
  'tools/operator/billing/',
  'tools/tsconfig.page.json',
];

/** Decisions about the sample, by their numbers. */
const RECORDS = ['0009', '0011', '0028', '0031', '0034'];

/** Of `npm start`, what tells of billing. */
const START = [
  'billing-session',
  'delay-report',
  'flow',
  'flow-event',
  'flow-rows',
  'flow-text',
  'flow-watch',
  'line-splitter',
  'log-tail',
  'open-flow-page',
  'order-placement',
  'poll',
];

/** End-to-end tests of the sample, or of what cannot be seen without it. */
const SPECS = [
  'bad-input',
  'bad-input-addresses',
  'bad-input-billing',
  'billing-chaos',
  'billing-chaos-sabotage',
  'billing-races',
  'billing-scale-out',
  'billing-worker-failures',
  'billing-worker-tokens',
  'containers-life',
  'containers-tracing',
  'crash',
  'foreign-issuers',
  'operator-billing',
  'orders',
  'orders-list',
  'outage-drill',
  'resource-server',
  'tracing',
  'variant-private-key-jwt',
  'whole-flow',
];

/** What only those need. */
const SUPPORT = [
  'foreign-issuer',
  'foreign-system',
  'invoices',
  'orders',
  'otlp-receiver',
  'outage-system',
  'protobuf',
  'scale-out-system',
  'start-command',
  'traced-system',
  'wiretap',
  'worker-world',
];

const FOLDERS = REMOVED.filter((path) => path.endsWith('/'));
const FILES = new Set([
  ...REMOVED,
  ...START.flatMap((name) => [`tools/start/${name}.ts`, `tools/start/${name}.spec.ts`]),
  ...SPECS.map((name) => `apps/e2e/src/${name}.e2e.spec.ts`),
  ...SUPPORT.map((name) => `apps/e2e/src/support/${name}.ts`),
]);
const RECORD = new RegExp(String.raw`^docs/decisions/(${RECORDS.join('|')})-`);

/** Whether a file goes with the sample. */
export function goesWithTheSample(file: string): boolean {
  return FILES.has(file) || RECORD.test(file) || FOLDERS.some((folder) => file.startsWith(folder));
}
