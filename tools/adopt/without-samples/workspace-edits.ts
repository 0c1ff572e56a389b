import type { Edit } from '../single-edits.ts';
import type { Service } from './service.ts';

const nothing = () => '';

/** Keeps the formatter from closing a list that is empty, into which a generator puts lines. */
const KEPT_OPEN = 'Each one is added by its generator.';

const ROOT: readonly Edit<Service>[] = [
  {
    file: 'package.json',
    place: /^ *"(chaos|bench|screenshots|billing)": .*\n/gm,
    times: 4,
    replacement: nothing,
  },
  {
    file: 'tsconfig.json',
    place:
      /^ {4}\{\n {6}"path": ".\/(libs\/orders-contract|apps\/billing-worker|apps\/orders-api)"\n {4}\},\n/gm,
    times: 3,
    replacement: nothing,
  },
  {
    file: 'eslint.config.mjs',
    place:
      /^ +\/\/ A resource server knows tokens from.*?(?=^ +\/\/ The guards as a service of ours)/gms,
    replacement: () =>
      '        // A resource server verifies tokens and never issues or acquires them; a client acquires them and\n' +
      '        // never looks into them.\n',
  },
  {
    file: 'eslint.config.mjs',
    place: /^ +may\('scope:orders-contract', \[\]\),\n/gm,
    replacement: nothing,
  },
  {
    file: 'eslint.config.mjs',
    place: /^ {2}\{\n {4}\/\/ These run in a browser\.\n.*?^ {2}\},\n/gms,
    replacement: nothing,
  },
  { file: 'knip.json', place: /^ +"flow-page\/page\/page\.mjs",\n/gm, replacement: nothing },
  { file: 'knip.json', place: /,provision,operate/g, replacement: () => ',provision' },
  {
    file: 'knip.json',
    place: /"bench\/guard\/app\/\*\*", "bench\/peers\/\*\*", /g,
    replacement: nothing,
  },
  { file: 'knip.json', place: /, "taskset"/g, replacement: nothing },
  { file: '.nxignore', place: /^tools\/bench\/peers\/package\.json\n/gm, replacement: nothing },
  { file: '.nxignore', place: /^# A program that only the benchmarks.*/gms, replacement: nothing },
  {
    file: '.nxignore',
    place: /^# Packages of their own.*$/gm,
    replacement: () =>
      '# A package of its own, installed when it is asked for: no project of this workspace.',
  },
  { file: '.prettierignore', place: /^bench\/results\.json\n/gm, replacement: nothing },
  {
    file: 'tools/tsconfig.json',
    place: /, \{ "path": ".\/tsconfig\.page\.json" \}/g,
    replacement: nothing,
  },
  {
    file: 'tools/tsconfig.tools.json',
    place: /"flow-page\/page",\n +(?="mutation)|,\n +"bench\/peers",\n +"bench\/guard\/app"/g,
    times: 2,
    replacement: nothing,
  },
  {
    file: 'apps/e2e/tsconfig.json',
    place: /,\n +\{\n +"path": ".\/tsconfig\.browser\.json"\n +\}/g,
    replacement: nothing,
  },
  {
    file: 'apps/e2e/tsconfig.spec.json',
    place: /^ +"exclude": \["src\/browser"\],\n/gm,
    replacement: nothing,
  },
];

const LOCAL_SYSTEM: readonly Edit<Service>[] = [
  {
    file: 'tools/local-system/apps.ts',
    place: /^ {2}'orders-api': \{\n.*?(?=^\} as const)/gms,
    replacement: nothing,
  },
  {
    file: 'tools/local-system/workers.ts',
    place: /^ {2}'billing-worker': \{\n.*?^ {2}\},\n/gms,
    replacement: () => `  // ${KEPT_OPEN}\n`,
  },
  {
    file: 'tools/local-system/resource-servers.ts',
    place: /^ {2}'orders-api': \{\n.*?^ {2}\},\n/gms,
    replacement: nothing,
  },
  {
    file: 'tools/local-system/app-environment.ts',
    place: /^ {2}'BILLING_\w+',\n/gm,
    times: 3,
    replacement: nothing,
  },
  {
    file: 'tools/local-system/addresses.spec.ts',
    place: /^ +'billing-worker': 3002,\n/gm,
    replacement: nothing,
  },
  {
    file: 'tools/local-system/app-environment.spec.ts',
    place: /^ {2}it\('passes secrets as files'.*?^ {2}\}\);\n/gms,
    replacement: ({ name, databaseUrlVariable }) => `  it('passes secrets as files', () => {
    const environment = appEnvironment('${name}', addresses, data, {});
    expect(environment).toMatchObject({
      ${databaseUrlVariable}_FILE: '/data/secrets/${name}-database-url',
    });
    expect(environment).not.toHaveProperty('${databaseUrlVariable}');
  });
`,
  },
  {
    file: 'tools/containers/volumes.ts',
    place: /^ +(readonly keycloakRealm: string;|keycloakRealm: join.*)\n/gm,
    times: 2,
    replacement: nothing,
  },
];

const KUBERNETES: readonly Edit<Service>[] = [
  {
    file: 'tools/kubernetes/network.spec.ts',
    place: /^ {2}'billing-worker → auth-server:3000',\n(.* → .*\n)+(?=\];)/gm,
    replacement: () => `  // ${KEPT_OPEN}\n`,
  },
  {
    file: 'tools/kubernetes/network.spec.ts',
    place: /^ {2}'gateway → orders-api:3001',\n/gm,
    replacement: nothing,
  },
  {
    file: 'tools/kubernetes/network.spec.ts',
    place: /^ {2}'production with an autoscaled worker': PRODUCTION,\n/gm,
    replacement: nothing,
  },
  {
    file: 'tools/kubernetes/overlays.ts',
    place: /^ {2}'production with an autoscaled worker': .*\n/gm,
    replacement: nothing,
  },
  {
    file: 'tools/kubernetes/availability.spec.ts',
    place: /^import \{ ScaledObject \}.*\n/gm,
    replacement: nothing,
  },
  {
    file: 'tools/kubernetes/availability.spec.ts',
    place: /^ {2}const standard = ofKind.*?(?=^ {4}\.filter)/gms,
    replacement: () => `  return ofKind(manifests, HorizontalPodAutoscaler)
    .map(({ spec }) => [spec.scaleTargetRef.name, spec.minReplicas ?? 1] as const)
`,
  },
  {
    file: 'tools/kubernetes/references.spec.ts',
    place: /^describe\('the autoscaler of the worker'.*?^\}\);\n\n/gms,
    replacement: nothing,
  },
  {
    file: 'tools/kubernetes/references.spec.ts',
    place: /^import \{ ScaledObject \}.*\n/gm,
    replacement: nothing,
  },
  {
    file: 'tools/kubernetes/api-schema.ts',
    place: /^ {2}'keda\.sh': .*\n/gm,
    replacement: nothing,
  },
  {
    file: 'tools/kubernetes/apps.spec.ts',
    place: /^ {4}const \{ client_secret \} = .*?(?=^ {4}for \()/gms,
    replacement: nothing,
  },
  {
    file: 'tools/kubernetes/apps.spec.ts',
    place: /'orders-api': 'orders'/g,
    replacement: ({ name, database }) => `'${name}': '${database}'`,
  },
];

