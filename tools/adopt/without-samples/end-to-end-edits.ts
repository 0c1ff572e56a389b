import type { Edit } from '../single-edits.ts';
import type { Service } from './service.ts';

const nothing = () => '';

const SETUP = 'apps/e2e/src/setup';
const SUPPORT = 'apps/e2e/src/support';
const spec = (name: string) => `apps/e2e/src/${name}.e2e.spec.ts`;

const SYSTEM: readonly Edit<Service>[] = [
  {
    file: `${SETUP}/container-controls.ts`,
    place: /'billing-worker', |, 'demo-orders'/g,
    times: 2,
    replacement: nothing,
  },
  {
    file: `${SETUP}/container-credentials.ts`,
    place: /'billing-worker', | \| 'billing'|^ +billing: .*\n/gm,
    times: 3,
    replacement: nothing,
  },
  {
    file: `${SETUP}/container-credentials.ts`,
    place: /^ {4}orders: await databaseUrl\('orders'\),\n/gm,
    replacement: ({ database }) => `    ${database}: await databaseUrl('${database}'),\n`,
  },
  {
    file: `${SETUP}/container-system.ts`,
    place: /^ +billing(Worker|DatabaseUrl): .*\n/gm,
    times: 2,
    replacement: nothing,
  },
  {
    file: `${SETUP}/deployed-system.ts`,
    place:
      /, E2E_BILLING_WORKER_URL|^ +E2E_BILLING_WORKER_URL,\n|, billingWorker(?=,)| \|\| !billingWorker/gm,
    times: 5,
    replacement: nothing,
  },
  {
    file: `${SETUP}/deployed-system.ts`,
    place: /, ' \+\n +'E2E_BILLING_WORKER_URL and /g,
    replacement: () => " ' +\n        'and ",
  },
  {
    file: `${SETUP}/process-system.ts`,
    place: /^ +environment: \{ 'billing-worker'.*\n|^ +billing(Worker|DatabaseUrl): .*\n/gm,
    times: 3,
    replacement: nothing,
  },
  {
    file: `${SETUP}/system-under-test.ts`,
    place: /^ +readonly billing(Worker|DatabaseUrl): string;\n/gm,
    times: 2,
    replacement: nothing,
  },
  { file: `${SUPPORT}/containers.ts`, place: /^ {2}'billing-worker',\n/gm, replacement: nothing },
  { file: `${SUPPORT}/containers.ts`, place: /'billing-worker', /g, replacement: nothing },
  { file: `${SUPPORT}/containers.ts`, place: /, 'demo-orders'/g, replacement: nothing },
  { file: `${SUPPORT}/databases.ts`, place: /^ +'billing-worker': .*\n/gm, replacement: nothing },
  {
    file: `${SUPPORT}/forged-tokens.ts`,
    place: /(?<="scope":")orders:bill/g,
    replacement: ({ resources }) => `${resources}:rite`,
  },
  { file: `${SUPPORT}/operator.ts`, place: / \| 'billing'/g, replacement: nothing },
  {
    file: `${SUPPORT}/operator.ts`,
    place: /^\/\*\* All but `billing`.*\n/gm,
    replacement: nothing,
  },
  { file: `${SUPPORT}/operator.ts`, place: /program === 'billing' \|\| /g, replacement: nothing },
  {
    file: `${SUPPORT}/operator.ts`,
    place: /asOperator\(program: OperatorProgram, /g,
    replacement: () => 'asOperator(',
  },
  {
    file: `${SUPPORT}/operator.ts`,
    place: /\.\.\.asOperator\(program, args\)/g,
    times: 2,
    replacement: () => '...asOperator(args)',
  },
  {
    file: `${SUPPORT}/processes.ts`,
    place: / \| 'billing-worker'|^ +'billing-worker': .*\n/gm,
    times: 2,
    replacement: nothing,
  },
  {
    file: `${SUPPORT}/replicated-system.ts`,
    place: /, 'orders:bill'/g,
    replacement: nothing,
  },
  { file: `${SUPPORT}/secrets.ts`, place: / 'billing-worker',/g, replacement: nothing },
  { file: `${SUPPORT}/system.ts`, place: / \| 'billing-worker'/g, replacement: nothing },
  {
    file: `${SUPPORT}/system.ts`,
    place: /^\/\*\* Kills a process the hard way.*\n.*\n\n/gm,
    replacement: nothing,
  },
];

const TESTS: readonly Edit<Service>[] = [
  {
    file: spec('admin-clients'),
    place: /orders:write orders:bill/g,
    replacement: ({ resources }) => `${resources}:write`,
  },
  {
    file: spec('admin-clients'),
    place: /\.toMatch\(\/\^orders:\(write\|bill\) orders:\(write\|bill\)\$\/\)/g,
    replacement: ({ resources }) => `.toBe('${resources}:write')`,
  },
  {
    file: spec('admin-clients'),
    place: /orders:bill/g,
    times: 4,
    replacement: ({ resources }) => `${resources}:write`,
  },
  { file: spec('admin-clients'), place: /'billing-worker', /g, replacement: nothing },
  {
    file: spec('admin-resource-servers'),
    place: /orders:bill/g,
    replacement: ({ resources }) => `${resources}:write`,
  },
  { file: spec('containers-hardening'), place: / 'billing-worker',/g, replacement: nothing },
  {
    file: spec('containers-hardening'),
    place: /^ {2}'(billing-database|client-billing-worker)': .*\n/gm,
    times: 2,
    replacement: nothing,
  },
  { file: spec('containers-hardening'), place: /'demo-orders', /g, replacement: nothing },
  {
    file: spec('containers-hardening'),
    place: /name === 'ingress' \? 3/g,
    replacement: () => "name === 'ingress' ? 2",
  },
  { file: spec('containers-hardening'), place: / 'billing',/g, replacement: nothing },
  {
    file: spec('containers-hardening'),
    place: /^ +\['billing-worker', 'billing'\],\n/gm,
    replacement: nothing,
  },
  { file: spec('containers-hardening'), place: /, 'billing-worker'(?=\])/g, replacement: nothing },
  {
    file: spec('documentation-page'),
    place: /orders:bill/g,
    replacement: () => 'clients:read',
  },
  {
    file: spec('generators'),
    place: /^ {2}'libs\/orders-contract\/src',\n/gm,
    replacement: nothing,
  },
  {
    file: spec('metrics'),
    place: /^ +\['billing-worker', .*\n|^\/\*\* How long to wait.*\nconst SOON.*\n\n/gm,
    times: 2,
    replacement: nothing,
  },
  {
    file: spec('metrics'),
    place: /^ {2}it\('follow an order .*?(?=^\}\);)/gms,
    replacement: nothing,
  },
  { file: spec('metrics'), place: /, newOrder, placeOrder, postOrder/g, replacement: nothing },
  { file: spec('metrics'), place: /billToken/g, times: 2, replacement: () => 'writeToken' },
  {
    file: spec('metrics'),
    place: /orders:bill/g,
    replacement: ({ resources }) => `${resources}:write`,
  },
  {
    file: spec('operations-configuration'),
    place: /^ {2}'billing-worker': '.*\n/gm,
    replacement: nothing,
  },
  {
    file: spec('operations-configuration'),
    place: /^ {2}\[\n {4}'billing-worker',.*?^ {2}\],\n(?=\];)/gms,
    replacement: nothing,
  },
  {
    file: spec('operations-configuration'),
    place: /^ {2}'billing-worker': \{\n.*?^ {2}\},\n/gms,
    replacement: nothing,
  },
  {
    file: spec('operations-database'),
    place: /^.*system\.billingWorker.*\n/gm,
    times: 2,
    replacement: nothing,
  },
  {
    file: spec('operations-health'),
    place: /^.*system\.billingWorker.*\n/gm,
    times: 3,
    replacement: nothing,
  },
  {
    file: spec('operations-health'),
    place: /newOrder\(\{ lines: 'none' \}\)/g,
    replacement: ({ ResourceClass }) => `new${ResourceClass}({ reference: '' })`,
  },
  {
    file: spec('operations-secrets'),
    place: /^.*system\.billingWorker.*\n/gm,
    replacement: nothing,
  },
  {
    file: spec('operations-secrets'),
    place: /runsAsProcesses, system \}/g,
    replacement: () => 'runsAsProcesses }',
  },
  {
    file: spec('operations-secrets'),
    place: /, own\(\)\.billingDatabaseUrl/g,
    replacement: nothing,
  },
  {
    file: spec('operations-shutdown'),
    place: /^ {4}expect\(members\(answer\)\['status'\]\).*\n/gm,
    replacement: nothing,
  },
  {
    file: spec('operations-shutdown'),
    place: /\n {2}it\('billing-worker finishes.*?(?=^\}\);)/gms,
    replacement: nothing,
  },
  {
    file: spec('operations-shutdown'),
    place: /^import .*worker-world.*\n/gm,
    replacement: nothing,
  },
  {
    file: spec('operations-shutdown'),
    place: /databaseFor, query/g,
    replacement: () => 'databaseFor',
  },
  {
    file: spec('operations-shutdown'),
    place: /import \{ members, readPlain/g,
    replacement: () => 'import { readPlain',
  },
  {
    file: spec('operator-clients'),
    place: /'billing-worker'/g,
    replacement: () => "'demo-client'",
  },
  {
    file: spec('resource-server-metadata'),
    place: /, 'orders:bill'|^ +'orders:bill': aString,\n/gm,
    times: 2,
    replacement: nothing,
  },
  { file: spec('scope-and-resource'), place: /'orders:bill', /g, replacement: nothing },
];

/** What the end-to-end tests that stay have of the sample. */
export const END_TO_END_EDITS = [...SYSTEM, ...TESTS];
