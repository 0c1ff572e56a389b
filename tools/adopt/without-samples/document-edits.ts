import type { Edit } from '../single-edits.ts';
import type { Service } from './service.ts';

const nothing = () => '';

const WORKER_GETS_NO_TOKEN = `## WorkerGetsNoToken

The auth-server refuses the token requests of a worker in a way that does not go away by itself. Once its last token has expired, it can call nobody.

- Look: \`oauth_client_token_failures_total\` names the reason, and \`client_authentication.failed\` in the auth-server's log why a client was refused. Until its token ends the worker's check \`access token\` is \`degraded\`, then \`down\`.
- Do: \`invalid_client\`: compare \`OAUTH_CLIENT_ID\`, the secret or key and \`OAUTH_CLIENT_AUTH_METHOD\` with the registration. A secret or key that is given as a file is read anew at each attempt, half a minute after the last; nothing has to be restarted. \`invalid_scope\` or \`invalid_target\`: the registration lacks a scope that is asked for, or the audience is not the API's identifier. \`issuer_mismatch\`, \`no_token_endpoint\` or \`refused\`: what answers at \`OAUTH_ISSUER\` or \`OAUTH_TOKEN_ENDPOINT\` is not the issuer.
`;

const OPERATIONS: readonly Edit<Service>[] = [
  {
    file: '.env.example',
    place: /(?<=^# Every variable of the) three(?= apps)/gm,
    replacement: nothing,
  },
  {
    file: '.env.example',
    place: /^# --- orders-api -.*?(?=^# --- every API)/gms,
    replacement: nothing,
  },
  {
    file: '.env.example',
    place: /^OAUTH_CLIENT_ID=billing-worker$/gm,
    replacement: () => '# OAUTH_CLIENT_ID=',
  },
  {
    file: '.env.example',
    place: /^OAUTH_CLIENT_SECRET=$/gm,
    replacement: () => '# OAUTH_CLIENT_SECRET=',
  },
  { file: '.env.example', place: /^# OAUTH_SCOPE=.*$/gm, replacement: () => '# OAUTH_SCOPE=' },
  {
    file: '.env.example',
    place: / \(ORDERS_API_AUDIENCE, or else ORDERS_API_URL\)/g,
    replacement: nothing,
  },
  {
    file: '.env.example',
    place: /^# --- npm start only.*?(?=^# --- docker)/gms,
    replacement: nothing,
  },
  {
    file: '.env.example',
    place: /^# The port of the profile `keycloak`.*/gms,
    replacement: nothing,
  },
  {
    file: 'docs/metrics.md',
    place: /^\| `(orders|billing)_.*\n/gm,
    times: 13,
    replacement: nothing,
  },
  {
    file: 'docs/metrics.md',
    place: /\| billing-worker(?= )/g,
    times: 6,
    replacement: () => '| a worker',
  },
  {
    file: 'docs/metrics.md',
    place: /\/orders\/:id/g,
    replacement: ({ resources }) => `/${resources}`,
  },
  {
    file: 'docs/runbook.md',
    place: /; without the billing-worker orders wait and nothing is lost/g,
    replacement: nothing,
  },
  {
    file: 'docs/runbook.md',
    place: /^## OrdersNotBilled.*/gms,
    replacement: () => WORKER_GETS_NO_TOKEN,
  },
  { file: 'docs/scopes.md', place: /^\| `orders:\w+` .*\n/gm, times: 3, replacement: nothing },
  {
    file: 'docs/scopes.md',
    place: /orders:cancel( --description "Cancel orders")?/g,
    times: 2,
    replacement: ({ resources }) => `${resources}:remove`,
  },
  {
    file: 'docs/scopes.md',
    place: / \(\[seven questions\]\(walk-through\.md#[\w-]+\)\)/g,
    replacement: nothing,
  },
];

const CLUSTER: readonly Edit<Service>[] = [
  {
    file: 'docs/kubernetes.md',
    place: /^components\/worker-autoscaling\/.*\n/gm,
    replacement: nothing,
  },
  {
    file: 'docs/kubernetes.md',
    place: /(?<=for app in auth-server) orders-api billing-worker/g,
    replacement: nothing,
  },
  {
    file: 'docs/kubernetes.md',
    place:
      /^\| `(orders-api|billing-worker)` .*\n|^\| `registry-credentials` \| `billing-worker\.json` .*\n/gm,
    times: 4,
    replacement: nothing,
  },
  {
    file: 'docs/kubernetes.md',
    place: /(?<=`operator\.json` +\| )the same for the client/g,
    replacement: () =>
      '`{ "client_id": "operator", "client_secret": "cs_…" }`, of 256 random bits: the client',
  },
  {
    file: 'docs/kubernetes.md',
    place: / To give the worker a new one, .*$/gm,
    replacement: () =>
      ' To give a client a new one, put it into `registry-credentials` and release, which registers it beside the old one; then put it where the client reads it; then withdraw the old one.',
  },
  {
    file: 'docs/kubernetes.md',
    place: /the orders-api and 30 for the worker/g,
    replacement: () => 'each other app that is scaled by CPU',
  },
  {
    file: 'docs/kubernetes.md',
    place: /^The billing-worker has a fixed number.*?(?=^## What is checked)/gms,
    replacement: nothing,
  },
  {
    file: 'docs/kubernetes.md',
    place: /the three Deployments/g,
    replacement: () => 'the Deployments',
  },
  {
    file: 'docs/kubernetes.md',
    place: /the two public services/g,
    replacement: () => 'the public services',
  },
];

const OTHERS: readonly Edit<Service>[] = [
  { file: 'CONTRIBUTING.md', place: /^\| `npm run screenshots` .*\n/gm, replacement: nothing },
  {
    file: 'CONTRIBUTING.md',
    place: /, and nothing is left outside of this folder, but for one thing: .*$/gm,
    replacement: () => ', and nothing is left outside of this folder.',
  },
  {
    file: 'SECURITY.md',
    place: / `\/metrics` shows how many orders there are\./g,
    replacement: nothing,
  },
  {
    file: 'docs/generators.md',
    place: /, as the demo's own services have it(?=\.)/g,
    replacement: nothing,
  },
  {
    file: 'docs/generators.md',
    place: /, which the billing-worker has too/g,
    replacement: nothing,
  },
  {
    file: 'docs/generators.md',
    place: /, and in the realm of the Keycloak profile if it calls the orders-api/g,
    replacement: nothing,
  },
  {
    file: 'docs/generators.md',
    place: / Where that is wrong, the billing-worker shows .*?\)\)\./g,
    replacement: nothing,
  },
  {
    file: 'docs/decisions/README.md',
    place: /^\| \[(0009|0011|0028|0031|0034)\].*\n/gm,
    times: 5,
    replacement: nothing,
  },
  {
    file: 'docs/threat-model.md',
    place: /^## The databases of orders and invoices$/gm,
    replacement: () => '## The databases of the other services',
  },
];

/** What documents that stay say of the sample. */
export const DOCUMENT_EDITS = [...OPERATIONS, ...CLUSTER, ...OTHERS];