const GENERATORS: readonly Edit<Service>[] = [
  {
    file: 'tools/generators/scope/add-scope.ts',
    place: /^ {2}if \(audience === 'orders-api'\).*\n/gm,
    replacement: nothing,
  },
  {
    file: 'tools/generators/scope/add-scope.ts',
    place: /^\/\*\* The realm of the Keycloak profile.*?^\}\n\n/gms,
    replacement: nothing,
  },
  {
    file: 'tools/generators/worker/add-client.ts',
    place: /^ {2}if \(api\.name === 'orders-api'\).*\n/gm,
    replacement: nothing,
  },
  {
    file: 'tools/generators/worker/add-client.ts',
    place: /\n\/\*\* The realm of the Keycloak profile.*/gs,
    replacement: nothing,
  },
  {
    file: 'tools/generators/worker/add-client.ts',
    place: /addBefore, addToBlock/g,
    replacement: () => 'addToBlock',
  },
  {
    file: 'tools/generators/worker/generator.ts',
    place: /^ {2}\/\/ The orders API may be told.*?(?=^ {2}return \[)/gms,
    replacement: nothing,
  },
  {
    file: 'tools/generators/worker/generator.ts',
    place: /`OAUTH_ISSUER: \$\{issuer\}`/g,
    replacement: () => "'OAUTH_ISSUER: *issuer'",
  },
  {
    file: 'tools/generators/worker/generator.ts',
    place: /`OAUTH_TOKEN_ENDPOINT: \$\{tokenEndpoint\}`/g,
    replacement: () => "'OAUTH_TOKEN_ENDPOINT: http://auth-server:3000/oauth2/token'",
  },
  {
    file: 'tools/generators/worker/called-api.spec.ts',
    place: /resources: 'orders'/g,
    replacement: ({ resources }) => `resources: '${resources}'`,
  },
];

