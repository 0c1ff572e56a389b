import type { Edit } from '../single-edits.ts';
import type { Service } from './service.ts';

const nothing = () => '';

const COMPOSE = 'docker-compose.yml';
const DOCKERFILE = 'deploy/Dockerfile';
const BASE = 'deploy/kubernetes/base';
const LAPTOP = 'deploy/kubernetes/overlays/laptop';
const PRODUCTION = 'deploy/kubernetes/overlays/production';
const PROMETHEUS = 'deploy/observability/prometheus';

const DRAWING = `#                  ┌───────────┐   http://localhost:3000, :3001
#                  │  ingress  │   the only one that the host can reach
#                  └─────┬─────┘
#                ┌───────┴───────┐                     network: services
#          ┌─────▼──────┐  ┌─────▼──────┐
#          │auth-server │◄─┤  the APIs  │
#          └─────┬──────┘  └─────┬──────┘
#                └───────┬───────┘                     network: data
#                  ┌─────▼─────┐
#                  │ database  │   a role and a database for each app
#                  └───────────┘
`;

const COMPOSED: readonly Edit<Service>[] = [
  {
    file: COMPOSE,
    place: /^# {18}┌─+┐ {3}http.*?^# {18}└─+┘\n/gms,
    replacement: () => DRAWING,
  },
  { file: COMPOSE, place: /; demo-orders before the worker(?=\.)/g, replacement: nothing },
  {
    file: COMPOSE,
    place: /, and another issuer, in the profile `keycloak`/g,
    replacement: nothing,
  },
  { file: COMPOSE, place: /, deploy\/keycloak\/compose\.yml/g, replacement: nothing },
  { file: COMPOSE, place: /^x-audience: .*\n/gm, replacement: nothing },
  {
    file: COMPOSE,
    place: /^# Whose tokens the API takes.*?(?=^services:)/gms,
    replacement: nothing,
  },
  {
    file: COMPOSE,
    place: /(?<=CORS_ALLOWED_ORIGINS: )\*audience/g,
    replacement: ({ constant }) => `http://localhost:\${${constant}_PORT:-3001}`,
  },
  {
    file: COMPOSE,
    place: /^ {2}orders-api:\n.*?(?=^ {2}# ── what they stand on)/gms,
    replacement: nothing,
  },
  {
    file: COMPOSE,
    place: /^ {2}# Places a dozen orders.*?(?=^networks:)/gms,
    replacement: nothing,
  },
  {
    file: COMPOSE,
    place: /^ +- (orders-api:3001|billing-worker:3002)\n/gm,
    times: 2,
    replacement: nothing,
  },
  {
    file: COMPOSE,
    place: /^ +(orders-api|billing-worker): \{ condition: .*\n/gm,
    times: 2,
    replacement: nothing,
  },
  {
    file: COMPOSE,
    place: /^ +- 127\.0\.0\.1:\$\{(ORDERS_API|BILLING_WORKER)_PORT.*\n/gm,
    times: 2,
    replacement: nothing,
  },
  { file: COMPOSE, place: /^ +ORDERS_API_URL: .*\n/gm, replacement: nothing },
  {
    file: COMPOSE,
    place: /^ +(- )?((orders|billing)-database|client-billing-worker|demo-orders):.*\n/gm,
    times: 9,
    replacement: nothing,
  },
];

const IMAGES: readonly Edit<Service>[] = [
  {
    file: DOCKERFILE,
    place:
      /(?<=^# One image per app, from one base)\. The targets: .*; and for the\n# composed system/gm,
    replacement: () => '; and for the composed system',
  },
  {
    file: DOCKERFILE,
    place: / \\\n {2}apps\/orders-api\/\S+ \\\n {2}apps\/billing-worker\/\S+$/gm,
    replacement: nothing,
  },
  {
    file: DOCKERFILE,
    place: /^FROM production AS orders-api-files.*?(?=^# --- the images)/gms,
    replacement: nothing,
  },
  {
    file: DOCKERFILE,
    place: /^FROM runtime AS orders-api\n.*?(?=^# The one-shots)/gms,
    replacement: nothing,
  },
  {
    file: DOCKERFILE,
    place: /^COPY --from=(orders-api|billing-worker)-files .*\n/gm,
    times: 4,
    replacement: nothing,
  },
  { file: DOCKERFILE, place: /^COPY tools\/demo-orders .*\n/gm, replacement: nothing },
  {
    file: DOCKERFILE,
    place: / \/run\/secrets\/(orders-database|billing-database)\b/g,
    times: 2,
    replacement: nothing,
  },
  { file: DOCKERFILE, place: /\/run\/secrets\/client-billing-worker /g, replacement: nothing },
  { file: DOCKERFILE, place: /^ +\/run\/secrets\/keycloak-realm .*\n/gm, replacement: nothing },
  { file: DOCKERFILE, place: /, "3001", "3002"(?=\])/g, replacement: nothing },
];

const CLUSTER: readonly Edit<Service>[] = [
  {
    file: `${BASE}/kustomization.yaml`,
    place: /^ {2}- (orders-api|billing-worker)\n/gm,
    times: 2,
    replacement: nothing,
  },
  {
    file: `${BASE}/auth-server/network-policy.yaml`,
    place: /^# .*\n/gm,
    replacement: () => '# Keys for the APIs, tokens for workers.\n',
  },
  {
    file: `${BASE}/auth-server/network-policy.yaml`,
    place: /^ {2}ingress:\n.*/gms,
    replacement: () => '  ingress: []\n',
  },
  {
    file: `${LAPTOP}/create-secrets.sh`,
    place: /^(orders_password|billing_password|worker_secret)=.*\n/gm,
    times: 3,
    replacement: nothing,
  },
  {
    file: `${LAPTOP}/create-secrets.sh`,
    place: / \\\n {2}orders-password=.* \\\n {2}billing-password=.*$/gm,
    replacement: nothing,
  },
  {
    file: `${LAPTOP}/create-secrets.sh`,
    place: /^secret_from_files orders-api .*?(?=^secret_from_files registry)/gms,
    replacement: nothing,
  },
  {
    file: `${LAPTOP}/create-secrets.sh`,
    place: /^ +billing-worker\.json=.*\n/gm,
    replacement: nothing,
  },
  {
    file: `${LAPTOP}/database/roles.sql`,
    place:
      /^(\\set|CREATE ROLE|CREATE DATABASE) (orders|billing)\b.*\n|^\\set (orders|billing)_.*\n/gm,
    times: 6,
    replacement: nothing,
  },
  { file: `${LAPTOP}/database/roles.sql`, place: / orders, billing,/g, replacement: nothing },
  {
    file: `${LAPTOP}/database/stateful-set.yaml`,
    place: /^ +- \{ key: (orders|billing)-password.*\n/gm,
    times: 2,
    replacement: nothing,
  },
  ...[LAPTOP, PRODUCTION].flatMap((overlay): Edit<Service>[] => [
    {
      file: `${overlay}/kustomization.yaml`,
      place: /^ +- ORDERS_API_URL=.*\n/gm,
      replacement: nothing,
    },
    {
      file: `${overlay}/kustomization.yaml`,
      place: /^ +- name: registry\.invalid\/m2m\/(orders-api|billing-worker)\n.*\n.*\n/gm,
      times: 2,
      replacement: nothing,
    },
  ]),
  {
    file: `${PRODUCTION}/gateway-policy.yaml`,
    place: /the two public services only/g,
    replacement: () => 'the public services only',
  },
  {
    file: `${PRODUCTION}/routes.yaml`,
    place: /^# The two public services/gm,
    replacement: () => '# The public services',
  },
  ...['gateway-policy', 'routes', 'replicas'].map((name) => ({
    file: `${PRODUCTION}/${name}.yaml`,
    place: /^---\n.*/gms,
    replacement: nothing,
  })),
];

const OBSERVED: readonly Edit<Service>[] = [
  {
    file: `${PROMETHEUS}/prometheus.yml`,
    place: /\n {2}- job_name: (orders-api|billing-worker)\n.*\n.*\n/g,
    times: 2,
    replacement: nothing,
  },
  {
    file: `${PROMETHEUS}/alerts.yml`,
    place: /^ +or absent\(up\{job="billing-worker"\}\)\n/gm,
    replacement: nothing,
  },
  {
    file: `${PROMETHEUS}/alerts.yml`,
    place: /^ {2}- name: billing$/gm,
    replacement: () => '  - name: workers',
  },
  {
    file: `${PROMETHEUS}/alerts.yml`,
    place: /^ {6}- alert: OrdersNotBilled.*?(?=^ {6}- alert: WorkerGetsNoToken)/gms,
    replacement: nothing,
  },
  {
    file: 'deploy/observability/jaeger/config.yaml',
    place: /(?<=memory): a billing run of 100 orders is one trace(?=\.)/g,
    replacement: nothing,
  },
];

/** What containers and clusters have of the sample. */
export const DEPLOYMENT_EDITS = [...COMPOSED, ...IMAGES, ...CLUSTER, ...OBSERVED];