const OTHERS: readonly Edit<Service>[] = [
  {
    file: 'tools/docs/commands.spec.ts',
    place: /clients\|resources\|keys\|billing/g,
    replacement: () => 'clients|resources|keys',
  },
  {
    file: 'tools/docs/links.spec.ts',
    place: /^ {2}it\('show pictures that exist.*?^ {2}\}\);\n\n/gms,
    replacement: nothing,
  },
  {
    file: 'tools/docs/links.spec.ts',
    place: /^const LARGEST_PICTURE_BYTES.*\n\n/gm,
    replacement: nothing,
  },
  {
    file: 'tools/docs/links.spec.ts',
    place: /, statSync| dirname,/g,
    times: 2,
    replacement: nothing,
  },
  {
    file: 'tools/operator/command-line/program.ts',
    place: /^export (?=function commandLine\()/gm,
    replacement: nothing,
  },
  {
    file: 'tools/lint/module-boundaries.spec.ts',
    place: /^ +\['a client that .*\n/gm,
    times: 2,
    replacement: nothing,
  },
  {
    file: 'tools/observability/metrics-table.ts',
    place: /, 'billing-worker'/g,
    replacement: nothing,
  },
  {
    file: 'tools/observability/prometheus.spec.ts',
    place: /^ +'apps\/billing-worker\/.*\n/gm,
    times: 3,
    replacement: nothing,
  },
  {
    file: 'tools/observability/unknown-references.spec.ts',
    place: /billing_run_duration_seconds/g,
    times: 3,
    replacement: () => 'oauth_access_token_verification_duration_seconds',
  },
  {
    file: 'tools/observability/unknown-references.spec.ts',
    place: /orders_placed_total/g,
    replacement: () => 'oauth_sweeps_total',
  },
  {
    file: 'tools/generators/scope/schema.json',
    place: /orders:cancel --description \\"Cancel orders\\"/g,
    replacement: ({ resources }) => `${resources}:remove`,
  },
  {
    file: 'tools/generators/scope/schema.json',
    place: /of the API that has scopes of orders/g,
    replacement: ({ wordsOfMany }) => `of the API that has scopes of ${wordsOfMany}`,
  },
  {
    file: 'tools/packages/dependencies.spec.ts',
    place: /, 'orders-contract'/g,
    replacement: nothing,
  },
];

/** What the workspace and its tools have of the sample. */
export const WORKSPACE_EDITS = [...ROOT, ...LOCAL_SYSTEM, ...KUBERNETES, ...GENERATORS, ...OTHERS];
